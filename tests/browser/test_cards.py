"""The card's fields of the payment provider: late, away, and back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

SITE = "https://shop.test"
FORM = """<!doctype html><title>Checkout</title>
<form action="/paid" method="post" data-once><fieldset
  data-stripe-key="pk" data-stripe-script="/provider.js"
  data-stripe-module="/stripe.js" data-amount="1000" data-currency="gbp"
  data-stripe-away="Our payment provider does not answer.">
<input type="radio" name="method" value="card" data-new-card checked>
<div data-new-card-fields></div><p role="alert" data-card-fault hidden></p>
</fieldset><button type="submit">Pay now</button></form>
<script type="module" src="/checkout.js"></script>"""
PROVIDER = """window.Stripe = () => ({
  elements: () => ({
    create: () => ({ mount() {} }),
    submit: async () => ({}),
  }),
  createPaymentMethod: async () => ({ paymentMethod: { id: "pm_1" } }),
});"""


class Shop:
    """A checkout that notes what is sent, and a provider that waits to be let go."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.paid: list[str | None] = []
        page.route(f"{SITE}/**", self.answer)
        page.goto(SITE)

    def answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "provider.js":
            self.waiting.append(route)
        elif name.endswith(".js"):
            route.fulfill(path=ROOT / "static/orders" / name)
        elif name == "paid":
            self.paid.append(route.request.post_data)
            route.fulfill(body="Paid")
        else:
            route.fulfill(body=FORM, content_type="text/html")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open an empty page."""
    page = chromium.new_page()
    yield page
    page.close()


def press_early(page: Page) -> tuple[Shop, Locator]:
    """Press "Pay now" before the provider is there."""
    with page.expect_request("**/provider.js"):
        shop = Shop(page)
    pay = page.get_by_role("button", name="Pay now")
    pay.click()
    expect(pay).to_be_disabled()
    return shop, pay


def expect_payment(page: Page, shop: Shop) -> None:
    """Let the provider come, and see the form sent with its token."""
    shop.waiting.pop().fulfill(body=PROVIDER, content_type="text/javascript")
    page.wait_for_url("**/paid")
    assert shop.paid == ["method=pm_1"]


def test_a_press_before_the_provider_is_there_pays_once_it_is(page: Page) -> None:
    shop, _ = press_early(page)
    expect_payment(page, shop)


def test_without_the_provider_the_page_says_so_and_another_press_tries_anew(
    page: Page,
) -> None:
    shop, pay = press_early(page)
    shop.waiting.pop().abort()
    expect(page.get_by_role("alert")).to_have_text(
        "Our payment provider does not answer."
    )
    expect(pay).to_be_enabled()
    with page.expect_request("**/provider.js"):
        pay.click()
    expect(pay).to_be_disabled()
    expect_payment(page, shop)
