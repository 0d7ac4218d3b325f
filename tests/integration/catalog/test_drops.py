"""Drops: entered once, drawn fairly, admitted in turn, bought by admission only."""

import datetime as dt
import hashlib
import hmac
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from catalog import errors
from catalog.errors.drops import DropOpened
from catalog.models import Drop, DropEntry, Product, Variant
from catalog.selectors.drops import get_room
from catalog.services import drops
from creators.models import Creator
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_drop, make_product, make_variant

pytestmark = pytest.mark.django_db
START = dt.datetime(2030, 1, 1, 19, 58, tzinfo=dt.UTC)
OPENING = START + dt.timedelta(minutes=2)
PART: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """Stop the clock two minutes before the opening."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def stool() -> Product:
    """Offer five stools."""
    return make_variant(stock=5, product=make_product()).product


@pytest.fixture
def drop(stool: Product) -> Drop:
    """Plan a drop of the stools for eight o'clock: two at once, one a second."""
    return make_drop(stool, at_once=2, per_second=1)


def enter(drop: Drop, name: str, user: User | None = None) -> DropEntry:
    """Enter by a form that was read for as long as it takes."""
    holder = f"browser:{name}"
    form = drops.mint_form(drop, holder)
    facts = signing.loads(form, salt=drops.FORM_SALT)
    older = signing.dumps(facts | {"at": facts["at"] - 5}, salt=drops.FORM_SALT)
    return drops.enter_drop(drop, holder=holder, user=user, form=older)


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def after(seconds: float) -> dt.datetime:
    return OPENING + dt.timedelta(seconds=seconds)


def test_the_draw_can_be_computed_again_from_the_seed(
    drop: Drop, moment: time_machine.Traveller
) -> None:
    early = [enter(drop, f"early-{number}") for number in range(8)]
    assert drops.place_entries(drop) == 0
    moment.move_to(after(0.5))
    late = enter(drop, "late")
    assert drops.place_entries(drop) == 0
    moment.move_to(after(2))
    assert drops.place_entries(drop) == 9
    assert drops.place_entries(drop) == 0
    later = enter(drop, "later")
    assert drops.place_all() == 1
    drop.refresh_from_db()
    assert hashlib.sha256(drop.seed.encode()).hexdigest() == drop.seed_hash

    def draw(entry: DropEntry) -> str:
        return hmac.new(
            drop.seed.encode(), entry.public_id.encode(), hashlib.sha256
        ).hexdigest()

    order = [*sorted(early, key=draw), late, later]
    places = dict(DropEntry.objects.values_list("pk", "place"))
    assert [places[entry.pk] for entry in order] == list(range(1, 11))
    assert drop.placed_count == 10


def test_twenty_seconds_of_video_delay_are_no_disadvantage(
    stool: Product, moment: time_machine.Traveller
) -> None:
    """Five thousand see the call, half of them later; five hundred are first."""
    chance = random.Random(7)
    drop = make_drop(stool, at_once=500, per_second=100)
    arrivals = sorted(
        (chance.uniform(2, 40) + (20 if number % 2 else 0), number)
        for number in range(5_000)
    )
    for second, number in arrivals:
        moment.move_to(START + dt.timedelta(seconds=second))
        enter(drop, str(number))
    moment.move_to(after(1))
    assert drops.place_entries(drop) == 5_000
    first = DropEntry.objects.filter(place__lte=500).values_list("holder", flat=True)
    behind = sum(int(name.rpartition(":")[2]) % 2 for name in first)
    assert abs(behind - (500 - behind)) / 2_500 <= 0.02
    served = sum(number % 2 for _second, number in arrivals[:500])
    assert (500 - 2 * served) / 2_500 > 0.15, "first come would have been unfair"


def test_the_turn_follows_from_the_place(
    drop: Drop, moment: time_machine.Traveller
) -> None:
    for number in range(5):
        enter(drop, str(number))
    moment.move_to(after(1))
    drops.place_entries(drop)
    last = DropEntry.objects.get(place=5)
    room = get_room(drop, [last.holder])
    assert (room.state, room.turn_at, room.look_again) == ("queued", after(4), 3)
    assert get_room(drop, [DropEntry.objects.get(place=2).holder]).state == "admitted"
    moment.move_to(after(4))
    assert get_room(drop, [last.holder]).state == "admitted"


