"""The way to the members of a team: of one's own, or by the link in the letter."""

from django.core import signing

from creators.models import Creator
from livestreams.errors.team import MemberMissing
from livestreams.models import TeamMember
from shopfront.models import User

SALT = "livestreams.team"
LINK_SECONDS = 30 * 24 * 3600


def mint_team_link(member: TeamMember) -> str:
    """Return the signed part of the address at which somebody says yes."""
    return signing.dumps(member.public_id, salt=SALT)


def get_member_by_link(code: str) -> TeamMember:
    """Return what somebody was asked, if it still stands.

    Raises:
        MemberMissing: the link is not ours, too old, or withdrawn.
    """
    try:
        named = signing.loads(code, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as fault:
        raise MemberMissing from fault
    rows = TeamMember.objects.select_related("creator__user").filter(ended_at=None)
    member = rows.filter(public_id=str(named)).first()
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
