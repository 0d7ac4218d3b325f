"""A person's own lines that the shield took aside, and alerts of a show, by id."""

from django.db.models import QuerySet

from livestreams.errors import LivestreamMissing, MessageMissing
from livestreams.models import ChatMessage, GoodsAlert, Livestream, Shielding
from shopfront.models import User


def get_own_shielded_for(
    user: User, livestream: Livestream, public_id: str
) -> ChatMessage:
    """Return a line of this very person that the shield took aside.

    Raises:
        MessageMissing: there is no such line of theirs in this show.
    """
    message = _select_own(user, public_id).filter(livestream=livestream).first()
    if message is None:
        raise MessageMissing
    return message


def get_own_offered_for(user: User, public_id: str) -> ChatMessage:
    """Return a line of this very person that may become a private case.

    Of any show, also one that is over.

    Raises:
        MessageMissing: the shield offered this person no such line.
    """
    lines = _select_own(user, public_id)
    message = lines.exclude(shielding__kind=Shielding.Kind.REMARK).first()
    if message is None:
        raise MessageMissing
    return message


def get_goods_alert_for(livestream: Livestream, public_id: str) -> GoodsAlert:
    """Return an alert about goods of a show that the caller helps to run.

    Raises:
        LivestreamMissing: the show has no such alert.
    """
    alerts = GoodsAlert.objects.select_related("variant__product", "livestream")
    alert = alerts.filter(livestream=livestream, public_id=public_id).first()
    if alert is None:
        raise LivestreamMissing
    return alert


def _select_own(user: User, public_id: str) -> "QuerySet[ChatMessage]":
    """Return a person's line by its id, if the shield took it aside and it stands."""
    return (
        ChatMessage.objects.select_related("livestream__market", "author", "shielding")
        .filter(author=user, public_id=public_id, shielding__isnull=False)
        .exclude(state=ChatMessage.State.REMOVED)
    )
