"""The first show sells: watched, talked about, bought from and earned on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PICTURES, OpenPage

pytestmark = pytest.mark.browser

LOGIN = "/accounts/login/"
SHOW_TITLE = "Five chairs for a small kitchen"
PRODUCT = "Reading chair"
MOVES = """() => {
  const video = document.querySelector('video');
  if (!video) return false;
  window.began ??= video.currentTime;
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return video.currentTime > window.began + 1.5 && frames > 24;
}"""


def sign_in(page: Page, name: str) -> None:
    page.goto(LOGIN)
    page.locator("main input[type=email]").fill(f"{name}@demo.example")
    page.locator("input[type=password]").fill("demo")
    page.locator("main").get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(lambda url: "/login" not in url)


def find_show(page: Page) -> str:
    """Return the public id of the first creator's live show."""
    page.goto("/")
    show = page.locator("[data-livestream]", has_text=SHOW_TITLE).first
    found = show.get_attribute("data-livestream")
    assert found
    return found


def await_video(page: Page) -> None:
    """Wait until the picture advances and frames have been decoded."""
    page.wait_for_function(MOVES, timeout=60_000)


def count_left(sheet: Locator) -> int:
    text = sheet.locator("[data-variant]").first.inner_text()
    found = re.search(r"(\d+) left", text)
    assert found, text
    return int(found.group(1))


def fill_details(sheet: Locator) -> None:
    for label, value in (
        ("E-mail", "guest@people.example"),
        ("Full name", "Gil Guest"),
        ("Street", "1 High Street"),
        ("Postcode", "LS1 1AA"),
        ("Town", "Leeds"),
    ):
        sheet.get_by_label(label, exact=False).first.fill(value)
    adult = sheet.get_by_label("18 or older", exact=False)
    expect(adult).not_to_be_checked()
    adult.check()


def pay(sheet: Locator, choice: str) -> None:
    sheet.get_by_label(choice, exact=True).check()
    sheet.get_by_role("button", name="Pay now").click()


def test_a_show_sells_while_two_shoppers_and_its_creator_look_on(
    open_page: OpenPage,
) -> None:
    creator = open_page("/", width=1440, height=900)
    buyer = open_page("/")
    other = open_page("/", width=1440, height=900)
    for page, name in (
        (creator, "creator"),
        (buyer, "shopper"),
        (other, "shopper2"),
    ):
        sign_in(page, name)
    show = find_show(buyer)
    creator.goto(f"/creator/studio/{show}/")
    for page in (buyer, other):
        page.goto(f"/live/{show}/")
        await_video(page)

    buyer.get_by_label("Message", exact=True).fill("Does it stack?")
    buyer.get_by_role("button", name="Send").click()
    for page in (other, creator):
        expect(page.get_by_text("Does it stack?").first).to_be_visible()

    row = creator.locator("[data-product]", has_text=PRODUCT)
    if row.get_by_role("button", name="Pin", exact=True).count():
        row.get_by_role("button", name="Pin", exact=True).first.click()
    for page in (buyer, other):
        expect(page.locator(".watch__pins", has_text=PRODUCT).first).to_be_visible(
            timeout=20_000
        )

    sheets = {}
    for page in (buyer, other):
        card = page.locator("[data-pin]", has_text=PRODUCT).first
        card.get_by_role("button", name="Buy now").click()
        sheets[page] = page.locator("#sheet")
        expect(sheets[page].get_by_role("heading", name=PRODUCT)).to_be_visible()
    before = count_left(sheets[other])
    sheet = sheets[buyer]
    sheet.get_by_role("button", name="Buy now").click()
    pay(sheet, "Approve")  # the address is known: two taps
    expect(buyer.get_by_role("status").get_by_text("Order confirmed")).to_be_visible()
    await_video(buyer)

    expect(sheets[other].locator("[data-variant]").first).to_contain_text(
        f"{before - 1} left"
    )
    sales = creator.get_by_role("list", name="Newest orders")
    expect(sales.get_by_text(PRODUCT).first).to_be_visible(timeout=20_000)
    creator.goto("/creator/earnings/")
    expect(creator.locator("main").get_by_text(PRODUCT).first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_guest_buys_by_keyboard_alone(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width=width, height=844)
    page.goto(f"/live/{find_show(page)}/")
    await_video(page)
    press_on(page, page.get_by_role("button", name="Buy now").first)
    sheet = page.locator("#sheet")
    press_on(page, sheet.get_by_role("button", name="Buy now"))
    for label, value in (
        ("E-mail", "keys@people.example"),
        ("Full name", "Kay Board"),
        ("Street", "2 High Street"),
        ("Postcode", "LS1 1AA"),
        ("Town", "Leeds"),
    ):
        tab_to(page, sheet.get_by_label(label, exact=False).first)
        page.keyboard.type(value)
    tab_to(page, sheet.get_by_label("18 or older", exact=False))
    page.keyboard.press("Space")
    press_on(page, sheet.get_by_role("button", name="Continue to payment"))
    tab_to(page, sheet.get_by_label("Approve", exact=True))
    press_on(page, sheet.get_by_role("button", name="Pay now"))
    expect(page.get_by_role("status").get_by_text("Order confirmed")).to_be_visible()
    await_video(page)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until a control has the focus."""
    expect(target).to_be_visible()
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by keyboard")


def press_on(page: Page, target: Locator) -> None:
    """Reach a button by Tab and press it."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def test_a_decline_charges_nothing_and_keeps_the_piece(open_page: OpenPage) -> None:
    page = open_page("/")
    page.goto(f"/live/{find_show(page)}/")
    page.get_by_role("button", name="Buy now").first.click()
    sheet = page.locator("#sheet")
    sheet.get_by_role("button", name="Buy now").click()
    fill_details(sheet)
    sheet.get_by_role("button", name="Continue to payment").click()
    pay(sheet, "Decline")
    expect(sheet.get_by_text("Nothing was charged")).to_be_visible()
    expect(sheet.get_by_text("is kept until")).to_be_visible()
    pay(sheet, "Approve")
    expect(page.get_by_role("status").get_by_text("Order confirmed")).to_be_visible()
    withdraw(page, sheet)


def withdraw(page: Page, sheet: Locator) -> None:
    """Change one's mind about the order that the sheet has confirmed."""
    sheet.get_by_role("link", name=re.compile("^GB-")).click()
    page.get_by_role("link", name="Withdraw from contract here").click()
    page.get_by_label("Your name").fill("Gil Guest")
    page.get_by_label("E-mail for the acknowledgement").fill("guest@people.example")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.get_by_text("You withdrew").first).to_be_visible()


def test_a_teen_is_told_kindly_and_offered_nothing(open_page: OpenPage) -> None:
    page = open_page("/")
    sign_in(page, "teen")
    page.goto(f"/live/{find_show(page)}/")
    await_video(page)
    page.goto("/p/canteen-chair/")
    expect(page.get_by_text("Watching stays free")).to_be_visible()
    expect(page.get_by_role("button", name="Buy now")).to_have_count(0)


def test_the_readme_shows_the_show(open_page: OpenPage, tmp_path: Path) -> None:
    """Take the README's picture anew, beside the one that is kept."""
    page = open_page("/")
    page.goto(f"/live/{find_show(page)}/")
    await_video(page)
    place = tmp_path / "watch-390.png"
    page.screenshot(path=place)
    assert place.stat().st_size > 50_000
    kept = PICTURES / "watch-390.png"
    if not kept.exists():
        kept.write_bytes(place.read_bytes())
