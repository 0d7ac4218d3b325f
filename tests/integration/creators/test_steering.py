"""Run alone: next product, slate, a second device as remote control, giveaways."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import Commission, Creator
from creators.selectors.run_days import expect_payment
from creators.services.reversals import reverse_line
from livestreams.access.remotes import mint_remote_link
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import (
    Giveaway,
    GiveawayTerms,
    Livestream,
    Pin,
    RemoteControl,
    RoomEvent,
)
from livestreams.selectors.sales import read_sales
from livestreams.services import shows
from livestreams.services.attribution import attribute_order
from livestreams.services.giveaways import enter_giveaway
from livestreams.services.pins import place_pin
from livestreams.services.publishing import note_picture, note_picture_lost
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import (
    make_paid_order,
    make_payout_rule,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_studio import act, page_of, put_on_air

pytestmark = pytest.mark.django_db
State = Livestream.State


@pytest.fixture
def host(client: Client, creator: Creator) -> Client:
    """Be signed in as the host of a show on air."""
    client.force_login(creator.user)
    return client


@pytest.fixture
def titles(stall: Stall) -> list[str]:
    """Put four products on the shelf, the third of them sold out."""
    put_on_air(stall.show)
    names = [stall.variant.product.title]
    for place, (title, stock) in enumerate([("Jug", 5), ("Bowl", 0), ("Plate", 5)], 1):
        product = make_product(title=title)
        make_variant(product=product, stock=stock)
        stall.show.shelf.create(product=product, position=place)
        names.append(title)
    return names


def on_screen(show: Livestream) -> list[str]:
    pins = Pin.objects.filter(livestream=show, removed_at=None)
    return list(pins.values_list("product__title", flat=True))


def last_pin(show: Livestream) -> str:
    return Pin.objects.filter(livestream=show).latest("placed_at", "id").public_id


def test_next_product_goes_round_the_shelf_past_what_is_sold_out(
    host: Client, stall: Stall, titles: list[str]
) -> None:
    shown = []
    for _ in range(4):
        assert "On screen: " in act(host, stall.show, "next")
        shown += on_screen(stall.show)
    assert shown == [titles[0], "Jug", "Plate", titles[0]]


def test_two_taps_at_once_skip_no_product(
    host: Client, stall: Stall, titles: list[str]
) -> None:
    act(host, stall.show, "next")
    seen = last_pin(stall.show)
    for _ in range(2):
        act(host, stall.show, "next", after=seen)
    assert on_screen(stall.show) == ["Jug"]


def test_next_product_is_refused_plainly_and_takes_nothing_off(
    host: Client, stall: Stall
) -> None:
    assert "not on air" in act(host, stall.show, "next")
    put_on_air(stall.show)
    act(host, stall.show, "next")
    assert "no other product" in act(host, stall.show, "next")
    assert on_screen(stall.show) == [stall.variant.product.title]


def test_a_slate_follows_a_break_and_a_lost_picture_does_not_lift_it(
    client: Client, host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    act(host, stall.show, "pause")
    watch = reverse("livestreams:livestream-watch", args=[stall.show.public_id])
    assert 'data-why="break"' in Client().get(watch).text
    for _ in range(2):
        act(host, stall.show, "slate")
    assert 'data-why="slate"' in Client().get(watch).text
    told = RoomEvent.objects.filter(livestream=stall.show, type="show.paused")
    assert [row.body["why"] for row in told] == ["break", "slate"]
    note_picture_lost(stall.show.public_id)
    note_picture(stall.show.public_id)
    stall.show.refresh_from_db()
    assert stall.show.state == State.PAUSED
    assert "You are live again" in act(host, stall.show, "resume")


def test_a_slate_over_a_lost_picture_stays_when_the_picture_is_back(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    note_picture_lost(stall.show.public_id)
    act(host, stall.show, "slate")
    note_picture(stall.show.public_id)
    stall.show.refresh_from_db()
    assert stall.show.state == State.PAUSED


def make_remote(host: Client, show: Livestream) -> str:
    """Show a code in the studio and return the address in it."""
    page = act(host, show, "remote")
    remote = RemoteControl.objects.latest("id")
    assert "<svg" in page
    return reverse("creators:remote-open", args=[mint_remote_link(remote.public_id)])


def open_remote(host: Client, show: Livestream) -> Client:
    """Return a device that is nobody and took the remote control."""
    device = Client(headers={"user-agent": "Mozilla/5.0 (iPhone)"})
    address = make_remote(host, show)
    assert "Use this device" in device.get(address).text
    assert device.post(address).status_code == 302
    return device


def test_a_second_device_steers_the_show_and_sees_no_money(
    host: Client, stall: Stall, titles: list[str]
) -> None:
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    device = open_remote(host, stall.show)
    page = page_of(device, stall.show)
    assert "Next product" in page
    for hidden in ("for you", "Stream key", "End show", "studio-sales", "Sign out"):
        assert hidden not in page
    act(device, stall.show, "next")
    assert on_screen(stall.show) == [titles[0]]
    act(device, stall.show, "unpin", pin=last_pin(stall.show))
    assert on_screen(stall.show) == []
    assert "Go on" in act(device, stall.show, "slate")
    act(device, stall.show, "resume")
    assert "Help is called" in act(device, stall.show, "help")
    assert "iPhone" in page_of(host, stall.show)


@pytest.mark.parametrize(
    "name", ["start", "end", "key", "offer-open", "remote", "remote-off", "poll-open"]
)
def test_a_second_device_has_that_duty_only(
    host: Client, stall: Stall, name: str
) -> None:
    put_on_air(stall.show)
    device = open_remote(host, stall.show)
    place = reverse("creators:studio-act", args=[stall.show.public_id, name])
    assert device.post(place).status_code == 404
    for duty in ("say", "ban", "rules", "help-answer"):
        place = reverse("creators:studio-duty", args=[stall.show.public_id, duty])
        assert device.post(place).status_code == 404
    place = reverse("creators:studio-ticket", args=[stall.show.public_id])
    assert device.get(place).status_code == 404


def test_a_link_opens_one_device_once_and_for_ten_minutes(
    host: Client, stall: Stall
) -> None:
    address = make_remote(host, stall.show)
    assert Client().post(address).status_code == 302
    for late in (Client().get(address), Client().post(address)):
        assert late.status_code == 404
        assert "does not work any more" in late.text
    fresh = make_remote(host, stall.show)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=11), tick=False):
        assert Client().post(fresh).status_code == 404
    forged = reverse("creators:remote-open", args=["x:y:z"])
    assert Client().get(forged).status_code == 404


def test_a_new_code_replaces_the_one_that_nobody_opened(
    host: Client, stall: Stall
) -> None:
    first = make_remote(host, stall.show)
    make_remote(host, stall.show)
    assert Client().post(first).status_code == 404


def test_a_device_is_turned_off_at_once_and_by_the_end_of_the_show(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    device = open_remote(host, stall.show)
    studio = reverse("creators:studio", args=[stall.show.public_id])
    remote = RemoteControl.objects.get()
    act(host, stall.show, "remote-off", remote=remote.public_id)
    assert device.get(studio).status_code == 404
    other = open_remote(host, stall.show)
    assert other.get(studio).status_code == 200
    shows.end_livestream(stall.show)
    assert other.get(studio).status_code == 404
    acts = ["make_remote", "take_remote", "revoke_remote"]
    for name in acts:
        assert Audit.objects.filter(action=f"livestreams.{name}").exists()


def test_a_device_of_somebody_who_lost_the_duty_is_refused(
    client: Client, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    duty = stall.show.co_hosts.create(user=shopper, duty="co_host")
    client.force_login(shopper)
    device = open_remote(client, stall.show)
    duty.delete()
    studio = reverse("creators:studio", args=[stall.show.public_id])
    assert device.get(studio).status_code == 404


def test_a_key_opens_no_other_show_and_four_devices_are_enough(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    devices = [open_remote(host, stall.show) for _ in range(4)]
    other = Livestream.objects.create(
        creator=stall.show.creator,
        market=stall.show.market,
        title="Another",
        starts_at=clock.now(),
    )
    studio = reverse("creators:studio", args=[other.public_id])
    assert devices[0].get(studio).status_code == 404
    assert "Four devices" in act(host, stall.show, "remote")


@pytest.fixture
def terms(stall: Stall) -> GiveawayTerms:
    """Let the market have giveaways."""
    put_on_air(stall.show)
    return GiveawayTerms.objects.create(market=stall.show.market, is_allowed=True)


def open_giveaway(host: Client, show: Livestream, **changes: str) -> str:
    facts = {"title": "A stool", "prize": "One stool", "winners": "1", "minutes": "15"}
    return act(host, show, "giveaway-open", **(facts | changes))


def test_a_host_opens_closes_and_draws_a_giveaway_in_the_studio(
    host: Client, stall: Stall, terms: GiveawayTerms
) -> None:
    assert "The giveaway is open" in open_giveaway(host, stall.show)
    giveaway = Giveaway.objects.get()
    adult = make_user(age_band=User.AgeBand.ADULT, market=stall.show.market)
    entry = enter_giveaway(giveaway, user=adult)
    assert "1 entry" in page_of(host, stall.show)
    said = {"giveaway": giveaway.public_id}
    assert "still taken" in act(host, stall.show, "giveaway-draw", **said)
    for _ in range(2):
        page = act(host, stall.show, "giveaway-close", **said)
        assert "closed with 1 on the list" in page
    giveaway.refresh_from_db()
    hash_of_list = giveaway.list_hash
    for _ in range(2):
        page = act(host, stall.show, "giveaway-draw", **said)
        assert "Drawn." in page
        next_of_keyboard = f'id="give-next-{giveaway.public_id}"'
        assert page.count(next_of_keyboard) == 1, "the focus goes on to what is left"
    giveaway.refresh_from_db()
    entry.refresh_from_db()
    assert (giveaway.state, entry.rank) == (Giveaway.State.DRAWN, 1)
    assert giveaway.list_hash == hash_of_list != ""
    events = RoomEvent.objects.filter(type="giveaway.changed").count()
    assert events == 3


def test_giveaways_are_linked_on_the_watch_page_for_adults_alone(
    host: Client, stall: Stall, terms: GiveawayTerms, teen: User
) -> None:
    open_giveaway(host, stall.show)
    watch = reverse("livestreams:livestream-watch", args=[stall.show.public_id])
    adult = make_user(email="adult@people.example", age_band=User.AgeBand.ADULT)
    for person, is_shown in ((adult, True), (teen, False), (None, False)):
        viewer = Client()
        if person is not None:
            viewer.force_login(person)
        assert ("A stool" in viewer.get(watch).text) is is_shown


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"winners": "0"}, {"minutes": "x"}]
)
def test_a_giveaway_that_cannot_be_is_refused(
    host: Client, stall: Stall, terms: GiveawayTerms, changes: dict[str, str]
) -> None:
    assert "A giveaway needs" in open_giveaway(host, stall.show, **changes)
    assert not Giveaway.objects.exists()


def test_where_a_permit_is_needed_no_giveaway_is_offered(
    host: Client, stall: Stall, terms: GiveawayTerms
) -> None:
    GiveawayTerms.objects.update(is_allowed=False)
    assert "not allowed in this country" in open_giveaway(host, stall.show)
    assert "give-open" not in page_of(host, stall.show)


def test_sales_are_shown_net_of_returns_and_by_pin(host: Client, stall: Stall) -> None:
    put_on_air(stall.show)
    product = stall.variant.product
    pin = place_pin(stall.show, product, by=stall.creator.user)
    tapped = mint_source_ref(
        Surface.PIN,
        livestream=stall.show.public_id,
        product=product.public_id,
        pin=pin.public_id,
    )
    orders = [
        make_paid_order(stall.variant, source_ref=source)
        for source in (tapped, tapped, stall.source_ref)
    ]
    for order in orders:
        attribute_order(order.public_id)
    line = orders[0].lines.get().public_id
    reverse_line(line, refund_ref="r1", amount_minor=3000)
    sales = read_sales(stall.show)
    assert (sales.gross.minor, sales.net.minor) == (9000, 6000)
    assert [(one.pin, one.line_count, one.net.minor) for one in sales.pins] == [
        (pin.public_id, 2, 3000),
        ("", 1, 3000),
    ]
    page = page_of(host, stall.show)
    for words in ("£60.00", "£90.00 gross", "Beside the pins"):
        assert words in page
    assert "is paid on" not in page


def test_a_sale_says_at_once_when_it_is_expected_to_be_paid(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    rule = make_payout_rule()
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    day = expect_payment(rule, Commission.objects.get().settles_at)
    assert read_sales(stall.show).paid_on == day
    assert f"is paid on {day:%-d %B} unless" in page_of(host, stall.show)
