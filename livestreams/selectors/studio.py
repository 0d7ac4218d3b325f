"""What the studio shows: the picture's state, the shelf, the chat, what sells."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.selectors import ProductCard, cards_for
from catalog.selectors.vetoes import list_refused
from creators.selectors.terms import find_terms_to_accept
from livestreams.models import (
    ChatMessage,
    Livestream,
    LivestreamProduct,
    Pin,
    Report,
    Sanction,
    Shielding,
)
from livestreams.models.sayings import say, say_fault
from livestreams.selectors.bundles import StudioBundle, read_studio_bundles
from livestreams.selectors.pin_doubts import PinDoubt, list_doubts
from livestreams.selectors.pins import list_products_on_screen
from livestreams.selectors.room import find_pause
from livestreams.selectors.vetoes import find_show_ref
from orders.selectors.quality import Bar, list_barred
from shopfront.common import clock
from shopfront.common.money import Money

MESSAGES_SHOWN = 60
MOST_PINS = 3


@dataclass(frozen=True, slots=True)
class ShowStanding:
    """How a show stands this second."""

    state: str
    has_picture: bool
    picture_at: dt.datetime | None
    lost_at: dt.datetime | None
    refused_at: dt.datetime | None
    refused_why: str
    started_at: dt.datetime | None
    viewers: int
    pause: str
    """Why the picture is covered: `break` or `slate`; empty while it is not."""

    @property
    def sentence(self) -> str:
        """What is wrong with the picture that arrives, or why none does."""
        is_older = (
            self.picture_at and self.refused_at and (self.refused_at < self.picture_at)
        )
        return "" if is_older else say_fault(self.refused_why)


@dataclass(frozen=True, slots=True)
class StudioControls:
    """What stands by the button that starts a show."""

    state: str
    has_picture: bool
    terms_version: int
    """Of the terms that wait for the creator's yes before it can start; 0 for none."""


@dataclass(frozen=True, slots=True)
class StudioItem:
    """A product on the shelf as the host pins it."""

    card: ProductCard
    place: int
    pin: str
    pinned_at: dt.datetime | None
    refused: str = ""
    """Why the host will not show it, if they said so (P5)."""
    barred: str = ""
    """Why the market keeps it off the screen, if it does (P6)."""
    doubt: PinDoubt | None = None
    """What a human was asked about that, if somebody asked."""
    said: Money | None = None
    """An earlier price that captions heard and the record denies (D3)."""
    lowest: Money | None = None
    """What the record says instead, and the card too."""

    @property
    def can_follow(self) -> bool:
        """Whether it may be shown next: to be had, and neither refused nor barred."""
        is_free = not (self.pin or self.refused or self.barred)
        return is_free and self.card.available > 0


@dataclass(frozen=True, slots=True)
class StudioShelf:
    """The shelf of a show with what is on screen."""

    is_on_air: bool
    items: tuple[StudioItem, ...]
    bundles: tuple[StudioBundle, ...]

    @property
    def pinned_count(self) -> int:
        """How many products and bundles are on screen."""
        pins = [*(one.pin for one in self.items), *(one.pin for one in self.bundles)]
        return sum(1 for pin in pins if pin)

    @property
    def is_full(self) -> bool:
        """Whether another pin must go first."""
        return self.pinned_count >= MOST_PINS

    @property
    def sold_out(self) -> StudioItem | None:
        """What is on screen with nothing left of it (B7)."""
        gone = (item for item in self.items if item.pin and not item.card.available)
        return next(gone, None)

    @property
    def next_item(self) -> StudioItem | None:
        """What to show after it: the next on the shelf that can be had, then any."""
        gone = self.sold_out
        if gone is None:
            return None
        free = [one for one in self.items if one.can_follow]
        later = (one for one in free if one.place > gone.place)
        return next(later, None) or next(iter(free), None)


@dataclass(frozen=True, slots=True)
class StudioMessage:
    """A line of chat as moderators see it."""

    public_id: str
    author: str
    badges: tuple[str, ...]
    text: str
    is_held: bool
    why: str
    at: dt.datetime
    may_be_muted: bool
    reports_count: int
    is_flagged: bool
    """Whether a word list marks it, and nobody let it stand yet."""
    about: str
    """What the shield took it for, if it is not ordinary."""
    answers: str
    """Whom it answers, while that line stands."""


@dataclass(frozen=True, slots=True)
class StudioMute:
    """A mute or ban that holds: who, by whom, why and until when (C9)."""

    public_id: str
    kind: str
    name: str
    by: str
    reason: str
    until: dt.datetime | None
    is_everywhere: bool


def read_standing(livestream: Livestream, viewers: int) -> ShowStanding:
    """Return how a show stands with so many viewers; no query, in a pause one."""
    is_paused = livestream.state == Livestream.State.PAUSED
    return ShowStanding(
        state=livestream.state,
        has_picture=livestream.publisher_seen_at is not None,
        picture_at=livestream.publisher_seen_at,
        lost_at=livestream.publisher_lost_at,
        refused_at=livestream.refused_at,
        refused_why=livestream.refused_why,
        started_at=livestream.started_at,
        viewers=viewers,
        pause=find_pause(livestream) if is_paused else "",
    )


