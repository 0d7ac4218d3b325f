"""Who acts on a page of the admin."""

from django.http import HttpRequest

from shopfront.models import User


def person_of(request: HttpRequest) -> User:
    """Return the member of staff who acts."""
    assert isinstance(request.user, User)
    return request.user
