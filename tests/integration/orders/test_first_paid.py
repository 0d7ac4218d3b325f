"""First paid, first served: nothing is held before the money has come (B5)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from catalog.errors import AdmissionNeeded, LimitReached, UnderAge
from catalog.models import Drop, HoldCount, Product, Reservation, Stock, Variant
from catalog.selectors import find_stock_faults
from catalog.selectors.offers import count_left
from catalog.services import drops
from catalog.services.first_paid import note_wanted, take_wanted
from catalog.services.limits import forgive_hold
from catalog.services.sold_out import forget_sold_out, is_known_sold_out
from catalog.services.stock import lapse_holds
from orders.access import Shopper
from orders.errors import LineShort
from orders.models import (
    CartLine,
    Checkout,
    Order,
    Payment,
    Refund,
    SandboxCharge,
    SandboxRefund,
)
from orders.selectors.books import find_payment_faults
from orders.services import payments
from orders.services.cancelling import cancel_pieces
from orders.services.checkout import open_checkout, start_again
from orders.services.lapses import lapse_checkout
from orders.services.payments import give_up_payment, refresh_payment, start_payment
from orders.services.placing import place_order
from orders.services.reconciling import lapse_checkouts
from orders.services.rules import get_current_price
from orders.services.sandbox import answer_authentication
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_market, make_product, make_variant
from tests.integration.orders.conftest import (
    admit,
    fill_in,
    open_drop,
    ordered,
    price_of,
    ready,
    tap,
)
from tests.integration.orders.test_drops import come
from tests.integration.orders.test_offered import open_offer
from tests.integration.orders.test_pages import DETAILS, path_of, text_of

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
State = Reservation.State
FIRST_PAID = Drop.Rule.FIRST_PAID


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Know of nothing that is sold out."""
    forget_sold_out()
    yield
    forget_sold_out()


@pytest.fixture
def last() -> Variant:
    """Offer one piece."""
    return make_variant(stock=1)


@pytest.fixture
def drop(last: Variant) -> Drop:
    """Sell it to who pays first."""
    return open_drop(last, rule=FIRST_PAID, limit=20)


def named(name: str) -> Shopper:
    return Shopper(None, f"browser-{name}")


def want(variant: Variant, drop: Drop, name: str, street: str = "") -> Checkout:
    """Come through the waiting room, tap and order, without paying."""
    shopper = named(name)
    admission = admit(drop, shopper)
    return ordered(
        variant, shopper, admission=admission, street=street or f"{name} Road"
    )


def pay(checkout: Checkout, method: str) -> Payment:
    shopper = Shopper(None, checkout.browser_key)
    return start_payment(
        checkout, shopper=shopper, method=method, key=new_public_id(), return_url="/"
    ).payment


def approve(payment: Payment) -> Payment:
    """Let the bank say yes, and hear it."""
    charge = SandboxCharge.objects.get(public_id=payment.provider_ref)
    answer_authentication(charge, is_approved=True)
    return refresh_payment(payment).payment


def note_of(checkout: Checkout) -> Reservation:
    return Reservation.objects.get(cartline__cart=checkout.cart)


def allocated(variant: Variant) -> int:
    return Stock.objects.get(variant=variant).allocated


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=False)


def test_nothing_is_held_before_the_money_has_come(last: Variant, drop: Drop) -> None:
    first, second = want(last, drop, "1"), want(last, drop, "2")
    assert allocated(last) == 0
    assert [note_of(one).state for one in (first, second)] == [State.UNHELD] * 2
    with later(60 * 24):
        assert lapse_holds() == 0
    assert pay(second, "approve").state == Payment.State.PAID
    assert allocated(last) == 1
    assert note_of(second).state == State.COMMITTED
    assert find_stock_faults() == find_payment_faults() == []


def test_sold_out_charges_nobody_and_is_known_without_a_look(
    last: Variant, drop: Drop
) -> None:
    late = want(last, drop, "late")
    pay(want(last, drop, "first"), "approve")
    for _attempt in range(2):
        with pytest.raises(LineShort) as refusal:
            pay(late, "approve")
        assert "sold out. Nothing was charged" in refusal.value.message
        assert is_known_sold_out(last.pk, holders=())
    with pytest.raises(LineShort):
        tap(last, named("later"), admission=admit(drop, named("later")))
    assert SandboxCharge.objects.count() == 1


def test_who_pays_too_late_gets_all_of_it_back_with_an_apology(
    last: Variant, drop: Drop, mailoutbox: list[Any]
) -> None:
    first, second = want(last, drop, "1"), want(last, drop, "2")
    early, late = pay(first, "authenticate"), pay(second, "authenticate")
    assert allocated(last) == 0
    assert approve(late).state == approve(early).state == Payment.State.PAID
    assert second.orders.get().state == Order.State.PAID
    assert first.orders.get().state == Order.State.CANCELLED
    outbox.relay()
    refund = Refund.objects.get()
    assert (refund.payment, refund.state) == (early, Refund.State.DONE)
    assert refund.amount_minor == early.amount_minor
    assert SandboxRefund.objects.get().amount_minor == early.amount_minor
    assert any("sorry" in mail.subject for mail in mailoutbox)
    assert (allocated(last), note_of(first).state) == (1, State.UNHELD)
    assert find_stock_faults() == find_payment_faults() == []


