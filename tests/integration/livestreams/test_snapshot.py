"""Snapshot and events: an old state with its events equals a fresh read."""

import datetime as dt
from collections.abc import Callable

import orjson
import pytest

from catalog.models import Bundle, Drop, Offer, Product, Stock, Variant
from catalog.services import drops as catalog_drops
from catalog.services.bundles import end_bundle, set_bundle_price
from creators.models import Creator
from livestreams.broadcast.order import Sequencer
from livestreams.broadcast.state import RoomState
from livestreams.models import (
    ChatMessage,
    ChatPin,
    Giveaway,
    GiveawayTerms,
    HelpCall,
    Livestream,
    LivestreamProduct,
    ModerationAction,
    Pin,
    Poll,
    Question,
    Sanction,
    WordList,
)
from livestreams.protocol.envelopes import Envelope
from livestreams.protocol.events import EVENTS, Kind
from livestreams.selectors.pins import describe_stock, list_stock
from livestreams.selectors.polls import read_sums
from livestreams.selectors.room import read_marks, read_room
from livestreams.services import (
    actions,
    chat,
    chat_pins,
    erasure,
    giveaways,
    help_calls,
    moderation,
    offers,
    pins,
    polls,
    questions,
    removals,
    room,
    rules,
    sanctions,
    shield_mode,
    shieldings,
    shows,
    words,
)
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import (
    make_bundle,
    make_drop,
    make_livestream,
    make_offer_limit,
    make_product,
    make_variant,
)
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db

COMPLAINT = "where is my parcel, it has been three weeks"
QUALITY = "mine fell apart after one wash"
KEPT = (Kind.DURABLE, Kind.STATE, Kind.PRIVATE)


class World:
    """A show, its people and a product, and what happened before the snapshot."""

    def __init__(self, show: Livestream, creator: Creator, shopper: User) -> None:
        self.show = show
        self.host = creator.user
        self.shopper = shopper
        variant: Variant = make_variant()
        self.product: Product = variant.product

    def say(self, text: str) -> ChatMessage:
        return chat.post_message(
            chat.NewMessage(
                livestream=self.show.public_id,
                person=self.shopper.public_id,
                badges=(),
                text=text,
            )
        )

    def pin_line(self) -> ChatMessage:
        row = self.say("Free postage tonight")
        chat_pins.pin_message(row, by=self.host)
        return row

    def slow_down(self) -> None:
        rules.change_rules(self.show, by=self.host, slow_seconds=30)

    def say_held(self) -> ChatMessage:
        WordList.objects.create(language="en", severity="hold", words=["rubbish"])
        return self.say("rubbish")

    def pin(self) -> Pin:
        return pins.place_pin(self.show, self.product, by=self.host)

    def make_bundle(self) -> Bundle:
        variant = self.product.variants.get()
        other = make_variant(product=make_product(brand=self.product.brand))
        return make_bundle((variant, 1), (other, 2))

    def shelve(self) -> None:
        make_offer_limit(product=self.product, set_by=self.host)
        LivestreamProduct.objects.create(livestream=self.show, product=self.product)
        self.pin()

    def open_offer(self) -> Offer:
        offer = offers.open_offer(
            self.show, self.product, amount_minor=1500, minutes=10, by=self.host
        )
        outbox.relay()
        return offer

    def plan_drop(self) -> Drop:
        drop = make_drop(self.product)
        outbox.relay()
        return drop

    def ask(self) -> Question:
        return questions.ask_question(
            chat.NewMessage(
                livestream=self.show.public_id,
                person=self.shopper.public_id,
                badges=(),
                text="Is it oak?",
            )
        )

    def pin_question(self) -> Question:
        question = self.ask()
        questions.pin_question(question, by=self.host)
        return question

    def open_poll(self) -> Poll:
        return polls.open_poll(
            self.show, question="Which first?", options=["Red", "Blue"], by=self.host
        )

    def give_away(self) -> Giveaway:
        market = self.show.market
        GiveawayTerms.objects.get_or_create(market=market, is_allowed=True)
        return giveaways.open_giveaway(
            self.show,
            title="A stool",
            prize="One stool",
            closes_at=clock.now() + dt.timedelta(minutes=5),
            by=self.host,
        )

    def vote(self, poll: Poll) -> None:
        polls.cast_vote(poll, self.shopper, 1)
        sums = read_sums([self.show.public_id])
        room.announce(self.show, list(sums.values()))

    def sell_one(self) -> None:
        Stock.objects.filter(variant__product=self.product).update(
            allocated=1, version=1
        )
        levels = list_stock([self.show.public_id])[self.show.public_id]
        room.announce(self.show, [describe_stock(level) for level in levels])


