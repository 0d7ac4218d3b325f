"""Ban lists shared between creators while both want it (C4).

What is shared is the effect and the category, never the words; for twelve months.
A ban that is lifted is gone everywhere at once: shares point at bans, copy nothing.
"""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Creator
from livestreams import broadcast
from livestreams.access.bans import SHARED_FOR
from livestreams.errors.moderation import ShareMissing, ShareTwice, ShareWithOneself
from livestreams.models import BanShare, Livestream, Sanction
from livestreams.models.chat import SanctionQuerySet
from livestreams.services import actions
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "livestreams.ban_list_offered"
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)


def offer_list(giver: Creator, taker: Creator | None) -> BanShare:
    """Offer a creator's bans to another, who reads it by mail and may accept.

    Raises:
        ShareMissing: there is no such creator.
        ShareWithOneself: the list is theirs already.
        ShareTwice: an offer or a share of it stands.
    """
    if taker is None:
        raise ShareMissing
    if giver.pk == taker.pk:
        raise ShareWithOneself
    try:
        with transaction.atomic():
            share = BanShare.objects.create(giver=giver, taker=taker)
            outbox.post(TOPIC, share.public_id, {"share": share.public_id})
    except IntegrityError as error:
        raise ShareTwice from error
    return share


def accept_list(share: BanShare, *, by: Creator) -> int:
    """Let the giver's bans hold in the taker's shows; return how many hold now.

    Whom it concerns is told by mail, and leaves rooms that are open.

    Raises:
        ShareMissing: it was not offered to this creator, or was stopped.

    Locks: the share's row. Safe to repeat: yes.
    """
    if by.pk != share.taker_id:
        raise ShareMissing
    with transaction.atomic():
        accepted = BanShare.objects.filter(
            pk=share.pk, accepted_at=None, ended_at=None
        ).update(accepted_at=clock.now())
        bans = list(select_shared(share).select_related("user", "action"))
        if accepted:
            _close_rooms(share, bans)
            for ban in bans:
                _tell(ban, share)
    return len(bans)


def tell_of_takers(ban: Sanction) -> None:
    """Tell a person, in the open transaction, which other shows a new ban closes.

    A list that is accepted at the same instant tells either here or in
    `accept_list`: its row is waited for.

    Locks: the rows of the lists that the ban's creator offers or gives, in key order.
    """
    shares = BanShare.objects.filter(giver=ban.creator_id, ended_at=None)
    for share in shares.select_for_update(no_key=True).order_by("pk"):
        if share.accepted_at is not None:
            _tell(ban, share)


def stop_list(share: BanShare, *, by: Creator) -> None:
    """End an offer or a share, by either side; its bans end there at once.

    Raises:
        ShareMissing: this creator is on neither side.

    Safe to repeat: yes.
    """
    if by.pk not in {share.giver_id, share.taker_id}:
        raise ShareMissing
    BanShare.objects.filter(pk=share.pk, ended_at=None).update(
        ended_at=clock.now(), ended_by=by
    )


def select_shared(share: BanShare) -> SanctionQuerySet:
    """Return the bans that a share is about, now."""
    now = clock.now()
    return Sanction.objects.holding(now).filter(
        creator=share.giver_id, kind=Sanction.Kind.BAN, created_at__gt=now - SHARED_FOR
    )


def send_offer(message: Outbox) -> None:
    """Write to a creator that another offers a ban list.

    Safe to repeat: the Message-ID stays the same.
    """
    share = (
        BanShare.objects.select_related("giver", "taker__user")
        .filter(public_id=message.payload["share"], ended_at=None)
        .first()
    )
    if share is None:
        return
    taker = share.taker.user
    with translation.override(taker.language):
        facts = {"name": share.giver.display_name}
        lines = [
            _("%(name)s offers you their ban list.") % facts,
            _("It has no effect unless you accept it. You may stop it at any time."),
            f"{settings.SITE_URL}/creator/bans/",
        ]
        EmailMessage(
            subject=_("A ban list for you: %(name)s") % facts,
            body="\n\n".join(lines),
            to=[taker.email],
            headers=name_letter(f"banlist-{share.public_id}"),
        ).send()


def _tell(ban: Sanction, share: BanShare) -> None:
    if ban.action is not None:
        payload = {"action": ban.action.public_id, "share": share.public_id}
        key = f"{ban.action.public_id}:shared:{share.public_id}"
        outbox.post(actions.TOPIC, key, payload)


def _close_rooms(share: BanShare, bans: list[Sanction]) -> None:
    shows = Livestream.objects.filter(creator=share.taker_id, state__in=ON_AIR)
    rooms = list(shows.values_list("public_id", flat=True))
    people = [ban.user.public_id for ban in bans]

    def close_sockets() -> None:
        for room in rooms:
            for person in people:
                broadcast.close_person(room, person, "banned")

    transaction.on_commit(close_sockets, robust=True)
