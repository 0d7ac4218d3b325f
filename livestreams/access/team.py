"""The way to the members of a team: of one's own, or by the link in the letter."""

from creators.models import Creator
from livestreams.errors.team import MemberMissing
from livestreams.models import TeamMember
from shopfront.common.links import SignedLink
from shopfront.models import User

LINK = SignedLink("livestreams.team", days=30)


def mint_team_link(member: TeamMember) -> str:
    """Return the signed part of the address at which somebody says yes."""
    return LINK.mint(member.public_id)


def get_member_by_link(code: str) -> TeamMember:
    """Return what somebody was asked, if it still stands.

    Raises:
        MemberMissing: the link is not ours, too old, or withdrawn.
    """
    rows = TeamMember.objects.select_related("creator__user").filter(ended_at=None)
    member = rows.filter(public_id=LINK.read(code)).first()
    if member is None:
        raise MemberMissing
    return member


def get_member_of(creator: Creator, public_id: str) -> TeamMember:
    """Return a member of a creator's team.

    Raises:
        MemberMissing: there is none of this id.
    """
    rows = TeamMember.objects.select_related("creator")
    member = rows.filter(creator=creator, public_id=public_id).first()
    if member is None:
        raise MemberMissing
    return member


def get_membership_of(user: User, public_id: str) -> TeamMember:
    """Return a duty that this person has in somebody's team.

    Raises:
        MemberMissing: there is none of this id.
    """
    rows = TeamMember.objects.select_related("creator")
    member = rows.filter(user=user, public_id=public_id, ended_at=None).first()
    if member is None:
        raise MemberMissing
    return member