Act = Callable[[], object]
Case = Callable[[World], Act]


def _started(world: World) -> Act:
    world.show = make_livestream(creator=world.show.creator)
    return lambda: shows.start_livestream(world.show)


def _resumed(world: World) -> Act:
    shows.pause_livestream(world.show)
    return lambda: shows.resume_livestream(world.show)


def _ended(world: World) -> Act:
    world.pin()
    return lambda: shows.end_livestream(world.show)


def _unpinned(world: World) -> Act:
    pin = world.pin()
    return lambda: pins.remove_pin(pin)


def _sold(world: World) -> Act:
    world.pin()
    return world.sell_one


def _removed(world: World) -> Act:
    row = world.say("secret")
    return lambda: chat.remove_message(row, by=world.host, reason="Private")


def _removed_and_erased(world: World) -> Act:
    row = world.say("secret")
    chat.remove_message(row, by=world.host, reason="Private")
    return lambda: erasure.erase_chat(world.shopper, by=world.shopper)


def _released(world: World) -> Act:
    row = world.say_held()
    return lambda: moderation.look_again(row.pk)


def _answered(world: World) -> Act:
    question = world.pin_question()
    return lambda: questions.answer_question(question, by=world.host, answer="Oak.")


def _dismissed(world: World) -> Act:
    question = world.pin_question()
    return lambda: questions.dismiss_question(question, by=world.host, reason="Rude")


def _dismissal_undone(world: World) -> Act:
    questions.dismiss_question(world.ask(), by=world.host, reason="Rude")
    action = ModerationAction.objects.get()
    return lambda: removals.undo_action(action, by=world.host, reason="By mistake")


def _replaced(world: World) -> Act:
    world.pin_question()
    other = Question.objects.create(
        livestream=world.show, asker=world.host, asker_name="Ada", text="And ash?"
    )
    return lambda: questions.pin_question(other, by=world.host)


def _case_opened(world: World) -> Act:
    row = world.say(COMPLAINT)
    return lambda: shieldings.open_private_case(row)


def _quality_removed(world: World) -> Act:
    row = world.say(QUALITY)
    return lambda: chat.remove_message(row, by=world.host, reason="Rude")


def _quality_held(world: World) -> Act:
    row = world.say(QUALITY)
    action = actions.record(
        actions.Kind.HOLD, world.show, by=None, reason="Reported", person=world.shopper
    )
    return lambda: removals.hold_back(action, ChatMessage.objects.filter(pk=row.pk))


def _quality_released(world: World) -> Act:
    _quality_held(world)()
    row = ChatMessage.objects.filter(state=ChatMessage.State.HELD).latest("pk")
    return lambda: chat.release_message(row, by=world.host, reason="Fine")


def _quality_back(world: World) -> Act:
    world.say(QUALITY)
    action = removals.remove_phrase(world.show, "fell apart", by=world.host)
    return lambda: removals.undo_action(action, by=world.host, reason="By mistake")


def _all_told_erased(world: World) -> Act:
    """Lines in each standing: offered, a private case, in the room; and a question."""
    shieldings.open_private_case(world.say(COMPLAINT))
    world.say(COMPLAINT)
    world.say(QUALITY)
    world.pin_question()
    return lambda: erasure.erase_chat(world.shopper, by=world.shopper)


def _said_in_room(world: World) -> Act:
    row = world.say(COMPLAINT)
    return lambda: shieldings.say_in_room(row)


def _voted(world: World) -> Act:
    poll = world.open_poll()
    return lambda: world.vote(poll)


