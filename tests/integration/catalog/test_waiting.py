"""Waiting lists: the next gets the piece, nobody comes between, clocks are kept."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from catalog import errors
from catalog.access import make_place_token
from catalog.models import Reservation, Stock, Variant, WaitingPlace
from catalog.selectors import find_stock_faults
from catalog.selectors.waiting import describe_place, list_places
from catalog.services import letters, stock, waiting
from catalog.services.movements import receive_stock
from catalog.services.offers import open_offer
from catalog.services.products import offer_product, withdraw_product
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_offer_limit, make_place, make_variant

pytestmark = pytest.mark.django_db

PART: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
State = WaitingPlace.State


@pytest.fixture
def gone() -> Variant:
    """Offer a variant whose two pieces are held."""
    variant = make_variant(stock=2)
    for number in range(2):
        hold(variant, f"browser:first-{number}")
    return variant


def hold(variant: Variant, holder: str = "browser:someone") -> Reservation:
    return stock.hold_stock(variant.pk, quantity=1, holder=holder, seconds=9000)


def state_of(place: WaitingPlace) -> str:
    place.refresh_from_db()
    return place.state


def release_one(variant: Variant) -> None:
    held = Reservation.objects.filter(variant=variant, state="held", place=None)
    assert stock.release_stock([held.order_by("id")[0].pk]) == 1


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_piece_given_back_is_kept_for_the_next_and_never_free(gone: Variant) -> None:
    first, second = make_place(gone), make_place(gone)
    before = Stock.objects.get(variant=gone)
    release_one(gone)
    after = Stock.objects.get(variant=gone)
    assert (after.allocated, after.version) == (before.allocated, before.version)
    assert (state_of(first), state_of(second)) == (State.OFFERED, State.WAITING)
    kept = first.reservation
    assert kept is not None
    assert (kept.holder, kept.quantity, kept.state) == (first.holder, 1, "held")
    assert kept.expires_at == first.offer_until
    with pytest.raises(errors.StockShort):
        hold(gone)
    assert describe_place(second).number == 1
    assert find_stock_faults() == []


def test_a_lapsed_hold_of_more_pieces_serves_as_many_places() -> None:
    variant = make_variant(stock=3)
    stock.hold_stock(variant.pk, quantity=3, holder="browser:first", seconds=-1)
    places = [make_place(variant) for _ in range(2)]
    assert stock.lapse_holds() == 1
    assert [state_of(place) for place in places] == [State.OFFERED] * 2
    assert Stock.objects.get(variant=variant).available == 1
    assert find_stock_faults() == []


def test_a_kept_piece_passes_on_when_its_time_has_ended(gone: Variant) -> None:
    first, second = make_place(gone), make_place(gone)
    release_one(gone)
    with time_machine.travel(clock.now() + dt.timedelta(seconds=601), tick=False):
        stock.lapse_holds()
        assert (state_of(first), state_of(second)) == (State.PASSED, State.OFFERED)
        again = make_place(gone, holder=first.holder, email=first.email)
        assert again.pk != first.pk
    with time_machine.travel(clock.now() + dt.timedelta(hours=1), tick=False):
        stock.lapse_holds()
        assert state_of(second) == State.PASSED
        stock.lapse_holds()
    assert find_stock_faults() == []


def test_pieces_that_arrive_go_to_those_who_wait(gone: Variant, staff: User) -> None:
    place = make_place(gone)
    receive_stock(gone, 3, actor=staff)
    assert state_of(place) == State.OFFERED
    assert Stock.objects.get(variant=gone).available == 2
    assert find_stock_faults() == []


def test_what_is_withdrawn_is_offered_to_nobody(gone: Variant, staff: User) -> None:
    place = make_place(gone)
    withdraw_product(gone.product, by=staff, reason="Recalled")
    release_one(gone)
    assert waiting.offer_free_pieces() == 0
    offer_product(gone.product, by=staff, reason="Sound after all")
    assert waiting.offer_free_pieces() == 1
    assert state_of(place) == State.OFFERED


def test_the_sweep_finds_a_piece_that_slipped_by(gone: Variant) -> None:
    place = make_place(gone)
    Stock.objects.filter(variant=gone).update(allocated=1)
    Reservation.objects.filter(holder="browser:first-0").update(state="released")
    assert waiting.offer_free_pieces() == 1
    assert waiting.offer_free_pieces() == 0
    assert state_of(place) == State.OFFERED
    assert find_stock_faults() == []


def test_one_shopper_has_one_place(gone: Variant, shopper: User, teen: User) -> None:
    place = make_place(gone, holder="account:a", user=shopper)
    assert make_place(gone, holder="account:a", user=shopper) == place
    assert place.email == shopper.email
    with pytest.raises(errors.AddressWaits):
        make_place(gone, email=shopper.email.upper())
    with pytest.raises(errors.UnderAge):
        make_place(gone, holder="account:t", user=teen)
    for words in ("", "nobody", "a@b", "x" * 300 + "@people.example"):
        with pytest.raises(errors.BadEmail):
            make_place(gone, email=words)
    with pytest.raises(errors.NotSoldOut):
        make_place(make_variant(stock=1))
    assert WaitingPlace.objects.count() == 1


def test_nobody_waits_for_more_than_twenty_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "MOST_PLACES", 2)
    for _ in range(2):
        make_place(make_variant(stock=0), holder="browser:all")
    with pytest.raises(errors.TooManyPlaces):
        make_place(make_variant(stock=0), holder="browser:all")


def test_leaving_gives_the_kept_piece_to_the_next(gone: Variant) -> None:
    first, second, third = (make_place(gone) for _ in range(3))
    waiting.leave_waiting_list(second)
    release_one(gone)
    for _ in range(2):
        waiting.leave_waiting_list(first)
    states = [state_of(place) for place in (first, second, third)]
    assert states == [State.LEFT, State.LEFT, State.OFFERED]
    waiting.leave_waiting_list(third)
    assert Stock.objects.get(variant=gone).available == 1
    assert find_stock_faults() == []


def test_the_letter_is_sent_once_and_not_too_late(
    gone: Variant, mailoutbox: list[Any]
) -> None:
    place, late = make_place(gone), make_place(gone)
    release_one(gone)
    release_one(gone)
    assert (letters.queue_offers(), letters.queue_offers()) == (2, 0)
    waiting.leave_waiting_list(late)
    outbox.relay()
    [mail] = mailoutbox
    assert mail.to == [place.email]
    assert "Walnut stool" in mail.subject
    assert "Nothing is charged unless you buy" in mail.body
    assert f"<place-{place.public_id}@testserver>" in str(mail.extra_headers)


def test_a_guest_takes_a_place_in_the_sheet_and_leaves_it(gone: Variant) -> None:
    guest, slug = Client(), gone.product.slug
    sheet = text_of(guest.get(f"/p/{slug}/sheet/"))
    assert "Sold out" in sheet
    assert "0 waiting" not in sheet
    form = {"variant": gone.public_id, "email": "not an address"}
    refused = guest.post("/places/join/", form, **PART)
    assert refused.status_code == 400
    assert "Enter the e-mail address" in text_of(refused)
    form["email"] = "sam@people.example"
    part = guest.post("/places/join/", form, **PART)
    assert b"<html" not in part.content
    assert "You are number 1" in text_of(part)
    assert "Sold out, 1 waiting" in text_of(Client().get(f"/p/{slug}/"))
    place = WaitingPlace.objects.get()
    assert Client().post(f"/places/{place.public_id}/leave/").status_code == 404
    left = guest.post(f"/places/{place.public_id}/leave/", **PART)
    assert "Take a place" in text_of(left)
    assert state_of(place) == State.LEFT


def test_a_freed_piece_is_told_on_the_open_page(gone: Variant) -> None:
    """It can be bought there at once, in the sheet of a show beside the video (B7)."""
    guest, slug = Client(), gone.product.slug
    guest.get(f"/p/{slug}/sheet/")
    form = {"variant": gone.public_id, "email": "sam@people.example"}
    joined = guest.post("/places/join/", form, **PART).content.decode()
    place = WaitingPlace.objects.get()
    look = f"/places/{place.public_id}/look/"
    assert f'hx-get="{look}?seen=waiting-1&amp;sheet=1"' in joined
    assert f'id="waiting-{gone.public_id}"' in joined
    assert "Sold out, 1 waiting" in joined
    assert guest.get(f"{look}?seen=waiting-1&sheet=1", **PART).status_code == 204
    assert Client().get(look, **PART).status_code == 404
    release_one(gone)
    told = guest.get(f"{look}?seen=waiting-1&sheet=1", **PART)
    page = told.content.decode()
    assert "A piece is kept for you Kept for you until" in text_of(told)
    swapped = page.partition(f'id="waiting-{gone.public_id}"')[2]
    assert 'hx-swap-oob="true"' in swapped
    assert "Sold out" in swapped
    assert "1 waiting" not in swapped
    assert 'hx-post="/buy/" hx-target="#sheet"' in page
    assert f'?seen={place_seen(place)}&amp;sheet=1"' in page
    assert "hx-post" not in guest.get(look, **PART).content.decode()
    assert guest.get(look)["Location"] == "/places/"
    assert "Buy now" in text_of(guest.get(f"/p/{slug}/"))
    WaitingPlace.objects.update(state=State.PASSED)
    passed = guest.get(f"{look}?seen=offered-1", **PART)
    assert "it went to the next" in text_of(passed)
    assert "hx-get" not in passed.content.decode()


def place_seen(place: WaitingPlace) -> str:
    place.refresh_from_db()
    return describe_place(place).seen


def test_places_work_without_script_and_show_the_kept_piece(
    gone: Variant, shopper: User, stranger: User
) -> None:
    client = Client()
    client.force_login(shopper)
    answer = client.post("/places/join/", {"variant": gone.public_id}, follow=True)
    assert answer.redirect_chain == [("/places/", 302)]
    assert "You are number 1 in the list" in text_of(answer)
    release_one(gone)
    page = client.get("/places/")
    assert "Kept for you until" in text_of(page)
    assert "Buy now" in text_of(page)
    assert "A piece is kept for you" in text_of(client.get(f"/p/{gone.product.slug}/"))
    other = Client()
    other.force_login(stranger)
    assert "You wait for nothing" in text_of(other.get("/places/"))
    assert other.post("/places/join/", {"variant": "nothing"}).status_code == 404


def test_a_place_shows_the_price_of_an_offer_while_it_runs(
    gone: Variant, staff: User
) -> None:
    make_offer_limit(product=gone.product, set_by=staff)
    place = make_place(gone)
    offer = open_offer(
        gone.product,
        place.market,
        amount_minor=1900,
        length=dt.timedelta(minutes=10),
        by=staff,
    )
    [shown] = list_places([place.holder])
    assert shown.price is not None
    assert shown.price.minor == 1900
    with time_machine.travel(offer.ends_at, tick=False):
        [shown] = list_places([place.holder])
        assert shown.price is not None
        assert shown.price.minor == 2500


def test_the_letters_link_brings_the_place_to_another_browser(gone: Variant) -> None:
    place = make_place(gone)
    release_one(gone)
    token = make_place_token(place)
    phone = Client()
    assert "Bring my place here" in text_of(phone.get(f"/places/open/{token}/"))
    assert state_of(place) == State.OFFERED
    answer = phone.post(f"/places/open/{token}/", follow=True)
    assert "Kept for you until" in text_of(answer)
    place.refresh_from_db()
    assert place.reservation is not None
    assert place.reservation.holder == place.holder
    assert phone.get(f"/places/open/{token}/").status_code == 302
    assert phone.get("/places/open/forged/").status_code == 404
    waiting.leave_waiting_list(place)
    assert "This place has ended" in text_of(Client().get(f"/places/open/{token}/"))


def test_the_page_of_places_asks_few_queries(
    gone: Variant, django_assert_num_queries: Any
) -> None:
    client = Client()
    form = {"variant": gone.public_id, "email": "sam@people.example"}
    client.post("/places/join/", form)
    with django_assert_num_queries(4):
        client.get("/places/")
