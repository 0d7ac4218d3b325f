"""From a shopper's tap on "Pay now" to the figures on the host's screen (issue 6)."""

import statistics

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.results import Result
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.test_first_sale import PRODUCT, find_show, pay, sign_in

SALES = 15
PAUSE_MS = 5_000
"""Between two sales: who pays faster than people do is asked to wait."""
BAR_MS = 2_000.0
WATCH_SALES = """() => {
  const sums = () => document.querySelector('#studio-sales .studio__sums')?.textContent;
  window.knownSums = sums();
  window.salesSeenAt = null;
  new MutationObserver(() => {
    if (sums() === window.knownSums || window.salesSeenAt) return;
    window.salesSeenAt = Date.now();
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""
WATCH_RESULT = """() => {
  window.paidAt = null;
  new MutationObserver(() => {
    if (document.querySelector('#sheet')?.textContent.includes('Order confirmed'))
      window.paidAt ??= Date.now();
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def time_sales(site: str, count: int = SALES) -> list[Result]:
    """Buy from a pin again and again while the host's studio is open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        host, buyer = (_open(browser, site, name) for name in ("creator", "shopper"))
        show = find_show(buyer)
        host.goto(f"/creator/studio/{show}/")
        row = host.locator("[data-product]", has_text=PRODUCT)
        if row.get_by_role("button", name="Pin", exact=True).count():
            row.get_by_role("button", name="Pin", exact=True).first.click()
        taken = [_sell(host, buyer, show) for _ in range(count)]
        browser.close()
    from_tap = sorted(tap for tap, _ in taken)
    from_sale = sorted(sale for _, sale in taken)
    return [
        Result("sales", str(count)),
        Result(
            "tap on pay to the studio's figures, median",
            _ms(statistics.median(from_tap)),
        ),
        Result(
            "sale told to the shopper, then on the host's screen, median",
            _ms(statistics.median(from_sale)),
        ),
        Result("longest from tap", _ms(from_tap[-1])),
        Result(
            "longest from sale",
            _ms(from_sale[-1]),
            "<= 2,000 ms",
            from_sale[-1] <= BAR_MS,
        ),
    ]


def _open(browser: Browser, site: str, name: str) -> Page:
    context = browser.new_context(base_url=site, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in(page, name)
    return page


def _sell(host: Page, buyer: Page, show: str) -> tuple[float, float]:
    """Buy once; return the milliseconds since the tap and since the result."""
    host.evaluate(WATCH_SALES)
    buyer.goto(f"/live/{show}/")
    card = buyer.locator("[data-pin]", has_text=PRODUCT).first
    card.get_by_role("button", name="Buy now").click()
    sheet = buyer.locator("#sheet")
    sheet.get_by_role("button", name="Buy now").click()
    sheet.get_by_label("Approve", exact=True).check()
    buyer.evaluate(WATCH_RESULT)
    tapped = float(buyer.evaluate("Date.now()"))
    pay(sheet, "Approve")
    buyer.wait_for_function("() => window.paidAt")
    paid = float(buyer.evaluate("window.paidAt"))
    host.wait_for_function("() => window.salesSeenAt", polling=50)
    seen = float(host.evaluate("window.salesSeenAt"))
    buyer.wait_for_timeout(PAUSE_MS)
    return seen - tapped, seen - paid


def _ms(value: float) -> str:
    return f"{value:,.0f} ms"