def _poll_closed(world: World) -> Act:
    poll = world.open_poll()
    world.vote(poll)
    return lambda: polls.close_poll(poll)


def _replied(world: World) -> Act:
    row = world.say("Is it oak?")
    return lambda: chat.post_message(
        chat.NewMessage(
            livestream=world.show.public_id,
            person=world.shopper.public_id,
            badges=(),
            text="It is.",
            reply_to=row.public_id,
        )
    )


def _line_up(world: World) -> Act:
    row = world.say("Free postage tonight")
    return lambda: chat_pins.pin_message(row, by=world.host)


def _line_replaced(world: World) -> Act:
    world.pin_line()
    return world.pin_line


def _line_down(world: World) -> Act:
    row = world.pin_line()
    return lambda: chat_pins.unpin_message(row, by=world.host)


def _line_removed(world: World) -> Act:
    row = world.pin_line()
    return lambda: chat.remove_message(row, by=world.host, reason="Private")


def _line_erased(world: World) -> Act:
    world.pin_line()
    return lambda: erasure.erase_chat(world.shopper, by=world.shopper)


def _loosened(world: World) -> Act:
    world.slow_down()
    return lambda: rules.change_rules(world.show, by=world.host)


def _ended_with_all(world: World) -> Act:
    world.pin_line()
    world.pin_question()
    world.vote(world.open_poll())
    return lambda: shows.end_livestream(world.show)


def _muted(world: World) -> Act:
    world.say("rude")
    return lambda: sanctions.mute_person(
        world.show, world.shopper, by=world.host, reason="Rude", is_wiping=True
    )


def _unmuted(world: World) -> Act:
    world.say("rude")
    mute = sanctions.mute_person(
        world.show, world.shopper, by=world.host, reason="Rude", is_wiping=True
    )
    return lambda: sanctions.lift_sanction(mute, by=world.host, reason="Sorry")


def _phrase_removed(world: World) -> Act:
    world.say("Buy gold now")
    world.say("buy GOLD here")
    return lambda: removals.remove_phrase(world.show, "gold", by=world.host)


def _phrase_undone(world: World) -> Act:
    world.say("Buy gold now")
    action = removals.remove_phrase(world.show, "gold", by=world.host)
    return lambda: removals.undo_action(action, by=world.host, reason="By mistake")


def _shielded(world: World) -> Act:
    return lambda: shield_mode.raise_shield(world.show, by=world.host)


def _unshielded(world: World) -> Act:
    action = shield_mode.raise_shield(world.show, by=world.host)
    return lambda: removals.undo_action(action, by=world.host, reason="Calm again")


def _bundle_pinned(world: World) -> Act:
    bundle = world.make_bundle()
    return lambda: pins.pin_bundle(world.show, bundle, by=world.host)


def _bundle_unpinned(world: World) -> Act:
    pin = pins.pin_bundle(world.show, world.make_bundle(), by=world.host)
    return lambda: pins.remove_pin(pin)


def _bundle_shelved(world: World) -> Act:
    world.make_bundle()
    return world.pin


def _offered(world: World) -> Act:
    world.shelve()
    return world.open_offer


def _offer_closed(world: World) -> Act:
    world.shelve()
    offer = world.open_offer()

    def act() -> None:
        offers.close_offer(offer, by=world.host)
        outbox.relay()

    return act


def _ended_with_an_offer(world: World) -> Act:
    world.shelve()
    world.open_offer()

    def act() -> None:
        shows.end_livestream(world.show)
        outbox.relay()

    return act


def _shelved_without_pin(world: World) -> None:
    LivestreamProduct.objects.create(livestream=world.show, product=world.product)


def _drop_planned(world: World) -> Act:
    _shelved_without_pin(world)
    return world.plan_drop


def _drop_shelved(world: World) -> Act:
    make_drop(world.product)
    outbox.relay()
    return world.pin


def _drop_moved(world: World) -> Act:
    _shelved_without_pin(world)
    drop = world.plan_drop()

    def act() -> None:
        opens_at = drop.opens_at + dt.timedelta(minutes=5)
        catalog_drops.move_drop(
            drop, opens_at=opens_at, by=world.host, reason="Late parcel"
        )
        outbox.relay()

    return act