def test_one_entry_each_and_no_form_sent_too_fast(
    drop: Drop, teen: User, moment: time_machine.Traveller
) -> None:
    entry = enter(drop, "me")
    moment.shift(10)
    assert enter(drop, "me") == entry
    for form in (
        drops.mint_form(drop, "browser:bot"),
        drops.mint_form(drop, "browser:other"),
        "forged",
        "",
    ):
        with pytest.raises(errors.FormTooFresh):
            drops.enter_drop(drop, holder="browser:bot", user=None, form=form)
    with pytest.raises(errors.UnderAge):
        enter(drop, "teen", user=teen)
    Drop.objects.update(needs_account=True)
    drop.refresh_from_db()
    with pytest.raises(errors.AccountNeeded):
        enter(drop, "guest")
    assert DropEntry.objects.count() == 1


def test_too_early_and_too_late(stool: Product, moment: time_machine.Traveller) -> None:
    drop = make_drop(stool, entry_from=START + dt.timedelta(seconds=30))
    with pytest.raises(errors.DropNotOpen):
        enter(drop, "early")
    moment.move_to(drop.ends_at)
    with pytest.raises(errors.DropOver):
        enter(drop, "late")


def test_drops_that_cannot_be_are_refused(stool: Product, drop: Drop) -> None:
    moments = {"entry_from": START, "opens_at": START + dt.timedelta(seconds=59)}
    with pytest.raises(errors.DropTimes):
        make_drop(make_product(), **moments)
    with pytest.raises(errors.DropTimes):
        make_drop(make_product(), ends_at=OPENING)
    with pytest.raises(errors.DropOverlaps):
        make_drop(stool)


def test_a_move_takes_the_draw_along(
    drop: Drop, creator: Creator, moment: time_machine.Traveller
) -> None:
    by, later = creator.user, OPENING + dt.timedelta(minutes=5)
    entry = enter(drop, "early")
    moved = drops.move_drop(drop, opens_at=later, by=by, reason="Late parcel")
    assert drops.move_drop(drop, opens_at=later, by=by, reason="Again") == moved
    assert (moved.entry_from, moved.opens_at) == (drop.entry_from, later)
    assert moved.ends_at == drop.ends_at + dt.timedelta(minutes=5)
    moment.move_to(after(2))
    stale = Drop.objects.defer(None).get(pk=drop.pk)
    stale.opens_at = OPENING
    assert drops.place_entries(stale) == 0
    moment.move_to(later + dt.timedelta(seconds=2))
    assert drops.place_entries(stale) == 1
    entry.refresh_from_db()
    assert entry.place == 1


def test_a_waiting_room_that_is_not_open_moves_as_well(
    stool: Product, creator: Creator
) -> None:
    hour = dt.timedelta(hours=1)
    drop = make_drop(
        stool,
        entry_from=START + hour,
        opens_at=START + 2 * hour,
        ends_at=START + 3 * hour,
    )
    sooner = START + dt.timedelta(seconds=59)
    with pytest.raises(errors.DropTimes):
        drops.move_drop(drop, opens_at=sooner, by=creator.user, reason="Soon")
    make_drop(stool, opens_at=START + hour / 2, ends_at=START + hour)
    with pytest.raises(errors.DropOverlaps):
        drops.move_drop(
            drop, opens_at=START + 1.5 * hour, by=creator.user, reason="Sooner"
        )
    moved = drops.move_drop(
        drop, opens_at=START + 4 * hour, by=creator.user, reason="Later"
    )
    assert (moved.entry_from, moved.ends_at) == (START + 3 * hour, START + 5 * hour)


def test_what_has_opened_is_not_moved_and_what_is_over_not_called_off(
    drop: Drop, creator: Creator, moment: time_machine.Traveller
) -> None:
    by, much_later = creator.user, OPENING + dt.timedelta(hours=9)
    moment.move_to(OPENING)
    with pytest.raises(DropOpened) as refusal:
        drops.move_drop(drop, opens_at=much_later, by=by, reason="Late")
    assert refusal.value.code == "catalog.drop_opened"
    drops.call_off_drop(drop, by=by, reason="Lost parcel")
    with pytest.raises(errors.DropOver):
        drops.call_off_drop(drop, by=by, reason="Again")
    with pytest.raises(errors.DropOver):
        drops.move_drop(drop, opens_at=much_later, by=by, reason="Late")


def test_what_was_called_off_before_it_opened_gates_nothing(
    drop: Drop, creator: Creator, client: Client
) -> None:
    variant = drop.product.variants.get()
    with pytest.raises(errors.DropNotOpen):
        drops.refuse_gated([variant])
    drops.call_off_drop(drop, by=creator.user, reason="Lost parcel")
    drops.refuse_gated([variant])
    drop.refresh_from_db()
    with pytest.raises(errors.DropOver):
        enter(drop, "late")
    assert "This drop was called off" in text_of(client.get(drop.get_absolute_url()))
    make_drop(drop.product)


