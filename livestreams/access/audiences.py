"""Whether a person belongs to the audience of a limited show."""

from django.contrib.auth.models import AnonymousUser

from livestreams.access.signing import is_signed, sign
from livestreams.errors import AdultsOnly, LivestreamMissing, MarketOnly
from livestreams.models import CoHost, Livestream, ShowInvitation
from shopfront.models import User

Audience = Livestream.Audience
_SALT = "livestreams.invitation"


def is_in_audience(user: User | AnonymousUser | None, livestream: Livestream) -> bool:
    """Whether a show is for this person; at most one query."""
    if not livestream.is_limited:
        return True
    if not isinstance(user, User):
        return False
    if livestream.audience == Audience.MARKET:
        return user.market_id == livestream.market_id
    if livestream.audience == Audience.ADULTS:
        return user.is_adult
    places = ShowInvitation.objects.filter(livestream=livestream, user=user)
    return places.filter(revoked_at=None).exists()


def check_audience(user: User | AnonymousUser | None, livestream: Livestream) -> None:
    """Refuse a person for whom a show is not.

    Raises:
        LivestreamMissing: it is for the invited; a stranger learns nothing of it.
        AdultsOnly: it is for people whose age was checked.
        MarketOnly: it is for accounts of its market.
    """
    if is_in_audience(user, livestream):
        return
    if livestream.audience == Audience.ADULTS:
        raise AdultsOnly
    if livestream.audience == Audience.MARKET:
        raise MarketOnly
    raise LivestreamMissing


def may_watch(public_id: str, person: str) -> bool:
    """Whether an account may still watch a limited show; three queries at most.

    The gateway asks this for every viewer of a limited show, every five seconds.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    user = User.objects.filter(public_id=person, is_active=True).first()
    if livestream is None or user is None:
        return False
    if user.is_staff or is_in_audience(user, livestream):
        return True
    is_host = Livestream.objects.filter(pk=livestream.pk, creator__user=user).exists()
    return is_host or CoHost.objects.filter(livestream=livestream, user=user).exists()


def sign_invitation(invitation: ShowInvitation) -> str:
    """Return the code that stands in an invitation's link."""
    return f"{invitation.public_id}.{sign(_SALT, invitation.public_id)}"


def get_invitation(livestream_id: str, code: str) -> ShowInvitation:
    """Return the invitation that a link names.

    Raises:
        LivestreamMissing: the link is not ours, or it was withdrawn.
    """
    public_id, _, signature = code.partition(".")
    if is_signed(_SALT, public_id, signature):
        invitation = (
            ShowInvitation.objects.select_related("livestream")
            .filter(livestream__public_id=livestream_id, public_id=public_id)
            .filter(revoked_at=None)
            .first()
        )
        if invitation is not None:
            return invitation
    raise LivestreamMissing


def get_invitation_of(livestream: Livestream, public_id: str) -> ShowInvitation:
    """Return an invitation of a show that the caller was allowed to run.

    Raises:
        LivestreamMissing: the show has no such invitation.
    """
    invitation = ShowInvitation.objects.filter(
        livestream=livestream, public_id=public_id
    ).first()
    if invitation is None:
        raise LivestreamMissing
    return invitation
