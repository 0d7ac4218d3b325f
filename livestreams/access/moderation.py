"""The way to acts of moderation, shared lists and calls for help."""

from django.db.models import Q

from creators.models import Creator
from livestreams.errors.moderation import ActionMissing, ShareMissing
from livestreams.models import (
    BanShare,
    ChatMessage,
    HelpCall,
    Livestream,
    ModerationAction,
    Sanction,
)
from shopfront.models import User


def get_action_for(livestream: Livestream, public_id: str) -> ModerationAction:
    """Return an act in a show that the caller helps to run.

    Raises:
        ActionMissing: the show has no such act.
    """
    action = (
        ModerationAction.objects.select_related(
            "livestream__creator", "person", "sanction"
        )
        .filter(livestream=livestream, public_id=public_id)
        .first()
    )
    if action is None:
        raise ActionMissing
    return action


def get_own_action_for(user: User, public_id: str) -> ModerationAction:
    """Return an act against this very person, or one that took a line of theirs.

    Raises:
        ActionMissing: there is no such act against them.
    """
    lines = ChatMessage.objects.filter(author=user, taken_by__isnull=False)
    concerned = Q(person=user) | Q(pk__in=lines.order_by().values("taken_by"))
    action = (
        ModerationAction.objects.select_related("livestream__creator")
        .filter(concerned, public_id=public_id)
        .first()
    )
    if action is None:
        raise ActionMissing
    return action


def get_help_call_for(livestream: Livestream, public_id: str) -> HelpCall:
    """Return a call for help from a show that the caller helps to run.

    Raises:
        ActionMissing: the show has no such call.
    """
    calls = HelpCall.objects.select_related("livestream", "by")
    call = calls.filter(livestream=livestream, public_id=public_id).first()
    if call is None:
        raise ActionMissing
    return call


def get_ban_for(creator: Creator, public_id: str) -> Sanction:
    """Return a ban from all shows of this very creator.

    Raises:
        ActionMissing: there is no such ban of theirs.
    """
    ban = (
        Sanction.objects.select_related("action", "livestream", "user")
        .filter(creator=creator, public_id=public_id, kind=Sanction.Kind.BAN)
        .first()
    )
    if ban is None:
        raise ActionMissing
    return ban


def get_share_for(creator: Creator, public_id: str) -> BanShare:
    """Return a shared list that this creator gives or takes.

    Raises:
        ShareMissing: there is none, or it was stopped.
    """
    share = (
        BanShare.objects.select_related("giver__user", "taker__user")
        .filter(public_id=public_id, ended_at=None)
        .first()
    )
    if share is None or creator.pk not in {share.giver_id, share.taker_id}:
        raise ShareMissing
    return share