def read_controls(livestream: Livestream) -> StudioControls:
    """Return what the start of a show waits for; two queries before it, then none."""
    waits = livestream.state == Livestream.State.SCHEDULED
    terms = None
    if waits and not livestream.is_rehearsal:
        starts_at = max(livestream.starts_at, clock.now())
        terms = find_terms_to_accept(livestream.creator, starts_at)
    return StudioControls(
        state=livestream.state,
        has_picture=livestream.publisher_seen_at is not None,
        terms_version=terms.version if terms else 0,
    )


def read_shelf(livestream: Livestream) -> StudioShelf:
    """Return the shelf with live stock and pins; a constant number of queries."""
    shelf = LivestreamProduct.objects.filter(livestream=livestream)
    keys = list(shelf.order_by("position", "id").values_list("product", flat=True))
    rows = Pin.objects.filter(livestream=livestream, bundle=None, removed_at=None)
    pins = {pin.product.public_id: pin for pin in rows.select_related("product")}
    refused = list_refused(find_show_ref(livestream))
    barred = _list_barred(keys, livestream)
    doubts = list_doubts(livestream, barred)
    items = []
    for place, card in enumerate(cards_for(keys, livestream.market), start=1):
        pin = pins.get(card.public_id)
        veto, bar = refused.get(card.public_id), barred.get(card.public_id)
        items.append(
            StudioItem(
                card,
                place,
                pin.public_id if pin else "",
                pin.placed_at if pin else None,
                refused=veto.get_reason_display() if veto else "",
                barred=bar.sentence if bar else "",
                doubt=doubts.get(card.public_id),
                said=_say(pin.said_minor, livestream) if pin else None,
                lowest=_say(pin.lowest_minor, livestream) if pin else None,
            )
        )
    bundles = read_studio_bundles(livestream, [one.card.public_id for one in items])
    return StudioShelf(livestream.is_on_air, tuple(items), bundles)


def read_barred(livestream: Livestream) -> tuple[Bar, ...]:
    """Return what is on screen although it is above a ceiling by now.

    It was not when it was pinned; people decide, nothing is torn away. At most three
    queries.
    """
    if not livestream.is_on_air:
        return ()
    keys = list_products_on_screen(livestream)
    return tuple(_list_barred(keys, livestream).values()) if keys else ()


def read_chat(
    livestream: Livestream, *, is_calm: bool = False
) -> tuple[StudioMessage, ...]:
    """Return the newest messages and all reported ones, oldest first; two queries.

    Held ones are among them; how many open reports each has is counted. A calm one,
    the host's, leaves out what the shield took aside (C6, C10). What waits for its
    author, or went to a private case, nobody here reads.
    """
    reported = Counter(
        Report.objects.filter(livestream=livestream, state=Report.State.OPEN)
        .order_by()
        .values_list("message", flat=True)
    )
    messages = ChatMessage.objects.filter(livestream=livestream)
    read_here = (ChatMessage.State.VISIBLE, ChatMessage.State.HELD)
    newest = messages.filter(state__in=read_here).order_by("-id")
    if is_calm:
        let_in = Q(shielding__kind=Shielding.Kind.REMARK, state="visible")
        newest = newest.filter(Q(shielding=None) | let_in)
    shown = newest.values("id")[:MESSAGES_SHOWN]
    rows = newest.filter(
        Q(id__in=shown) | Q(id__in=[key for key in reported if key])
    ).select_related("reply_to", "shielding")
    return tuple(_describe_message(row, reported[row.pk]) for row in reversed(rows))


def read_mutes(livestream: Livestream) -> tuple[StudioMute, ...]:
    """Return the mutes and bans made in a show that hold, newest first; one query."""
    rows = Sanction.objects.holding(clock.now()).filter(livestream=livestream)
    return tuple(
        StudioMute(
            public_id=row.public_id,
            kind=row.kind,
            name=row.user.name,
            by=row.by.name if row.by else _("a rule of the room"),
            reason=say(row.reason),
            until=row.until,
            is_everywhere=row.creator_id is not None,
        )
        for row in rows.select_related("user", "by").order_by("-id")
    )


def _describe_message(row: ChatMessage, reports_count: int) -> StudioMessage:
    badges = tuple(str(badge) for badge in row.badges)
    return StudioMessage(
        public_id=row.public_id,
        author=row.author_name,
        badges=badges,
        text=row.text,
        is_held=row.state == ChatMessage.State.HELD,
        why=say(row.why),
        at=row.at,
        may_be_muted=not {"host", "co_host", "moderator", "staff"} & set(badges),
        reports_count=reports_count,
        is_flagged=row.is_flagged,
        about=_name_subject(row),
        answers=row.reply_to.author_name if row.reply_to else "",
    )


def _say(minor: int | None, livestream: Livestream) -> Money | None:
    return None if minor is None else Money(minor, livestream.market.currency)


def _list_barred(keys: list[int], livestream: Livestream) -> dict[str, Bar]:
    bars = list_barred(keys, livestream.market, clock.now())
    return {bar.product: bar for bar in bars.values()}


def _name_subject(row: ChatMessage) -> str:
    shielding = getattr(row, "shielding", None)
    return shielding.get_kind_display() if shielding else ""
