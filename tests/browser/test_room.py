"""The room in real browsers: heard by the other, back after a loss, in step."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from catalog.models import ProductPicture, Stock
from catalog.services.bundles import set_bundle_price
from creators.models import Creator
from livestreams.models import Livestream, LivestreamProduct, Report, WordList
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.pins import pin_bundle, place_pin, remove_pin
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.models import User
from tests.factories import (
    make_bundle,
    make_creator,
    make_livestream,
    make_product,
    make_user,
    make_variant,
)
from tests.rooms import RoomServer, lose_lines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWER_MS = 11_000
"""Longer than the page waits for an answer."""
REFUSE_FIRST_SYNC = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const { id, type } = JSON.parse(text);
    if (type !== "room.sync" || window.isRefused) return send.call(this, text);
    window.isRefused = true;
    const refusal = { type: "error", id, code: "busy", message: "", retry_after: 2 };
    const data = JSON.stringify([refusal]);
    setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data })));
  };
}"""
SEND_LINES_LATE = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    setTimeout(() => send.call(this, text), 1000);
  };
}"""
NOTE_THE_END = """() => {
  document.addEventListener("show-changed", ({ detail }) => {
    window.hasEnded = detail.state === "ended";
  });
}"""
T = TypeVar("T")
Enter = Callable[[RoomServer, User | None], Page]


@pytest.fixture(scope="module", autouse=True)
def queries_beside_playwright() -> Iterator[None]:
    """Playwright runs a loop in this thread; our queries do not disturb it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


def apart(act: Callable[[], T]) -> T:
    """Do something in a thread without a loop, as another process would."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.fixture
def creator(db: None) -> Creator:
    """Make a verified creator."""
    return make_creator(display_name="Ada")


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Make a show on air."""
    return apart(lambda: start_livestream(make_livestream(creator=creator)))


@pytest.fixture
def dying(db: None) -> Iterator[RoomServer]:
    """Run a web process that its test may end."""
    process = RoomServer()
    yield process
    process.stop()


