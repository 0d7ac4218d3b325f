"""Who is invited to a show."""

from django.db.models import QuerySet

from livestreams.models import Livestream, ShowInvitation


def list_invitations(livestream: Livestream) -> "QuerySet[ShowInvitation]":
    """Return the places of a show that hold, oldest first; one query."""
    places = ShowInvitation.objects.filter(livestream=livestream, revoked_at=None)
    return places.select_related("user")
