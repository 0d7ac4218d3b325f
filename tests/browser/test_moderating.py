"""Moderators and hosts by keyboard and phone, and what the people concerned read."""

import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from creators.models import Creator
from creators.services.profiles import set_picture
from livestreams.models import ChatMessage, CoHost, Livestream, WordList
from livestreams.services import help_calls
from livestreams.services.chat import NewMessage, post_message, remove_message
from livestreams.services.removals import remove_phrase, undo_action
from livestreams.services.shows import start_livestream
from shopfront.models import User
from tests.browser.test_room import sign_in
from tests.factories import (
    make_creator,
    make_livestream,
    make_product,
    make_user,
    make_variant,
)
from tests.rooms import RoomServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

T = TypeVar("T")
Open = Callable[[User, str, int], Page]
CLICK_AS_PARTS_ARRIVE = """selector => {
  window.isSamePage = true;
  document.addEventListener(
    "htmx:oobAfterSwap",
    () => queueMicrotask(() => document.querySelector(selector).click()),
    { once: true },
  );
}"""
"""A press between the arrival of a part and whatever htmx does with it later."""
PRESS_AS_THE_LINE_LEAVES = """() => {
  window.asked = [];
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const { verb, path } = detail.requestConfig;
    if (verb !== "get") window.asked.push(path.split("/").at(-2));
  });
  const press = (options) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { bubbles: true, ...options }));
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (window.left || document.querySelectorAll("[data-wait]").length !== 1) return;
    window.left = performance.now();
    press({ key: "b" });
    press({ key: "b", repeat: true });
  });
}"""
HAS_SETTLED = "() => performance.now() - window.left > 800"


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
def visit(chromium: Browser, server: RoomServer) -> Iterator[Open]:
    """Return a function that opens a page as somebody, at a width."""
    contexts = []

    def open_one(user: User, path: str, width: int) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        contexts.append(context)
        sign_in(context, user, server.origin)
        page = context.new_page()
        page.goto(f"{server.origin}{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()


def say(show: Livestream, person: User, text: str) -> None:
    message = NewMessage(
        livestream=show.public_id,
        person=person.public_id,
        badges=(),
        text=text,
    )
    apart(lambda: post_message(message))


def test_a_moderator_decides_by_keyboard_and_the_person_is_told(
    show: Livestream, visit: Open
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish", "junk"])
    sam, mo = make_user(display_name="Sam"), make_user(display_name="Mo")
    CoHost.objects.create(livestream=show, user=mo, duty=CoHost.Duty.MODERATOR)
    apart(lambda: help_calls.call_for_help(show, by=show.creator.user, words="Come"))
    watch = f"/live/{show.public_id}/"
    viewer = visit(sam, watch, 390)
    expect(viewer.locator("[data-room=open]")).to_be_visible(timeout=10_000)
    say(show, sam, "What rubbish")
    say(show, sam, "Such junk")
    desk = visit(mo, f"/creator/studio/{show.public_id}/", 1440)
    waiting = desk.locator("#studio-waiting")
    expect(waiting.get_by_role("button", name="Show to all")).to_have_count(2)
    desk.evaluate(PRESS_AS_THE_LINE_LEAVES)
    desk.keyboard.press("j")
    desk.keyboard.press("s")
    expect(waiting.locator("[data-wait]")).to_have_count(1)
    said = viewer.locator("[data-message]", has_text="What rubbish")
    expect(said).not_to_contain_text("A moderator looks")
    expect(waiting.locator("[data-wait]:focus")).to_have_count(1)
    desk.wait_for_function(HAS_SETTLED)
    desk.keyboard.press("m")
    told = viewer.locator("[data-chat-told]")
    expect(told).to_contain_text("You are muted until")
    expect(told.get_by_role("link", name="Read why, or appeal")).to_be_visible()
    desk.get_by_role("button", name="Shield mode").click()
    expect(viewer.locator("[data-chat-shield]")).to_be_visible()
    desk.get_by_role("button", name="I am on it").click()
    expect(desk.locator("#studio-help")).to_contain_text("Mo came to help.")
    desk.get_by_role("button", name="What was done").click()
    desk.get_by_role("button", name="Undo: Muted Sam").click()
    expect(told).to_be_hidden()
    expect(viewer.locator("[data-message]", has_text="What rubbish")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_who_loses_lines_is_told_once_and_puts_it_away(
    show: Livestream, visit: Open, width: int
) -> None:
    sam, host = make_user(display_name="Sam"), show.creator.user
    for number in range(3):
        say(show, sam, f"Buy gold at shop {number}")
    say(show, sam, "My number is on my page")
    other = visit(make_user(display_name="Noor"), f"/live/{show.public_id}/", width)
    page = visit(sam, f"/live/{show.public_id}/", width)
    lines, told = page.locator("[data-message]"), page.locator("[data-chat-unseen]")
    expect(lines).to_have_count(4)
    expect(told).to_be_hidden()
    act = apart(lambda: remove_phrase(show, "buy gold", by=host))
    expect(lines).to_have_count(1)
    expect(told).to_have_count(1)
    expect(told).to_contain_text("Not shown. ")
    expect(told.get_by_role("link", name="Read why, or appeal")).to_be_visible()
    page.reload()
    expect(told).to_be_visible()
    told.get_by_role("button", name="Close").click()
    expect(told).to_be_hidden()
    page.reload()
    expect(lines).to_have_count(1)
    expect(told).to_be_hidden()
    last = apart(lambda: ChatMessage.objects.latest("id"))
    apart(lambda: remove_message(last, by=host, reason="Private"))
    expect(told).to_contain_text("Not shown. Private")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    apart(lambda: undo_action(act, by=host, reason="By mistake"))
    expect(lines).to_have_count(3)
    expect(told).to_contain_text("Not shown. Private")
    expect(other.locator("[data-message]")).to_have_count(3)
    expect(other.locator("[data-chat-unseen]")).to_be_hidden()


def test_without_a_store_who_loses_a_line_is_told_all_the_same(
    show: Livestream, visit: Open
) -> None:
    sam, host = make_user(display_name="Sam"), show.creator.user
    say(show, sam, "Buy gold at my shop")
    page = visit(sam, "/", 390)
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage',"
        " { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto(page.url.rstrip("/") + f"/live/{show.public_id}/")
    expect(page.locator("[data-message]")).to_have_count(1)
    apart(lambda: remove_phrase(show, "buy gold", by=host))
    told = page.locator("[data-chat-unseen]")
    expect(told).to_contain_text("Not shown. ")
    told.get_by_role("button", name="Close").click()
    expect(told).to_be_hidden()


def test_a_key_meant_for_a_line_that_left_decides_nothing(
    show: Livestream, visit: Open
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish", "junk"])
    sam, mo = make_user(display_name="Sam"), make_user(display_name="Mo")
    CoHost.objects.create(livestream=show, user=mo, duty=CoHost.Duty.MODERATOR)
    say(show, sam, "What rubbish")
    say(show, sam, "Such junk")
    first = ChatMessage.objects.get(text="What rubbish")
    studio = visit(mo, f"/creator/studio/{show.public_id}/", 1440)
    lines = studio.locator("#studio-waiting [data-wait]")
    expect(lines).to_have_count(2)
    press = studio.keyboard.press
    studio.evaluate("() => localStorage.setItem('shopfront.studio.keys', 'off')")
    press("j")
    assert studio.evaluate("document.activeElement === document.body")
    studio.evaluate("() => localStorage.setItem('shopfront.studio.keys', 'on')")
    press("j")
    expect(lines.first).to_be_focused()
    studio.evaluate(PRESS_AS_THE_LINE_LEAVES)
    apart(lambda: remove_message(first, by=show.creator.user, reason="Rude"))
    studio.wait_for_function("() => window.left")
    expect(lines).to_be_focused()
    assert studio.evaluate("window.asked") == []
    studio.wait_for_function(HAS_SETTLED)
    press("r")
    expect(lines).to_have_count(0)
    around = studio.get_by_role("list", name="Held, reported and flagged messages")
    expect(around).to_be_focused()
    press("b")
    assert studio.evaluate("window.asked") == ["remove"]


def test_on_a_phone_what_waits_comes_first(show: Livestream, visit: Open) -> None:
    sam, mo = make_user(display_name="Sam"), make_user(display_name="Mo")
    CoHost.objects.create(livestream=show, user=mo, duty=CoHost.Duty.MODERATOR)
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    say(show, sam, "What rubbish")
    page = visit(mo, f"/creator/studio/{show.public_id}/", 390)
    remove = page.locator("#studio-waiting").get_by_role("button", name="Remove")
    expect(remove).to_be_in_viewport()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    remove.click()
    expect(page.locator("#studio-waiting")).to_contain_text("Nothing waits.")


def put_up_portrait(creator: Creator) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((320, 320), 120).convert("RGB").save(buffer, "JPEG")
    apart(lambda: set_picture(creator, buffer.getvalue()))


def test_a_reported_picture_is_seen_on_purpose_alone(
    creator: Creator, visit: Open
) -> None:
    put_up_portrait(creator)
    page = visit(make_user(display_name="Sam"), f"/c/{creator.handle}/", 390)
    page.get_by_text("Report this picture").click()
    page.get_by_role("button", name="It is offensive").press("Enter")
    expect(page.get_by_text("Your receipt")).to_be_visible()
    page.reload()
    picture = page.locator(".profile .avatar img")
    blurred, itself = re.compile("/veils/"), re.compile("/creators/")
    expect(picture).to_have_attribute("src", blurred)
    show = page.get_by_role("button", name="Show the blurred picture")
    show.press("Enter")
    expect(picture).to_have_attribute("src", itself)
    expect(show).to_be_focused()
    page.reload()
    expect(picture).to_have_attribute("src", itself)
    show.press("Enter")
    expect(picture).to_have_attribute("src", blurred)


def test_a_key_pressed_as_a_part_arrives_keeps_the_page(
    show: Livestream, visit: Open
) -> None:
    first, second = make_product(), make_product()
    for place, product in enumerate((first, second)):
        make_variant(product=product)
        show.shelf.create(product=product, position=place)
    studio = visit(show.creator.user, f"/creator/studio/{show.public_id}/", 1440)
    studio.evaluate(CLICK_AS_PARTS_ARRIVE, f"#pin-{second.public_id}")
    studio.keyboard.press("1")
    shelf = studio.locator("#studio-shelf")
    expect(shelf.get_by_role("button", name="Unpin")).to_have_count(2)
    assert studio.evaluate("window.isSamePage")


def fail(status: int, route: Route) -> None:
    if status:
        route.fulfill(status=status)
    else:
        route.abort()


def test_a_studio_without_its_connection_says_so_and_keeps_what_was_typed(
    show: Livestream, visit: Open
) -> None:
    path = f"/creator/studio/{show.public_id}/"
    studio = visit(show.creator.user, path, 1440)
    field = studio.get_by_role("textbox", name="Message")
    toasts = studio.locator("[data-toast]")
    say = re.compile("/say/")
    field.fill("Oak, oiled.")
    for status, words in (
        (0, "That did not arrive. Check your connection"),
        (500, "That did not work. Try again in a moment."),
        (404, "That is not open to you any more."),
    ):
        studio.route(say, partial(fail, status))
        for _ in range(2):
            with studio.expect_request(say):
                field.press("Enter")
        expect(toasts.filter(has_text=words)).to_have_count(1)
        expect(field).to_have_value("Oak, oiled.")
        studio.unroute(say)
    field.press("Enter")
    expect(field).to_have_value("")
    lost, pulse = studio.get_by_text("No connection"), re.compile("/pulse/")
    expect(lost).to_be_hidden()
    studio.route(pulse, partial(fail, 0))
    expect(lost).to_be_visible()
    studio.unroute(pulse)
    expect(lost).to_be_hidden()


def test_a_host_pins_breaks_and_ends_by_keyboard_alone(
    show: Livestream, visit: Open
) -> None:
    for place in range(2):
        product = make_product()
        make_variant(product=product)
        show.shelf.create(product=product, position=place)
    path = f"/creator/studio/{show.public_id}/"
    studio = visit(show.creator.user, path, 1440)
    press, shelf = studio.keyboard.press, studio.locator("#studio-shelf")
    first, second = shelf.locator("[data-product]").all()
    press("1")
    expect(first.get_by_role("button", name="Unpin")).to_be_visible()
    press("n")
    expect(second.get_by_role("button", name="Unpin")).to_be_visible()
    expect(first.get_by_role("button", name="Unpin")).to_have_count(0)
    press("c")
    studio.keyboard.type("b2?")
    expect(studio.get_by_role("textbox", name="Message")).to_have_value("b2?")
    studio.reload()
    expect(studio.get_by_role("textbox", name="Message")).to_have_value("b2?")
    press("b")
    expect(studio.get_by_role("button", name="Go on")).to_be_visible()
    press("?")
    keys = studio.get_by_role("dialog", name="Keys of the studio")
    keys.get_by_role("checkbox").press("Space")
    press("Escape")
    press("b")
    expect(keys).to_be_hidden()
    press("?")
    keys.get_by_role("checkbox").press("Space")
    press("Escape")
    press("b")
    expect(studio.get_by_role("button", name="Take a break")).to_be_visible()
    press("e")
    press("Enter")
    sure = studio.get_by_role("dialog", name="End this show for everybody?")
    sure.get_by_role("button", name="Yes, end it").press("Enter")
    studio.wait_for_url("**/creator/shows/**")
