"""A room's rules and the line at its top, and whom the rules let write."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from creators.models import Creator, Follow
from livestreams.models import ChatMessage, ChatPin, Livestream, LivestreamProduct
from livestreams.models import RoomRules as Rules
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Author
from livestreams.protocol.talking import ChatPinned, ChatUnpinned, RulesChanged
from orders.models import Order, OrderLine

PIN_TYPES = frozenset({ChatPinned.type, ChatUnpinned.type})
SHIELD_GAP = 30
BOUGHT = (Order.State.PAID, Order.State.DISPATCHED, Order.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class StudioRules:
    """The rules as the studio's form offers them."""

    slow_seconds: int
    account_minutes: int
    is_followers_only: bool
    is_buyers_only: bool
    slow_choices: tuple[tuple[int, str], ...]
    account_choices: tuple[tuple[int, str], ...]

    @property
    def is_open(self) -> bool:
        """Whether everybody may write, as fast as they like."""
        return not (
            self.slow_seconds
            or self.account_minutes
            or self.is_followers_only
            or self.is_buyers_only
        )


@dataclass(frozen=True, slots=True)
class StudioLine:
    """The line at the top of the chat as the studio shows it."""

    public_id: str
    name: str
    text: str
    by: str
    at: dt.datetime


def find_rules(livestream: Livestream) -> Rules:
    """Return a room's rules; a room without a row asks nothing.

    No query where the show was read with its rules. The show keeps what is made.
    """
    rules: Rules | None = getattr(livestream, "rules", None)
    return rules or Rules(livestream=livestream)


def find_gap(livestream: Livestream) -> int:
    """Return how many seconds a person waits between messages, shield mode included."""
    shield = SHIELD_GAP if livestream.shielded_at is not None else 0
    return max(find_rules(livestream).slow_seconds, shield)


def read_studio_rules(livestream: Livestream) -> StudioRules:
    """Return the rules with what may be chosen; one query."""
    rules = Rules.objects.filter(livestream=livestream).first() or Rules()
    return StudioRules(
        slow_seconds=rules.slow_seconds,
        account_minutes=rules.account_minutes,
        is_followers_only=rules.is_followers_only,
        is_buyers_only=rules.is_buyers_only,
        slow_choices=tuple((key, str(text)) for key, text in Rules.Slow.choices),
        account_choices=tuple((key, str(text)) for key, text in Rules.Age.choices),
    )


def read_studio_line(livestream: Livestream) -> StudioLine | None:
    """Return the line at the top of the chat; one query."""
    pin = find_pin(livestream)
    if pin is None:
        return None
    message = pin.message
    return StudioLine(
        public_id=message.public_id,
        name=message.author_name,
        text=message.text,
        by=pin.pinned_by.name,
        at=pin.pinned_at,
    )


def find_pin(livestream: Livestream) -> ChatPin | None:
    """Return what is at the top of a room's chat, with its words; one query."""
    rows = ChatPin.objects.filter(livestream=livestream, removed_at=None)
    return rows.select_related("message", "pinned_by").first()


def describe_rules(rules: Rules) -> RulesChanged:
    """Return the rules as the room is told them."""
    return RulesChanged(
        slow_seconds=rules.slow_seconds,
        account_minutes=rules.account_minutes,
        is_followers_only=rules.is_followers_only,
        is_buyers_only=rules.is_buyers_only,
        at=rules.changed_at,
    )


def describe_pin(pin: ChatPin) -> ChatPinned:
    """Return the line at the top as all see it."""
    message = pin.message
    return ChatPinned(
        id=message.public_id,
        author=Author(name=message.author_name, badges=tuple(message.badges)),
        text=message.text,
        by=pin.pinned_by.name,
        at=pin.pinned_at,
    )


def read_pin_event(public_id: str, pin: ChatPin | None) -> ChatPinned | ChatUnpinned:
    """Return what an event of a line says today; what left never comes back."""
    if pin is not None and pin.message.public_id == public_id:
        return describe_pin(pin)
    return ChatUnpinned(id=public_id)


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return a room's rules, where it has any, and the line at its top."""
    told = [
        seal(describe_rules(rules), seq=rules.seq)
        for rules in Rules.objects.filter(livestream=livestream)
    ]
    pin = find_pin(livestream)
    return [*told, seal(describe_pin(pin), seq=pin.seq)] if pin else told


def list_followers(creator: Creator, users: Collection[int]) -> set[int]:
    """Return which of these people follow a creator; one query."""
    rows = Follow.objects.filter(creator=creator, user__in=users).order_by()
    return set(rows.values_list("user_id", flat=True))


def list_buyers(creator: Creator, users: Collection[int]) -> set[int]:
    """Return which of these people bought something a creator has sold; one query.

    What counts is a paid order with a product that is or was on the shelf of one of
    the creator's shows, wherever it was bought.
    """
    shelf = LivestreamProduct.objects.filter(livestream__creator=creator)
    lines = OrderLine.objects.filter(
        order__user__in=users,
        order__state__in=BOUGHT,
        variant__product__in=shelf.values("product"),
    )
    return {key for key in lines.values_list("order__user", flat=True) if key}


def read_quoted(public_ids: Collection[str]) -> dict[tuple[int, str], ChatMessage]:
    """Return the lines of chat that replies name, by show and id."""
    if not public_ids:
        return {}
    rows = ChatMessage.objects.filter(
        public_id__in=public_ids, state=ChatMessage.State.VISIBLE
    )
    return {(row.livestream_id, row.public_id): row for row in rows}