def test_a_household_is_counted_by_what_it_has_paid() -> None:
    variant = make_variant(stock=10)
    drop = open_drop(variant, rule=FIRST_PAID, limit=1)
    both = [want(variant, drop, name, "1 High Street") for name in ("sam", "kim")]
    assert not HoldCount.objects.exists()
    begun = [pay(checkout, "authenticate") for checkout in both]
    third = want(variant, drop, "lee", "1 High Street")
    for payment in begun:
        approve(payment)
    states = [checkout.orders.get().state for checkout in both]
    assert states == [Order.State.PAID, Order.State.CANCELLED]
    assert allocated(variant) == 1
    assert set(HoldCount.objects.values_list("quantity", flat=True)) == {1}
    with pytest.raises(LimitReached):
        pay(third, "approve")
    ann = named("ann")
    with pytest.raises(LimitReached):
        ready(variant, ann, admission=admit(drop, ann))
    cancel_pieces(both[0].orders.get(), by=None, reason="", key=new_public_id())
    assert pay(third, "approve").state == Payment.State.PAID
    assert find_stock_faults() == find_payment_faults() == []


def test_forgiving_who_has_not_paid_takes_nothing_off_the_count(staff: User) -> None:
    variant = make_variant(stock=10)
    drop = open_drop(variant, rule=FIRST_PAID, limit=1)
    first = want(variant, drop, "sam", "1 High Street")
    second = want(variant, drop, "kim", "1 High Street")
    pay(first, "approve")
    forgive_hold(note_of(second), by=staff, reason="two families, one door")
    assert set(HoldCount.objects.values_list("quantity", flat=True)) == {1}
    assert pay(second, "approve").state == Payment.State.PAID
    assert allocated(variant) == 2
    assert set(HoldCount.objects.values_list("quantity", flat=True)) == {1}


def test_a_declined_payment_leaves_time_for_another_and_holds_nothing(
    last: Variant, drop: Drop
) -> None:
    checkout = want(last, drop, "1")
    before = checkout.expires_at
    assert pay(checkout, "decline").state == Payment.State.FAILED
    checkout.refresh_from_db()
    assert checkout.expires_at == before + dt.timedelta(minutes=3)
    assert (allocated(last), note_of(checkout).state) == (0, State.UNHELD)
    assert pay(checkout, "approve").state == Payment.State.PAID


def test_what_was_not_paid_in_time_can_be_paid_no_more(
    last: Variant, drop: Drop
) -> None:
    checkout = want(last, drop, "1")
    with later(14):
        assert lapse_checkouts() == 1
        noted = note_of(checkout)
        assert (noted.state, noted.ended_at) == (State.UNHELD, clock.now())
        assert not take_wanted(noted.pk)
        checkout.refresh_from_db()
        with pytest.raises(AdmissionNeeded):
            start_again(checkout, shopper=named("1"), key=new_public_id())
    assert allocated(last) == 0
    with later(70):
        fresh = start_again(checkout, shopper=named("1"), key=new_public_id())
        assert (allocated(last), note_of(fresh).state) == (1, State.HELD)


def test_money_that_comes_after_the_end_takes_nothing(
    last: Variant, drop: Drop
) -> None:
    checkout = want(last, drop, "1")
    payment = pay(checkout, "authenticate")
    give_up_payment(checkout)
    SandboxCharge.objects.update(state=SandboxCharge.State.SUCCEEDED)
    payments.confirm_payment(payment)
    assert Refund.objects.get().reason == "came_too_late"
    assert (allocated(last), note_of(checkout).state) == (0, State.UNHELD)


def test_hearing_twice_takes_one_piece(drop: Drop, last: Variant) -> None:
    Stock.objects.filter(variant=last).update(on_hand=5)
    payment = pay(want(last, drop, "1"), "authenticate")
    approve(payment)
    payments.confirm_payment(payment)
    assert not take_wanted(note_of(payment.checkout).pk)
    assert allocated(last) == 1


def test_under_18_nothing_is_noted(last: Variant, teen: User) -> None:
    with pytest.raises(UnderAge):
        note_wanted(last.pk, quantity=1, holder="account:teen", user=teen)
    assert not Reservation.objects.exists()


def test_a_price_of_few_pieces_is_kept_for_who_is_about_to_pay() -> None:
    variant = make_variant(stock=9)
    offer = open_offer(variant, most=2)
    drop = open_drop(variant, rule=FIRST_PAID, limit=20)
    first = want(variant, drop, "1")
    assert count_left(offer) == 1
    lapse_checkout(first)
    assert count_left(offer) == 2
    assert pay(want(variant, drop, "2"), "approve").amount_minor == 1900 + 395
    assert count_left(offer) == 1