def test_staff_move_and_call_off_a_drop_by_the_clock_of_its_market(
    drop: Drop, admin_client: Client
) -> None:
    address = "/admin/catalog/drop/"
    facts = {"_selected_action": str(drop.pk), "decided": "1", "reason": "Late parcel"}
    moments = {"opens_at_0": "2030-01-01", "opens_at_1": "20:30:00"}
    admin_client.post(address, {"action": "move"} | facts | moments)
    drop.refresh_from_db()
    assert drop.opens_at == dt.datetime(2030, 1, 1, 20, 30, tzinfo=dt.UTC)
    admin_client.post(address, {"action": "call_off"} | facts)
    drop.refresh_from_db()
    assert drop.ends_at == drop.called_off_at == START


def test_an_admission_is_used_once_and_by_its_shopper(
    drop: Drop, stool: Product, moment: time_machine.Traveller
) -> None:
    variant = Variant.objects.get(product=stool)
    entry = enter(drop, "me")
    moment.move_to(after(1))
    drops.place_entries(drop)
    token = drops.mint_admission(entry)

    def use(holder: str, admission: str, key: str, fault: Exception | None) -> None:
        with drops.using_admission(
            variant, quantity=1, holders=[holder], admission=admission, key=key
        ):
            if fault is not None:
                raise fault

    for holder, admission in (("browser:you", token), ("browser:me", "forged")):
        with pytest.raises(errors.AdmissionNeeded):
            use(holder, admission, "key", None)
    with pytest.raises(errors.StockShort):
        use("browser:me", token, "key-1", errors.StockShort())
    use("browser:me", token, "key-2", None)
    use("browser:me", token, "key-2", None)
    with pytest.raises(errors.AdmissionUsed):
        use("browser:me", token, "key-3", None)
    assert get_room(drop, ["browser:me"]).state == "used"
    with pytest.raises(errors.AdmissionNeeded):
        drops.refuse_gated([variant])
    moment.move_to(drop.ends_at)
    drops.refuse_gated([variant])
    use("browser:anybody", "", "key-4", None)


def test_the_waiting_room_leads_from_door_to_purchase(
    drop: Drop, moment: time_machine.Traveller
) -> None:
    client, address = Client(), f"/drops/{drop.public_id}/"
    page = client.get(address)
    assert "Enter the waiting room" in text_of(page)
    assert drop.seed not in page.content.decode()
    assert drop.seed_hash in page.content.decode()
    form = re.search(r'name="form" value="([^"]+)"', page.content.decode())
    assert form is not None
    hasty = client.post(f"{address}enter/", {"form": form[1]}, follow=True)
    assert "Please press the button once more" in text_of(hasty)
    moment.shift(2)
    entered = client.post(f"{address}enter/", {"form": form[1]}, follow=True)
    assert "1 person is here" in text_of(entered)
    assert '<noscript><meta http-equiv="refresh"' in entered.content.decode()
    moment.move_to(after(1))
    part = client.get(address, **PART)
    assert b"<html" not in part.content
    assert 'name="admission"' in part.content.decode()
    assert "hx-trigger" not in part.content.decode().partition("<form")[0]
    assert "Buy now" in text_of(part)
    assert client.get(f"{address}draw.csv").status_code == 302
    moment.move_to(drop.ends_at)
    over = client.get(address)
    assert drop.seed in over.content.decode()
    listed: Any = client.get(f"{address}draw.csv")
    assert b"".join(listed.streaming_content).count(b"\n") == 2
    assert client.get("/drops/nothing/").status_code == 404


def test_the_products_page_leads_to_the_drop(drop: Drop) -> None:
    page = Client().get(f"/p/{drop.product.slug}/")
    assert f'href="/drops/{drop.public_id}/"' in page.content.decode()
    assert "At most 1 of each per household" in text_of(page)
    assert "Buy now" not in text_of(page)


def test_looking_again_costs_few_queries(
    drop: Drop, django_assert_num_queries: Any
) -> None:
    client = Client()
    for name in ("a", "b", "c"):
        enter(drop, name)
    client.get(f"/drops/{drop.public_id}/")
    holder = DropEntry.objects.get(holder="browser:a")
    DropEntry.objects.filter(pk=holder.pk).update(place=9)
    with django_assert_num_queries(3):
        client.get(f"/drops/{drop.public_id}/", **PART)
    assert clock.now() == START
