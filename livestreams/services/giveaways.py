"""Giveaways: a commitment, one entry each, a draw that all can check (D6)."""

import datetime as dt
import secrets

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.access.shows import Role, find_role
from livestreams.errors.giveaways import (
    GiveawayAdultsOnly,
    GiveawayElsewhere,
    GiveawayNotAllowed,
    GiveawayNotOver,
    GiveawayOver,
    GiveawayWrong,
    HostsLeftOut,
    PublicValueNeeded,
)
from livestreams.models import Giveaway, GiveawayEntry, GiveawayTerms, Livestream
from livestreams.selectors import giveaways as reads
from livestreams.services import room
from shopfront.common import clock
from shopfront.common.draws import hash_list, hash_text, rank_entries
from shopfront.common.ids import new_public_id
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.tell_winner"
LONGEST = dt.timedelta(days=30)
SHORTEST = dt.timedelta(microseconds=1)
MOST_WINNERS = 100
State = Giveaway.State

ENTER = """
INSERT INTO livestreams_giveawayentry (giveaway_id, user_id, pseudonym, entered_at)
SELECT id, %s, %s, %s FROM livestreams_giveaway
WHERE id = %s AND state = 'open' AND closes_at > %s FOR KEY SHARE
ON CONFLICT (giveaway_id, user_id) DO NOTHING
"""


def open_giveaway(
    livestream: Livestream,
    *,
    title: str,
    prize: str,
    closes_at: dt.datetime,
    by: User,
    winners: int = 1,
    public_source: str = "",
) -> Giveaway:
    """Open a giveaway and publish the hash of the seed of its draw.

    Raises:
        GiveawayNotAllowed: the market's terms do not allow it.
        GiveawayWrong: no title or prize, or a number or an end that cannot be.
    """
    terms = GiveawayTerms.objects.filter(market=livestream.market).first()
    if terms is None or not terms.is_allowed or livestream.is_rehearsal:
        raise GiveawayNotAllowed
    now = clock.now()
    is_timely = now < closes_at <= now + LONGEST
    if not (title.strip() and prize.strip() and is_timely):
        raise GiveawayWrong
    if not 0 < winners <= MOST_WINNERS:
        raise GiveawayWrong
    seed = secrets.token_hex(32)
    with transaction.atomic():
        giveaway = Giveaway.objects.create(
            livestream=livestream,
            title=title.strip()[:120],
            prize=prize.strip()[:500],
            winners=winners,
            opened_at=now,
            closes_at=closes_at,
            seed=seed,
            seed_hash=hash_text(seed),
            public_source=public_source.strip()[:200],
            opened_by=by,
        )
        _record(giveaway, "livestreams.open_giveaway", by)
        _tell(giveaway)
    return giveaway


def enter_giveaway(giveaway: Giveaway, *, user: User) -> GiveawayEntry:
    """Enter a person, once; nothing need be bought.

    Raises:
        GiveawayAdultsOnly: the age is not assured.
        GiveawayElsewhere: the account is of another market.
        HostsLeftOut: one of the show's own team, or staff.
        GiveawayOver: too late.

    Safe to repeat: yes. The giveaway's key is shared, so an entry is either on the
    list whose hash is published or refused.
    """
    if not user.is_adult:
        raise GiveawayAdultsOnly
    if find_role(user, giveaway.livestream) != Role.VIEWER:
        raise HostsLeftOut
    if user.market_id != giveaway.livestream.market_id:
        raise GiveawayElsewhere
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [user.pk, new_public_id(), now, giveaway.pk, now])
    entry = GiveawayEntry.objects.filter(giveaway=giveaway, user=user).first()
    if entry is None:
        raise GiveawayOver
    return entry


def end_entries(giveaway: Giveaway, *, by: User) -> Giveaway:
    """Close an open giveaway before its announced end; its page says when.

    Locks: the giveaway's row, against entries on their way.
    Safe to repeat: yes, the first end stands.
    """
    with transaction.atomic():
        row = Giveaway.objects.select_for_update().get(pk=giveaway.pk)
        if row.state == State.OPEN and clock.now() < row.closes_at:
            row.closes_at = max(clock.now(), row.opened_at + SHORTEST)
            row.save(update_fields=["closes_at"])
            _record(row, "livestreams.end_giveaway_entries", by)
            _close(row)
    return close_giveaway(giveaway)


