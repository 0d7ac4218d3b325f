"""Teams: who is in a creator's, and whose somebody is in."""

from creators.models import Creator
from livestreams.models import TeamMember
from shopfront.models import User


def list_team(creator: Creator) -> list[TeamMember]:
    """Return who is in a creator's team or was asked; one query."""
    rows = TeamMember.objects.filter(creator=creator, ended_at=None)
    return list(rows.select_related("user"))


def list_memberships(user: User) -> list[TeamMember]:
    """Return the teams that a person is in; one query."""
    rows = TeamMember.objects.filter(user=user, ended_at=None)
    return list(rows.select_related("creator"))