@pytest.mark.parametrize("is_one_brand", [True, False])
def test_goods_of_both_kinds_in_one_checkout(
    last: Variant,
    drop: Drop,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    is_one_brand: bool,
) -> None:
    """What is held is held; an order whose piece was paid by others is paid back."""
    brand = {"brand": last.product.brand} if is_one_brand else {}
    held = make_variant(stock=5, product=make_product(**brand))
    checkout = order_both(held, last)
    assert (allocated(held), allocated(last)) == (1, 0)
    payment = pay(checkout, "authenticate")
    pay(want(last, drop, "faster"), "approve")
    with django_capture_on_commit_callbacks(execute=True):
        approve(payment)
    states = {order.brand_id: order.state for order in checkout.orders.all()}
    assert states[last.product.brand_id] == Order.State.CANCELLED
    assert allocated(last) == 1
    if is_one_brand:
        assert allocated(held) == 0
    else:
        assert states[held.product.brand_id] == Order.State.PAID
        assert allocated(held) == 1
    lost = checkout.orders.get(state=Order.State.CANCELLED)
    assert Refund.objects.get().amount_minor == lost.total.minor
    assert find_stock_faults() == find_payment_faults() == []


def order_both(held: Variant, wanted: Variant) -> Checkout:
    """Order a piece that is held, and one that goes to who pays first."""
    market, shopper = make_market(), named("both")
    lines = [
        CartLine(
            variant=variant,
            quantity=1,
            price_version=get_current_price(variant, market),
            shown_at=clock.now(),
        )
        for variant in (held, wanted)
    ]
    checkout = open_checkout(
        shopper,
        lines,
        market=market,
        source_cart=None,
        return_path="",
        unheld=[wanted.pk],
    )
    fill_in(checkout, shopper)
    checkout.refresh_from_db()
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)
    return checkout


def buy(client: Client, variant: Variant, admission: str) -> Any:
    form = {
        "variant": variant.public_id,
        "quantity": "1",
        "price_version": price_of(variant),
        "key": new_public_id(),
        "admission": admission,
    }
    return client.post("/buy/", form, follow=True)


def test_pages_say_beforehand_and_throughout_that_nothing_is_kept(
    last: Variant, drop: Drop
) -> None:
    product: Product = last.product
    said = "First paid, first served. Nothing is kept for you at the tap"
    assert said in text_of(Client().get(product.get_absolute_url()))
    assert said in text_of(Client().get(drop.get_absolute_url()))
    client, entry = come(drop, 1)
    drops.place_entries(drop)
    admitted = client.get(drop.get_absolute_url())
    assert said in text_of(admitted)
    assert "ten minutes" not in text_of(admitted)
    page = buy(client, last, drops.mint_admission(entry))
    assert "data-hold=" not in page.content.decode()
    assert "Nothing is kept for you of: Walnut stool." in text_of(page)
    assert "Your turn ends at" in text_of(page)
    checkout = Checkout.objects.get()
    client.post(path_of(checkout, "details/"), DETAILS)
    page = press(client, checkout, "decline")
    assert "Nothing was charged. Nothing is kept for you meanwhile." in text_of(page)
    assert "Your piece is kept" not in text_of(page)
    press(client, checkout, "authenticate")
    page = client.get(path_of(checkout))
    assert "Nothing is kept for you of: Walnut stool." in text_of(page)
    pay(want(last, drop, "faster"), "approve")
    charge = SandboxCharge.objects.get(state="authenticating")
    answer_authentication(charge, is_approved=True)
    page = client.get(path_of(checkout, "status/"))
    assert "Others paid before you" in text_of(page)
    assert f'href="{product.get_absolute_url()}#waiting-title"' in page.content.decode()


def test_pages_say_what_a_slow_bank_and_the_end_of_a_turn_mean(
    last: Variant, drop: Drop
) -> None:
    client, entry = come(drop, 1)
    drops.place_entries(drop)
    buy(client, last, drops.mint_admission(entry))
    checkout = Checkout.objects.get()
    client.post(path_of(checkout, "details/"), DETAILS)
    page = press(client, checkout, "slow")
    assert "if others are first, all your money goes back" in text_of(page)
    assert "pieces stay yours" not in text_of(page)
    give_up_payment(checkout)
    lapse_checkout(checkout)
    page = client.get(path_of(checkout))
    assert "Your turn has ended" in text_of(page)
    assert "back to the shelf" not in text_of(page)


def press(client: Client, checkout: Checkout, method: str) -> Any:
    form = {
        "method": method,
        "key": new_public_id(),
        "shown_total": str(checkout.total.minor),
    }
    return client.post(path_of(checkout, "pay/"), form, follow=True)
