"""Buying as pages and as fragments, as guest and with an account."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Stock, Variant
from catalog.services.stock import release_stock
from orders.access import make_order_token
from orders.gateways import sandbox, sandbox_notices
from orders.models import Cart, CartLine, Checkout, Order, Payment, SandboxCharge
from orders.services.holds import list_hold_ids
from orders.services.lapses import lapse_checkout
from orders.services.sandbox import answer_authentication
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_product, make_variant
from tests.integration.orders.conftest import ADDRESS, price_of
from tests.integration.orders.test_carts import change_price

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

PART: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
DETAILS = ADDRESS | {"email": "sam@people.example", "is_adult": "on"}
SHOW = "http://testserver/live/abc/?t=5&checkout=old"


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=False)


def tapped(variant: Variant, **changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "variant": variant.public_id,
        "quantity": "1",
        "price_version": price_of(variant),
        "source_ref": "signed",
        "key": new_public_id(),
    }
    return facts | changes


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def path_of(checkout: Checkout, step: str = "") -> str:
    return f"/checkout/{checkout.public_id}/{step}"


def pay(visitor: Client, checkout: Checkout, method: str, **headers: Any) -> Any:
    form = {
        "method": method,
        "key": new_public_id(),
        "shown_total": str(checkout.total.minor),
    }
    return visitor.post(path_of(checkout, "pay/"), form, **headers)


def go_to_payment(visitor: Client, variant: Variant) -> Checkout:
    visitor.post("/buy/", tapped(variant), **PART, HTTP_HX_CURRENT_URL=SHOW)
    checkout = Checkout.objects.latest("created_at")
    visitor.post(path_of(checkout, "details/"), DETAILS, **PART)
    return checkout


def test_a_guest_buys_without_script(variant: Variant, visitor: Client) -> None:
    response = visitor.post("/buy/", tapped(variant), follow=True)
    checkout = Checkout.objects.get()
    assert response.redirect_chain == [(path_of(checkout), 303)]
    assert "Continue to payment" in text_of(response)
    left = re.search(r'data-hold="(\d+)"', response.content.decode())
    assert left is not None
    assert 590 <= int(left.group(1)) <= 600
    response = visitor.post(path_of(checkout, "details/"), DETAILS, follow=True)
    page = text_of(response)
    for words in (
        "Pay now",
        "Walnut stool",
        "sold by",
        "£28.95",
        "Delivery",
        "14 days",
    ):
        assert words in page
    response = visitor.post(
        path_of(checkout, "pay/"),
        {"method": "approve", "key": new_public_id(), "shown_total": "2895"},
        follow=True,
    )
    assert "Order confirmed" in text_of(response)
    order = Order.objects.get()
    assert order.number in text_of(visitor.get("/orders/"))
    page = text_of(visitor.get(order.get_absolute_url()))
    assert "Paid" in page
    assert "Brand" in page


def test_the_sheet_gets_fragments_and_the_bank_leads_back_to_the_show(
    variant: Variant, visitor: Client
) -> None:
    response = visitor.post("/buy/", tapped(variant), **PART, HTTP_HX_CURRENT_URL=SHOW)
    assert response.status_code == 200
    assert b"<html" not in response.content
    checkout = Checkout.objects.get()
    assert checkout.return_path == "/live/abc/?t=5"
    back = f"/live/abc/?t=5&checkout={checkout.public_id}"
    assert response["HX-Replace-Url"] == back
    response = visitor.post(path_of(checkout, "details/"), DETAILS, **PART)
    assert "Pay now" in text_of(response)
    response = pay(visitor, checkout, "authenticate", **PART)
    charge = SandboxCharge.objects.get()
    assert response["HX-Redirect"] == f"/sandbox/authenticate/{charge.public_id}/"
    assert "Approve £28.95?" in text_of(visitor.get(response["HX-Redirect"]))
    response = visitor.post(response["HX-Redirect"], {"answer": "approve"})
    assert response.headers["Location"] == path_of(checkout, "return/")
    response = visitor.get(path_of(checkout, "return/"))
    assert response.headers["Location"] == back
    response = visitor.get(path_of(checkout, "sheet/"))
    assert b"<html" not in response.content
    assert 'role="status"' in response.content.decode()
    assert "Order confirmed" in text_of(response)


def test_a_decline_says_that_nothing_was_charged_and_keeps_the_fields(
    variant: Variant, visitor: Client
) -> None:
    checkout = go_to_payment(visitor, variant)
    response = pay(visitor, checkout, "decline", **PART)
    checkout.refresh_from_db()
    page = text_of(response)
    until = checkout.expires_at.strftime("%H:%M")
    assert f"Nothing was charged. Your piece is kept until {until}." in page
    assert "Sam Example" in page
    assert "Pay now" in page
    response = pay(visitor, checkout, "approve", **PART)
    assert "Order confirmed" in text_of(response)


def test_slow_and_lost_answers_show_that_the_bank_decides(
    variant: Variant, visitor: Client
) -> None:
    checkout = go_to_payment(visitor, variant)
    response = pay(visitor, checkout, "timeout", **PART)
    assert "The bank is deciding" in text_of(response)
    response = visitor.get(path_of(checkout, "status/"), **PART)
    assert "Order confirmed" in text_of(response)
    assert SandboxCharge.objects.count() == 1


def test_an_undecided_payment_can_be_given_up_for_another(
    variant: Variant, visitor: Client
) -> None:
    checkout = go_to_payment(visitor, variant)
    pay(visitor, checkout, "authenticate", **PART)
    page = text_of(visitor.get(path_of(checkout)))
    assert "Go to your bank" in page
    response = visitor.post(path_of(checkout, "other/"), **PART)
    assert "The payment was cancelled." in text_of(response)
    assert "Order confirmed" in text_of(pay(visitor, checkout, "approve", **PART))


def test_a_dearer_price_is_shown_at_the_tap_and_never_charged_for_what_is_held(
    variant: Variant, visitor: Client
) -> None:
    form = tapped(variant)
    checkout = go_to_payment(visitor, variant)
    change_price(variant, 2600)
    response = visitor.post("/buy/", form, **PART)
    assert response.status_code == 409
    assert "now costs £26.00" in text_of(response)
    assert price_of(variant) in response.content.decode()
    assert "Order confirmed" in text_of(pay(visitor, checkout, "approve", **PART))
    assert Order.objects.get().goods_minor == 2500


def test_sold_out_is_said_at_the_tap(visitor: Client) -> None:
    last = make_variant(stock=1)
    visitor.post("/buy/", tapped(last))
    no_part: dict[str, Any] = {}
    for headers in (no_part, PART):
        response = Client().post("/buy/", tapped(last), **headers)
        assert response.status_code == 409
        assert "Walnut stool is sold out. Nothing was charged." in text_of(response)
        assert "hx-get" not in response.content.decode()
        assert "Waiting list" in text_of(response)
    sheet = PART | {"HTTP_HX_TARGET": "sheet"}
    response = Client().post("/buy/", tapped(last) | {"source_ref": "a b"}, **sheet)
    way = f'hx-get="/p/{last.product.slug}/sheet/?show=&amp;ref=a%20b"'
    assert way in response.content.decode()


def test_pieces_that_went_while_one_paid_lead_to_the_waiting_list(
    variant: Variant, visitor: Client
) -> None:
    """By a link of its own on a page; within the sheet of a show beside the video."""
    checkout = go_to_payment(visitor, variant)
    release_stock(list_hold_ids(checkout))
    Stock.objects.filter(variant=variant).update(on_hand=0)
    way = f'href="{variant.product.get_absolute_url()}#waiting-title"'
    sheet = f'hx-get="/p/{variant.product.slug}/sheet/?show='
    pay(visitor, checkout, "decline", **PART)
    refused = pay(visitor, checkout, "approve", **PART, HTTP_HX_CURRENT_URL=SHOW)
    assert "is sold out. Nothing was charged." in text_of(refused)
    assert "was declined" not in text_of(refused)
    page = refused.content.decode()
    assert way in page
    assert sheet in page
    Stock.objects.filter(variant=variant).update(on_hand=1)
    pay(visitor, checkout, "authenticate", **PART)
    release_stock(list_hold_ids(checkout))
    Stock.objects.filter(variant=variant).update(on_hand=0)
    answer_authentication(SandboxCharge.objects.latest("pk"), is_approved=True)
    page = visitor.get(path_of(checkout, "status/")).content.decode()
    assert "While you paid, these pieces went to somebody else." in page
    assert way in page
    assert sheet not in page


def test_wrong_details_stay_on_the_form(variant: Variant, visitor: Client) -> None:
    visitor.post("/buy/", tapped(variant))
    checkout = Checkout.objects.get()
    response = visitor.post(
        path_of(checkout, "details/"), DETAILS | {"postcode": "75001"}
    )
    assert response.status_code == 400
    assert "does not look like a postcode" in text_of(response)
    assert "1 High Street" in response.content.decode()
    without = {name: word for name, word in DETAILS.items() if name != "is_adult"}
    response = visitor.post(path_of(checkout, "details/"), without)
    assert "confirm that you are 18" in text_of(response)
    assert 'type="checkbox"' in response.content.decode()
    assert "checked" not in response.content.decode()
    response = visitor.post(path_of(checkout, "details/"), {})
    assert response.status_code == 400


def test_an_assured_adult_buys_again_in_two_taps(
    variant: Variant, visitor: Client, shopper: User
) -> None:
    visitor.force_login(shopper)
    checkout = go_to_payment(visitor, variant)
    assert checkout.adult_stated_at is None
    response = visitor.post("/buy/", tapped(make_variant()), **PART)
    assert "Pay now" in text_of(response)
    checkout = Checkout.objects.latest("created_at")
    page = visitor.get(path_of(checkout) + "?step=details").content.decode()
    assert "is_adult" not in page
    assert "1 High Street" in page
    assert shopper.email in page
    response = pay(visitor, checkout, "approve", **PART)
    assert "Order confirmed" in text_of(response)


def test_under_18_is_refused_on_every_page(
    variant: Variant, visitor: Client, teen: User
) -> None:
    visitor.force_login(teen)
    for path in ("/buy/", "/cart/add/"):
        response = visitor.post(path, tapped(variant))
        assert response.status_code == 403
        assert "18 or older" in text_of(response)
    assert not Checkout.objects.exists()
    assert Stock.objects.get().allocated == 0


def test_the_cart_works_without_script(variant: Variant, visitor: Client) -> None:
    assert "Your cart is empty" in text_of(visitor.get("/cart/"))
    response = visitor.post("/cart/add/", tapped(variant, quantity="2"), follow=True)
    assert "Walnut stool is in your cart." in text_of(response)
    line = CartLine.objects.get()
    visitor.post(f"/cart/{line.public_id}/", {"quantity": "3"})
    page = text_of(visitor.get("/cart/"))
    assert "£78.95" in page
    assert visitor.get("/cart/count/").content == b"3"
    response = visitor.post(f"/cart/{line.public_id}/remove/", follow=True)
    assert "Walnut stool was removed." in text_of(response)
    form = {"variant": variant.public_id, "quantity": "3", "source_ref": "signed"}
    visitor.post("/cart/restore/", form)
    assert CartLine.objects.get().quantity == 3
    visitor.post(f"/cart/{CartLine.objects.get().public_id}/", {"quantity": "0"})
    assert not CartLine.objects.exists()


def test_the_cart_answers_htmx_with_its_count(
    variant: Variant, visitor: Client
) -> None:
    response = visitor.post("/cart/add/", tapped(variant, quantity="2"), **PART)
    assert response["HX-Trigger"] == '{"cart-changed": {"count": 2}}'
    line = CartLine.objects.get()
    response = visitor.post(f"/cart/{line.public_id}/remove/", **PART)
    assert "Undo" in text_of(response)
    assert response["HX-Trigger"] == '{"cart-changed": {"count": 0}}'


def test_a_cart_becomes_a_checkout(variant: Variant, visitor: Client) -> None:
    visitor.post("/cart/add/", tapped(variant, quantity="2"))
    response = visitor.post("/checkout/", {"key": new_public_id()}, follow=True)
    assert "Where should it go?" in text_of(response)
    assert Stock.objects.get().allocated == 2
    empty = Client()
    assert empty.get("/checkout/", follow=True).redirect_chain == [("/cart/", 303)]
    response = empty.post("/checkout/", {"key": new_public_id()})
    assert response.status_code == 409
    assert "Your cart is empty" in text_of(response)


def test_a_short_cart_names_the_line_and_stays(visitor: Client) -> None:
    last = make_variant(stock=1)
    visitor.post("/cart/add/", tapped(last, quantity="2"), **PART)
    page = visitor.get("/cart/", **PART, HTTP_HX_CURRENT_URL=SHOW)
    assert 'hx-post="/checkout/"' in page.content.decode()
    response = visitor.post("/checkout/", {"key": new_public_id()}, **PART)
    assert response.status_code == 409
    page_text = text_of(response)
    assert "Only 1 of Walnut stool left. Nothing was charged." in page_text
    assert "Check out" in page_text
    assert Stock.objects.get().allocated == 0


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "1e3", "99999999999", ""])
def test_odd_quantities_are_refused(
    variant: Variant, visitor: Client, quantity: str
) -> None:
    for path in ("/buy/", "/cart/add/"):
        response = visitor.post(path, tapped(variant, quantity=quantity))
        assert response.status_code == 400
    assert not Cart.objects.exists()


def test_a_price_from_the_form_is_never_believed(
    variant: Variant, visitor: Client
) -> None:
    cheap = make_variant(price=1)
    for words in (price_of(cheap), "", "1"):
        response = visitor.post("/buy/", tapped(variant, price_version=words))
        assert response.status_code == 400
    checkout = go_to_payment(visitor, variant)
    for total in ("1", "-1", "²", "x", "9" * 40):
        form = {"method": "approve", "key": new_public_id(), "shown_total": total}
        assert visitor.post(path_of(checkout, "pay/"), form).status_code == 409
    assert not Payment.objects.exists()


def test_an_order_that_was_not_paid_says_so(variant: Variant, visitor: Client) -> None:
    checkout = go_to_payment(visitor, variant)
    pay(visitor, checkout, "decline")
    order = Order.objects.get()
    assert "waits for its payment" in text_of(visitor.get(order.get_absolute_url()))
    lapse_checkout(checkout)
    assert "was cancelled" in text_of(visitor.get(order.get_absolute_url()))
    page = visitor.get(path_of(checkout), follow=True)
    assert "The time for your pieces has ended" in text_of(page)
    again = visitor.post(path_of(checkout, "again/"), {"key": new_public_id()})
    assert again.status_code == 303
    assert "Pay now" in text_of(visitor.get(again.headers["Location"]))


def test_strangers_find_nothing(
    variant: Variant, visitor: Client, stranger: User, shopper: User
) -> None:
    visitor.force_login(shopper)
    visitor.post("/cart/add/", tapped(variant))
    checkout = go_to_payment(visitor, variant)
    pay(visitor, checkout, "approve")
    line = CartLine.objects.filter(cart__state="open").first()
    assert line is not None
    order = Order.objects.get()
    other = Client()
    other.force_login(stranger)
    nobody = Client()
    for client in (other, nobody):
        for path in ("", "sheet/", "status/", "return/"):
            assert client.get(path_of(checkout, path)).status_code == 404
        for path in ("details/", "pay/", "other/", "again/"):
            assert client.post(path_of(checkout, path), DETAILS).status_code == 404
        for path in (f"/cart/{line.public_id}/", f"/cart/{line.public_id}/remove/"):
            assert client.post(path, {"quantity": "1"}).status_code == 404
        assert client.get(order.get_absolute_url()).status_code == 404
        assert order.number not in text_of(client.get("/orders/"))
    token = make_order_token(order)
    response = nobody.get(f"{order.get_absolute_url()}?token={token}")
    assert order.number in text_of(response)


def test_unknown_ids_are_404(visitor: Client) -> None:
    for path in ("/checkout/nothing/", "/orders/nothing/", "/sandbox/authenticate/x/"):
        assert visitor.get(path).status_code == 404
    for path in ("/buy/", "/cart/add/"):
        assert visitor.post(path, {"variant": "nothing"}).status_code == 404


def test_too_many_taps_are_slowed(variant: Variant, visitor: Client) -> None:
    visitor.get("/cart/")
    answers = [
        visitor.post("/buy/", tapped(variant, quantity="0")).status_code
        for _ in range(12)
    ]
    assert answers[:10] == [400] * 10
    assert answers[-1] == 409


def test_signing_in_keeps_the_guests_cart(
    variant: Variant, visitor: Client, shopper: User
) -> None:
    visitor.post("/cart/add/", tapped(variant))
    form = {"login": shopper.email, "password": "demo"}
    visitor.post("/accounts/login/", form)
    assert Cart.objects.get(state="open").user == shopper
    assert "Walnut stool" in text_of(visitor.get("/cart/"))


def test_webhooks_are_taken_once_and_forged_ones_refused(
    variant: Variant, visitor: Client
) -> None:
    checkout = go_to_payment(visitor, variant)
    pay(visitor, checkout, "authenticate")
    charge = SandboxCharge.objects.get()
    sandbox.decide_authentication(charge, is_approved=True)
    [(_charge, body)] = sandbox_notices.list_untold()

    def deliver(signature: str, gateway: str = "sandbox") -> Any:
        return Client(enforce_csrf_checks=True).post(
            f"/payments/notices/{gateway}/",
            body,
            content_type="application/json",
            headers={sandbox_notices.SIGNATURE: signature},
        )

    assert deliver("wrong").status_code == 403
    assert deliver(sandbox_notices.sign(body), "nobody").status_code == 404
    assert deliver(sandbox_notices.sign(body)).content == b'{"taken": true}'
    assert deliver(sandbox_notices.sign(body)).status_code == 200
    assert Order.objects.get().state == Order.State.PAID


def test_the_confirmation_holds_the_contract(
    variant: Variant, visitor: Client, mailoutbox: list[Any]
) -> None:
    checkout = go_to_payment(visitor, variant)
    pay(visitor, checkout, "approve")
    outbox.relay()
    outbox.relay()
    [mail] = mailoutbox
    order = Order.objects.get()
    assert order.number in mail.subject
    message_id = f"<receipt-{checkout.public_id}@testserver>"
    assert mail.extra_headers["Message-ID"] == message_id
    html = mail.alternatives[0].content
    for body in (mail.body, html):
        for words in ("Walnut stool", "£28.95", "£4.83", "High Street", "14 days"):
            assert words in body
        assert "Withdrawal form" in body
    assert "<style" not in html
    link = re.search(r"http://testserver(/orders/\S+)", mail.body)
    assert link is not None
    assert order.number in text_of(Client().get(link.group(1)))


def test_the_list_of_orders_asks_few_queries(
    shopper: User, visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visitor.force_login(shopper)
    for number in range(3):
        checkout = go_to_payment(
            visitor, make_variant(product=make_product(title=f"Stool {number}"))
        )
        pay(visitor, checkout, "approve")
    with django_assert_num_queries(7):
        page = text_of(visitor.get("/orders/"))
    assert page.count("Paid") == 3


def test_people_without_a_cart_cost_no_query(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert visitor.get("/cart/count/").content == b"0"
        visitor.get("/orders/")