def close_giveaway(giveaway: Giveaway) -> Giveaway:
    """Take no more entries and publish the hash of the list.

    Raises:
        GiveawayNotOver: the end has not come.

    Locks: the giveaway's row, against entries on their way.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        row = Giveaway.objects.select_for_update().get(pk=giveaway.pk)
        if row.state != State.OPEN:
            return row
        if clock.now() < row.closes_at:
            raise GiveawayNotOver
        _close(row)
    return row


def draw_giveaway(
    giveaway: Giveaway, *, public_value: str = "", by: User | None = None
) -> Giveaway:
    """Draw the winners and publish seed and list; each winner is written to.

    Raises:
        GiveawayNotOver: the end has not come.
        PublicValueNeeded: a published number was announced and is not given.

    Locks: the giveaway's row.
    Safe to repeat: yes, a draw is made once.
    """
    close_giveaway(giveaway)
    with transaction.atomic():
        row = Giveaway.objects.select_for_update().get(pk=giveaway.pk)
        if row.state == State.DRAWN:
            return row
        value = public_value.strip()[:200]
        if bool(row.public_source) != bool(value):
            raise PublicValueNeeded
        names = _list_pseudonyms(row)
        ranked = rank_entries(names, seed=row.seed, public_value=value)
        for rank, name in enumerate(ranked[: row.winners], start=1):
            GiveawayEntry.objects.filter(pseudonym=name).update(rank=rank)
            outbox.post(TOPIC, name, {"entry": name})
        row.state, row.public_value, row.drawn_at = State.DRAWN, value, clock.now()
        row.save(update_fields=["state", "public_value", "drawn_at"])
        _record(row, "livestreams.draw_giveaway", by)
        _tell(row)
    return row


def draw_due() -> int:
    """Close what has ended, and draw what waits for no published number.

    Safe to repeat: yes.
    """
    due = Giveaway.objects.filter(closes_at__lte=clock.now())
    drawn = 0
    for giveaway in due.exclude(state=State.DRAWN).order_by("pk"):
        if giveaway.public_source:
            close_giveaway(giveaway)
        else:
            drawn += draw_giveaway(giveaway).state == State.DRAWN
    return drawn


def send_win(message: Outbox) -> None:
    """Tell a winner.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    entry = GiveawayEntry.objects.select_related("user", "giveaway__livestream").get(
        pseudonym=message.payload["entry"]
    )
    with translation.override(entry.user.language):
        _write(entry).send()


def _write(entry: GiveawayEntry) -> EmailMessage:
    giveaway = entry.giveaway
    context = {
        "name": entry.user.name,
        "entry": entry,
        "giveaway": giveaway,
        "address": settings.SITE_URL + giveaway.get_absolute_url(),
        "site_name": settings.SITE_NAME,
    }
    return EmailMessage(
        subject=_("You have won: %(title)s") % {"title": giveaway.title},
        body=render_to_string("livestreams/giveaway_email.txt", context),
        to=[entry.user.email],
        headers=name_letter(f"giveaway-{entry.pseudonym}"),
    )


def _close(row: Giveaway) -> None:
    """Close a locked giveaway: its list and the list's hash stand from here on."""
    names = _list_pseudonyms(row)
    row.state, row.entry_count = State.CLOSED, len(names)
    row.list_hash = hash_list(names)
    row.save(update_fields=["state", "entry_count", "list_hash"])
    _tell(row)


def _tell(giveaway: Giveaway) -> None:
    """Tell the room in the open transaction, while there is one."""
    show = Livestream.objects.get(pk=giveaway.livestream_id)
    if show.is_on_air:
        room.append_events(show, [reads.describe_giveaway(giveaway)])


def _list_pseudonyms(giveaway: Giveaway) -> list[str]:
    rows = GiveawayEntry.objects.filter(giveaway=giveaway)
    return list(rows.order_by("pseudonym").values_list("pseudonym", flat=True))


def _record(giveaway: Giveaway, action: str, by: User | None) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="giveaway",
        subject_ref=giveaway.public_id,
        facts={"seed_hash": giveaway.seed_hash, "list_hash": giveaway.list_hash},
    )
