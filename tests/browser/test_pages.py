"""Every public page, on a phone and a desk, in light and dark: axe, width, calm."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, OpenPage
from tests.browser.test_replay import open_replay

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = [(390, 844), (768, 1024), (1440, 900)]
SCHEMES = ["light", "dark"]

MET = """() => {
  const box = document.querySelector("[data-about-open]").getBoundingClientRect();
  const others = ".watch__host, .watch__title, .watch__leave, .watch__chips > *,"
    + ".watch__actions button, .player__bar, .player__sound, .chat, [data-pin]";
  return [...document.querySelectorAll(others)].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const isBeside = right <= box.left || left >= box.right;
    return right > left && !isBeside && bottom > box.top && top < box.bottom;
  }).map((one) => one.className);
}"""
"""What the button that tells what a show is lies upon."""

Go = Callable[[Page], None]


def stay(page: Page) -> None:
    """Look at the page that was opened."""


def enter_show(page: Page) -> None:
    """Go from home to the leading live show."""
    page.get_by_role("link", name="Watch live", exact=True).first.click()
    expect(page.locator("[data-watch]")).to_have_attribute("data-room", "open")


def open_shelf_product(page: Page) -> None:
    """Open the sheet of the first product on the shelf of a live show."""
    enter_show(page)
    opener = page.locator("[data-shelf-open]")
    if opener.is_visible():
        opener.click()
    page.locator("[data-shelf] a[data-product]").first.click()
    expect(page.locator("#sheet").get_by_role("button", name="Buy now")).to_be_visible()


def open_about(page: Page) -> None:
    """Open what a live show is; on a desk it stands there."""
    enter_show(page)
    opener = page.get_by_role("button", name="About this show")
    if opener.is_visible():
        opener.click()
        expect(page.get_by_role("heading", name="About this show")).to_be_visible()
    about = page.locator(".watch__about")
    expect(about.get_by_role("button", name=re.compile("^Follow"))).to_be_visible()


def open_upcoming(page: Page) -> None:
    """Go from home to a show that has not begun."""
    page.locator(".upcoming a.cover").first.click()
    expect(page.get_by_role("timer")).to_be_visible()


def open_creator(page: Page) -> None:
    """Go from a live show to its creator."""
    enter_show(page)
    link = page.locator("a[href^='/c/']").filter(visible=True).first
    link.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def open_product(page: Page) -> None:
    """Go from the shop to a product."""
    page.locator("article a.cover").first.click()
    expect(page.get_by_role("button", name="Buy now")).to_be_visible()


def enter_replay(page: Page) -> None:
    """Go from home to the replay of a show that is over."""
    open_replay(page)
    expect(page.get_by_role("slider", name="Seek")).to_be_visible()


PLACES: dict[str, tuple[str, Go]] = {
    "home": ("/", stay),
    "watch": ("/", enter_show),
    "sheet": ("/", open_shelf_product),
    "about": ("/", open_about),
    "upcoming": ("/", open_upcoming),
    "replay": ("/", enter_replay),
    "creator": ("/", open_creator),
    "shop": ("/shop/", stay),
    "product": ("/shop/", open_product),
    "search": ("/search/?q=chair", stay),
    "nothing-found": ("/search/?q=zzzqqq", stay),
    "cart": ("/cart/", stay),
    "promises": ("/about/promises/", stay),
    "sign-in": ("/accounts/login/", stay),
}


def find_faults(page: Page) -> list[str]:
    """Run axe and return what it finds, one line each."""
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{fault['impact']} {fault['id']}: {node['html'][:160]} ({node['target']})"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES, ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_no_fault_and_nothing_sticks_out(
    open_page: OpenPage, place: str, size: tuple[int, int], scheme: str
) -> None:
    path, go = PLACES[place]
    page = open_page(path, width=size[0], height=size[1], scheme=scheme)
    page.emulate_media(reduced_motion="reduce")
    go(page)
    page.wait_for_load_state("load")
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [*SIZES, (844, 390), (320, 568)])
def test_the_button_of_what_a_show_is_covers_nothing(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page("/", width=size[0], height=size[1])
    enter_show(page)
    expect(page.locator("[data-pin]").first).to_be_attached(timeout=20_000)
    button = page.get_by_role("button", name="About this show")
    assert button.is_visible() == (size[0] < 1024)
    if button.is_visible():
        assert page.evaluate(MET) == []


@pytest.mark.parametrize("place", ["home", "watch", "product"])
def test_the_layout_does_not_jump(open_page: OpenPage, place: str) -> None:
    path, go = PLACES[place]
    page = open_page(path)
    go(page)
    page.add_init_script(
        "window.jumps = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.jumps += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true});"
    )
    page.reload(wait_until="load")
    page.wait_for_function("document.fonts.status === 'loaded'")
    expect(page.locator("main > :first-child")).to_be_attached()
    assert page.evaluate("window.jumps") < 0.02


def test_the_show_is_reached_and_left_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/", width=1440, height=900)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent.trim()") != "Watch live":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/live/[0-9a-z]{16}/$"))
    expect(page.locator("[data-watch]")).to_have_attribute("data-room", "open")
    product = page.locator("[data-shelf] a[data-product]").first
    product.focus()
    page.keyboard.press("Enter")
    sheet = page.locator("[data-sheet]")
    expect(sheet).to_be_visible()
    expect(sheet).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(product).to_be_focused()