def sign_in(context: BrowserContext, user: User, origin: str) -> None:
    """Sign somebody in to a web process."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": origin}])


@pytest.fixture
def enter(chromium: Browser, show: Livestream) -> Iterator[Enter]:
    """Return a function that opens the show as somebody."""
    contexts = []

    def open_one(server: RoomServer, user: User | None) -> Page:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        contexts.append(context)
        if user is not None:
            sign_in(context, user, server.origin)
        page = context.new_page()
        page.goto(f"{server.origin}/live/{show.public_id}/")
        expect(page.locator("[data-room=open]")).to_be_visible(timeout=10_000)
        return page

    yield open_one
    for context in contexts:
        context.close()


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()


def test_what_one_writes_the_other_reads(server: RoomServer, enter: Enter) -> None:
    one = enter(server, make_user(display_name="Sam"))
    two = enter(server, make_user(display_name="Noor"))
    write(one, "Is it walnut?")
    line = two.locator("[data-message]", has_text="Is it walnut?")
    expect(line).to_contain_text("Sam")
    expect(one.get_by_label("Message", exact=True)).to_have_value("")
    write(two, "It is oak.")
    expect(one.locator("[data-message]", has_text="It is oak.")).to_be_visible()


def test_a_line_is_reported_by_keyboard_and_has_a_receipt(
    server: RoomServer, enter: Enter
) -> None:
    one = enter(server, make_user(display_name="Sam"))
    two = enter(server, make_user(display_name="Noor"))
    guest = enter(server, None)
    write(one, "Buy at my shop instead")
    button = two.get_by_role("button", name="Report message: Sam")
    button.focus()
    two.keyboard.press("Enter")
    dialog = two.get_by_role("dialog", name="Report message")
    expect(dialog).to_contain_text("Buy at my shop instead")
    dialog.get_by_label("Spam or advertising").check()
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("Your receipt")
    report = Report.objects.get()
    expect(dialog).to_contain_text(report.public_id)
    assert (report.reason, report.reporter.name) == ("spam", "Noor")
    dialog.get_by_role("button", name="Close").click()
    expect(button).to_be_focused()
    expect(guest.locator("[data-message]")).to_have_count(1)
    expect(guest.locator("[data-report-open]")).to_have_count(0)


def test_a_phone_tells_what_a_show_is_and_takes_a_report_of_it_by_keyboard(
    server: RoomServer, enter: Enter, show: Livestream
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    button = page.get_by_role("button", name="About this show")
    panel = page.get_by_role("complementary", name="About this show")
    expect(panel).to_have_count(0)
    button.press("Enter")
    expect(panel).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    panel.locator("summary", has_text="Report this show").press("Enter")
    panel.get_by_label("What is wrong with it?").select_option("fraud")
    panel.get_by_role("button", name="Report show").press("Enter")
    receipt = panel.get_by_role("status")
    expect(receipt).to_be_focused()
    report = Report.objects.get()
    expect(receipt).to_contain_text(f"Your receipt: {report.public_id}")
    assert (report.livestream, report.reason) == (show, "fraud")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    panel.get_by_role("button", name="Close").click()
    expect(button).to_be_focused()


def test_a_held_message_is_seen_by_its_author_alone(
    server: RoomServer, enter: Enter
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    one = enter(server, make_user(display_name="Sam"))
    guest = enter(server, None)
    write(one, "what rubbish")
    expect(one.locator(".chat__line--held")).to_contain_text("what rubbish")
    write(one, "call me on 07911 123456")
    waiting = one.locator(".chat__line--held", has_text="07911")
    expect(waiting).to_contain_text("Only you can see it. Why: contact details")
    one.reload()
    expect(waiting).to_contain_text("Why: contact details")
    expect(one.locator(".chat__line--held")).to_have_count(2)
    write(one, "my card is 4111 1111 1111 1111")
    expect(one.locator("[data-chat-note]")).to_contain_text("Never post a card")
    one.get_by_label("Message", exact=True).fill("")
    write(one, "sorry")
    expect(guest.locator("[data-message]")).to_have_count(1)
    expect(guest.locator("[data-message]")).to_contain_text("sorry")


def test_a_pin_appears_sells_and_goes(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    variant = make_variant(stock=4)
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    guest = enter(server, None)
    pin = apart(lambda: place_pin(show, variant.product, by=creator.user))
    card = guest.locator(f'[data-pin="{pin.public_id}"]')
    expect(card).to_contain_text("£25.00")
    expect(card).to_contain_text("4 left")
    card.get_by_role("button", name="Buy now").click()
    choice = guest.locator(f'#sheet [data-variant="{variant.public_id}"]')
    expect(choice).to_contain_text("4 left")
    Stock.objects.filter(variant=variant).update(allocated=3, version=1)
    shelf = guest.locator(f'[data-left-of="{variant.product.public_id}"]')
    for place in (card, choice, shelf):
        expect(place).to_contain_text("1 left")
    Stock.objects.filter(variant=variant).update(allocated=4, version=2)
    expect(card).to_contain_text("Sold out")
    apart(lambda: remove_pin(pin))
    expect(card).to_have_count(0)


def test_a_pin_on_screen_shows_the_picture_that_its_product_has_now(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    product = make_variant(stock=4).product
    first = ProductPicture.objects.create(
        product=product, original="originals/first.jpg", width=8, height=8
    )
    guest = enter(server, None)
    pin = apart(lambda: place_pin(show, product, by=creator.user))
    picture = guest.locator(f'[data-pin="{pin.public_id}"] [data-pin-picture]')
    expect(picture).to_have_attribute("src", "/files/originals/first.jpg")
    first.original = "veils/blurred.jpg"
    first.save()
    expect(picture).to_have_attribute("src", "/files/veils/blurred.jpg")
    first.delete()
    expect(picture).not_to_have_attribute("src", re.compile("."))


def test_a_pinned_bundle_follows_its_price_and_its_parts(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    stool = make_variant(stock=9)
    cushion = make_variant(product=make_product(brand=stool.product.brand), stock=7)
    LivestreamProduct.objects.create(livestream=show, product=stool.product)
    bundle = make_bundle((stool, 1), (cushion, 2), price=6000)
    guest = enter(server, None)
    apart(lambda: pin_bundle(show, bundle, by=creator.user))
    card = guest.locator(f'.pin[data-bundle="{bundle.public_id}"]')
    shelf = guest.locator(f'.shelf [data-bundle="{bundle.public_id}"]')
    for place in (card, shelf):
        expect(place).to_contain_text("£60.00")
        expect(place).to_contain_text("3 left")
    by, market = creator.user, show.market
    apart(lambda: set_bundle_price(bundle, market, 5900, by=by, reason="Less"))
    Stock.objects.filter(variant=cushion).update(allocated=4, version=1)
    for place in (card, shelf):
        expect(place).to_contain_text("£59.00")
        expect(place).to_contain_text("1 left")
    card.get_by_role("button", name="Buy now").click()
    sheet = guest.locator("#sheet")
    expect(sheet).to_contain_text(bundle.title)
    sheet.get_by_role("button", name="Buy now").click()
    expect(sheet.locator("#checkout h2").first).to_be_focused()
    for place in (card, shelf):
        expect(place).to_contain_text("Sold out")
    guest.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Waiting list")).to_be_focused()


def test_the_page_comes_back_by_itself_and_misses_nothing(
    dying: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    author = make_user(display_name="Sam")
    variant = make_variant(stock=4)
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    page = enter(dying, author)
    write(page, "before")
    lines = page.locator("[data-message] [data-text]")
    expect(lines).to_have_text(["before"])
    pin = apart(lambda: place_pin(show, variant.product, by=creator.user))
    card = page.locator(f'[data-pin="{pin.public_id}"]')
    expect(card).to_contain_text("£25.00")
    page.evaluate(REFUSE_FIRST_SYNC)
    dying.stop()
    expect(page.locator("[data-room=lost]")).to_be_visible()
    for n in range(3):
        message = NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=f"missed {n}",
        )
        apart(partial(post_message, message))
    apart(lambda: remove_pin(pin))
    again = RoomServer(port=dying.port)
    try:
        expect(page.locator("[data-room=open]")).to_be_visible(timeout=20_000)
        write(page, "after")  # it comes before what was missed is asked for again
        missed = ["missed 0", "missed 1", "missed 2"]
        expect(lines).to_have_text(["before", *missed, "after"])
        expect(card).to_have_count(0)
        assert page.evaluate("window.isRefused")
    finally:
        again.stop()


def test_a_page_forgets_the_line_that_a_crash_took_and_shows_the_one_in_its_place(
    server: RoomServer, enter: Enter, show: Livestream
) -> None:
    author, other = make_user(display_name="Sam"), make_user(display_name="Eve")
    page = enter(server, author)
    lines = page.locator("[data-message] [data-text]")
    for text in ("kept", "lost"):
        write(page, text)
        expect(lines.last).to_have_text(text)
    new = NewMessage(
        livestream=show.public_id, person=other.public_id, badges=(), text="new"
    )

    def crash() -> None:
        with transaction.atomic():
            lose_lines(show, count=1)
            post_message(new)

    apart(crash)
    expect(lines).to_have_text(["kept", "new"], timeout=20_000)
    write(page, "next")
    expect(lines).to_have_text(["kept", "new", "next"])


def test_the_end_of_a_show_waits_for_what_somebody_does_in_the_sheet(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    variant = make_variant(stock=4)
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    page = enter(server, None)
    apart(lambda: place_pin(show, variant.product, by=creator.user))
    page.locator("[data-pin]").get_by_role("button", name="Buy now").click()
    expect(page.locator("#sheet h2")).to_be_visible()
    page.evaluate(NOTE_THE_END)
    page.clock.install()
    apart(lambda: end_livestream(show))
    page.wait_for_function("() => window.hasEnded")
    page.clock.fast_forward(2000)
    assert page.evaluate("window.hasEnded")  # the same page, its sheet still open
    expect(page.locator("#sheet h2")).to_be_visible()
    page.keyboard.press("Escape")
    page.clock.fast_forward(2000)
    expect(page.get_by_text("This show has ended").first).to_be_visible()


def test_the_sheet_shows_what_was_pressed_last(
    server: RoomServer, enter: Enter, show: Livestream
) -> None:
    slow, quick = make_variant(stock=4).product, make_variant(stock=4).product
    for product in (slow, quick):
        LivestreamProduct.objects.create(livestream=show, product=product)
    page = enter(server, None)
    page.route(f"**{slow.slug}**", lambda route: None)  # it never answers
    page.locator("[data-shelf-open]").click()
    page.locator(f'.shelf [data-product="{slow.public_id}"]').click()
    with page.expect_event("requestfailed", lambda one: slow.slug in one.url):
        page.locator(f'.shelf [data-product="{quick.public_id}"]').click()
    expect(page.locator("#sheet h2").first).to_contain_text(quick.title)


def test_a_late_answer_takes_no_focus_from_where_somebody_went(
    server: RoomServer, enter: Enter
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    page.evaluate(SEND_LINES_LATE)
    write(page, "Is it walnut?")
    heart = page.locator("[data-react]").first
    heart.focus()
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    expect(heart).to_be_focused()


def test_a_server_that_stands_still_is_left_for_another_try(
    server: RoomServer, enter: Enter
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    page.clock.install()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        write(page, "Is anybody there?")
        page.clock.fast_forward(ANSWER_MS)
        expect(page.locator("[data-room=lost]")).to_be_visible()
    finally:
        os.kill(server.pid, signal.SIGCONT)
    expect(page.locator("[data-room=open]")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-message]")).to_have_count(1)