def _drop_called_off(world: World) -> Act:
    _shelved_without_pin(world)
    drop = world.plan_drop()

    def act() -> None:
        catalog_drops.call_off_drop(drop, by=world.host, reason="Lost parcel")
        outbox.relay()

    return act


def _helped(world: World) -> Act:
    help_calls.call_for_help(world.show, by=world.host, words="Threats")
    call = HelpCall.objects.get(answered_at=None)
    return lambda: help_calls.answer_help(call, by=world.shopper)


def _covered(world: World) -> Act:
    shows.pause_livestream(world.show, by=world.host)
    return lambda: shows.pause_livestream(world.show, by=world.host, why=shows.SLATE)


def _drawn(world: World) -> Act:
    giveaway = world.give_away()
    giveaways.end_entries(giveaway, by=world.host)
    return lambda: giveaways.draw_giveaway(giveaway, by=world.host)


CASES: dict[str, list[Case]] = {
    "chat.posted": [
        lambda world: lambda: world.say("Hello"),
        _released,
        _replied,
        _phrase_undone,
    ],
    "case.told": [
        lambda world: lambda: world.say(COMPLAINT),
        lambda world: lambda: world.say(QUALITY),
        _case_opened,
        _said_in_room,
        _quality_removed,
        _quality_held,
        _quality_released,
        _quality_back,
        _all_told_erased,
    ],
    "chat.pinned": [_line_up, _line_replaced],
    "chat.unpinned": [
        _line_down,
        _line_replaced,
        _line_removed,
        _line_erased,
        _ended_with_all,
    ],
    "rules.changed": [lambda world: world.slow_down, _loosened],
    "chat.removed": [_removed, _phrase_removed, _muted],
    "chat.held": [
        lambda world: world.say_held,
        _released,
        _removed,
        _phrase_removed,
        _phrase_undone,
        _removed_and_erased,
    ],
    "show.started": [_started],
    "show.paused": [
        lambda world: lambda: shows.pause_livestream(world.show),
        _covered,
    ],
    "giveaway.changed": [lambda world: world.give_away, _drawn],
    "drop.changed": [
        _drop_planned,
        _drop_shelved,
        _drop_moved,
        _drop_called_off,
    ],
    "show.resumed": [_resumed],
    "show.ended": [_ended],
    "pin.placed": [lambda world: world.pin, _bundle_pinned],
    "pin.removed": [_unpinned, _bundle_unpinned],
    "bundle.changed": [_bundle_pinned, _bundle_shelved],
    "offer.opened": [_offered],
    "offer.closed": [_offer_closed, _ended_with_an_offer],
    "stock.changed": [_sold],
    "question.told": [
        lambda world: world.ask,
        _answered,
        _dismissed,
        _dismissal_undone,
        _all_told_erased,
    ],
    "question.pinned": [lambda world: world.pin_question, _answered, _replaced],
    "question.unpinned": [
        _dismissed,
        _replaced,
        _all_told_erased,
        _ended_with_all,
    ],
    "poll.opened": [lambda world: world.open_poll],
    "poll.counted": [_voted, _poll_closed],
    "poll.closed": [_poll_closed, _ended_with_all],
    "moderation.told": [_muted, _unmuted],
    "shield.changed": [_shielded, _unshielded],
    "help.changed": [
        lambda world: lambda: help_calls.call_for_help(world.show, by=world.host),
        _helped,
    ],
}


def primed(show: Livestream) -> RoomState:
    snapshot = read_room(show.public_id)
    state = RoomState()
    state.prime(snapshot.seq, snapshot.envelopes)
    return state


def follow(state: RoomState, told: list[Envelope]) -> None:
    order = Sequencer(state.seq)
    for envelope in told:
        ready = order.offer(envelope) if envelope.seq else [envelope]
        for one in ready:
            state.apply(one)


def seen(state: RoomState) -> dict[str, object]:
    return {
        "seq": state.seq,
        "values": {key: one.body for key, one in state.values.items()},
        "chat": [one.body for one in state.chat.values()],
        "private": {
            person: {key: one.body for key, one in values.items()}
            for person, values in state.private.items()
            if values
        },
    }


@pytest.mark.parametrize(
    "name", [name for name, event in EVENTS.items() if event.kind in KEPT]
)
def test_an_old_state_with_its_events_equals_a_fresh_one(
    name: str, show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    for case in CASES[name]:
        WordList.objects.all().delete()
        words.forget_rules()
        Question.objects.all().delete()
        Poll.objects.all().delete()
        ChatPin.objects.all().delete()
        Sanction.objects.all().delete()
        ModerationAction.objects.all().delete()
        HelpCall.objects.all().delete()
        Livestream.objects.update(shielded_at=None)
        show.refresh_from_db()
        world = World(show, creator, shopper)
        act = case(world)
        state = primed(world.show)
        with listen() as told:
            act()
        follow(state, told)
        levels = list_stock([world.show.public_id])[world.show.public_id]
        state.retain_stock(level.variant for level in levels)
        assert name in {orjson.loads(one.body)["type"] for one in told}
        assert seen(state) == seen(primed(world.show))


def test_marks_find_pins_that_the_bus_lost(
    show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    world = World(show, creator, shopper)
    state = primed(show)
    with listen():
        pin = world.pin()
    mark = read_marks([show.public_id])[show.public_id]
    assert mark.seq == state.seq
    follow(state, mark.pins)
    assert f"pin:{pin.public_id}" in state.values
    with listen():
        pins.remove_pin(pin)
    follow(state, read_marks([show.public_id])[show.public_id].pins)
    assert f"pin:{pin.public_id}" not in state.values


def test_marks_find_offers_that_the_bus_lost(
    show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    world = World(show, creator, shopper)
    with listen():
        world.shelve()
    state = primed(show)
    with listen():
        offer = world.open_offer()
    follow(state, read_marks([show.public_id])[show.public_id].pins)
    assert f"offer:{offer.public_id}" in state.values
    assert seen(state) == seen(primed(show))
    with listen():
        offers.close_offer(offer, by=world.host)
    follow(state, read_marks([show.public_id])[show.public_id].pins)
    assert seen(state) == seen(primed(show))


def test_marks_find_bundles_that_changed(
    show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    world = World(show, creator, shopper)
    with listen():
        world.shelve()
    bundle = world.make_bundle()
    acts: list[Act] = [
        lambda: pins.pin_bundle(show, bundle, by=creator.user),
        lambda: set_bundle_price(
            bundle, show.market, 3900, by=creator.user, reason="Less"
        ),
        world.open_offer,
        lambda: offers.close_offer(Offer.objects.get(), by=creator.user),
        lambda: end_bundle(bundle, by=creator.user, reason="Over"),
    ]
    told = []
    for act in acts:
        state = primed(show)
        with listen():
            act()
        follow(state, read_marks([show.public_id])[show.public_id].pins)
        levels = list_stock([show.public_id])[show.public_id]
        follow(state, [describe_stock(level) for level in levels])
        state.retain_stock(level.variant for level in levels)
        assert seen(state) == seen(primed(show))
        event = orjson.loads(state.values[f"bundle:{bundle.public_id}"].body)
        told.append((event["price_minor"], event["rests"]))
    assert told == [
        (4000, False),
        (3900, False),
        (3900, True),
        (3900, False),
        (3900, True),
    ]


def test_marks_name_whom_a_lost_message_left_in_the_room(
    show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    with listen():
        ban = sanctions.ban_person(show, shopper, by=creator.user, reason="Threats")
    assert read_marks([show.public_id])[show.public_id].banned == [shopper.public_id]
    sanctions.lift_sanction(ban, by=creator.user, reason="Apologised")
    assert read_marks([show.public_id])[show.public_id].banned == []


def test_marks_cost_the_same_queries_whatever_the_rooms(
    creator: Creator, shopper: User, django_assert_num_queries: "object"
) -> None:
    ids = []
    for _ in range(3):
        show = shows.start_livestream(make_livestream(creator=creator))
        World(show, creator, shopper).pin()
        ids.append(show.public_id)
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert len(read_marks(ids)) == 3
