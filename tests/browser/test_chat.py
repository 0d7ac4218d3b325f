"""Talking in real browsers: replies, mentions, rules, the line at the top."""

import datetime as dt
from functools import partial

from playwright.sync_api import Browser, Page, expect

from creators.models import Creator
from livestreams.models import (
    ChatMessage,
    Livestream,
    LivestreamProduct,
    Poll,
    Question,
    Report,
)
from livestreams.services import chat, chat_pins, rules
from livestreams.services.pins import place_pin
from shopfront.common import clock
from tests.browser.test_room import (
    Enter,
    apart,
    creator,
    enter,
    pytestmark,
    queries_beside_playwright,
    show,
    sign_in,
    write,
)
from tests.factories import make_replay, make_user, make_variant
from tests.rooms import RoomServer

__all__ = [
    "creator",
    "enter",
    "pytestmark",
    "queries_beside_playwright",
    "show",
]


KEYBOARD_PX = 336
FAKE_KEYBOARD = """
(below) => {
  const view = window.visualViewport;
  for (const [name, value] of [["height", innerHeight - below], ["offsetTop", 0]]) {
    Object.defineProperty(view, name, { value, configurable: true });
  }
  view.dispatchEvent(new Event("resize"));
}
"""


STAND_STILL = """
() => {
  const video = document.querySelector("video");
  let at = 0;
  Object.defineProperty(video, "currentTime", {
    get: () => at,
    set: (value) => {
      at = value;
      video.dispatchEvent(new Event("seeked"));
    },
  });
}
"""


def test_a_reply_leads_to_its_line_and_a_mention_is_marked_for_whom_it_names(
    server: RoomServer, enter: Enter, show: Livestream
) -> None:
    one = enter(server, make_user(display_name="Sam Carter"))
    two = enter(server, make_user(display_name="Noor"))
    write(one, "Is it walnut?")
    two.get_by_role("button", name="Reply: Sam Carter").click()
    expect(two.locator("[data-answering-name]")).to_have_text("Reply to Sam Carter")
    field = two.get_by_label("Message", exact=True)
    field.press_sequentially("@sa")
    expect(two.get_by_role("option", name="Sam Carter")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("@Sam Carter ")
    field.press_sequentially("oak")
    field.press("Enter")
    line = one.locator("[data-message]", has_text="oak").last
    expect(line).to_have_attribute("data-for-you", "")
    expect(line.locator(".chat__mention")).to_have_text("@Sam Carter")
    quote = line.get_by_role("button", name="In reply to Sam Carter: Is it walnut?")
    quote.click()
    asked = one.locator("[data-message]", has_text="Is it walnut?").first
    expect(asked).to_be_focused()
    expect(two.locator("[data-answering-name]")).to_be_hidden()
    row = apart(ChatMessage.objects.select_related("livestream", "author").first)
    assert row is not None
    apart(partial(chat.remove_message, row, by=row.author, reason="Private"))
    expect(line).to_contain_text("In reply to an earlier message")
    expect(one.locator("[data-chat-list]")).not_to_contain_text("walnut")


def test_a_slow_room_says_so_counts_down_and_frees_again(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    slow = partial(rules.change_rules, show, by=creator.user)
    apart(partial(slow, slow_seconds=300))
    expect(page.locator("[data-chat-rules]")).to_have_text(
        "Slow mode: one message in 5 minutes"
    )
    write(page, "one")
    expect(page.locator("[data-chat-wait]")).to_be_visible()
    write(page, "two")
    expect(page.locator("[data-chat-note]")).to_contain_text("write slowly")
    expect(page.get_by_label("Message", exact=True)).to_have_value("two")
    apart(slow)
    expect(page.locator("[data-chat-rules]")).to_be_hidden()
    expect(page.locator("[data-chat-wait]")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-message]")).to_have_count(2)


def test_who_may_not_write_yet_follows_in_the_room_and_writes(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    apart(partial(rules.change_rules, show, by=creator.user, is_followers_only=True))
    expect(page.locator("[data-chat-rules]")).to_have_text("Followers only")
    write(page, "Hello")
    expect(page.locator("[data-chat-note]")).to_contain_text("Only followers")
    page.get_by_role("button", name="Follow Ada to write").click()
    expect(page.locator("[data-chat-follow]")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-message]")).to_have_count(1)


def test_who_comes_late_finds_the_line_that_is_kept_at_the_top(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    host = chat.NewMessage(
        livestream=show.public_id,
        person=creator.user.public_id,
        badges=("host",),
        text="Free postage until nine",
        is_host_side=True,
    )
    row = apart(lambda: chat.post_message(host))
    apart(lambda: chat_pins.pin_message(row, by=creator.user))
    card = enter(server, None).locator("[data-chat-pinned]")
    expect(card).to_contain_text("Free postage until nine")
    expect(card).to_contain_text(f"Kept here by {creator.user.name}")
    apart(lambda: chat_pins.unpin_message(row, by=creator.user))
    expect(card).to_be_hidden()


def test_screen_readers_hear_one_sentence_of_many_messages(
    server: RoomServer, enter: Enter, show: Livestream
) -> None:
    page = enter(server, make_user(display_name="Sam"))
    author = make_user(display_name="Noor")
    lines = [
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=f"line {n}",
        )
        for n in range(12)
    ]
    apart(lambda: chat.store_messages(lines))
    heard = page.locator("[data-chat-heard]")
    expect(heard).to_have_text("12 new messages", timeout=15_000)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")


def top_of(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return {"top": box["y"], "bottom": box["y"] + box["height"]}


def test_typing_on_a_phone_covers_neither_product_nor_picture(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    variant = make_variant(stock=4)
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    page = enter(server, make_user(display_name="Sam"))
    apart(lambda: place_pin(show, variant.product, by=creator.user))
    for n in range(5):
        write(page, f"line {n}")
    field = page.get_by_label("Message", exact=True)
    field.focus()
    page.evaluate(FAKE_KEYBOARD, KEYBOARD_PX)
    expect(page.locator("[data-typing]")).to_be_visible()
    free = 844 - KEYBOARD_PX
    card, body = top_of(page, "[data-pin]"), top_of(page, ".chat__body")
    assert top_of(page, "[data-chat-form]")["bottom"] <= free
    assert card["bottom"] <= top_of(page, "[data-chat-form]")["top"]
    assert body["bottom"] <= card["top"] + 1
    assert body["top"] >= free * 0.45
    page.evaluate(FAKE_KEYBOARD, 0)
    expect(page.locator("[data-typing]")).to_have_count(0)


def play_recorded(page: Page, start: dt.datetime) -> None:
    """Let a page play two minutes that were recorded from a moment on."""
    recorded = ["#EXTM3U"]
    for n in range(30):
        at = start + dt.timedelta(seconds=4 * n)
        recorded += [f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat()}", "#EXTINF:4.0,", "x"]
    page.route("**/vod.m3u8*", lambda route: route.fulfill(body="\n".join(recorded)))


def test_answers_and_polls_of_a_replay_lead_to_their_moment(
    server: RoomServer, chromium: Browser, creator: Creator
) -> None:
    start = clock.now() - dt.timedelta(minutes=30)
    over = make_replay(creator=creator, started_at=start)
    Poll.objects.create(
        livestream=over,
        opened_by=creator.user,
        question="Which next?",
        options=["Red", "Blue"],
        votes=[1, 3],
        opened_at=start + dt.timedelta(seconds=3),
        closed_at=start + dt.timedelta(seconds=20),
    )
    Question.objects.create(
        livestream=over,
        asker=creator.user,
        asker_name="Sam",
        text="Is it oak?",
        state=Question.State.ANSWERED,
        answered_at=start + dt.timedelta(seconds=100),
    )
    page = chromium.new_page()
    play_recorded(page, start)
    page.goto(f"{server.origin}/replays/{over.public_id}/")
    chosen = page.get_by_role("button", name="Which next?")
    expect(chosen).to_contain_text("0:03")
    asked = page.get_by_role("button", name="Is it oak?")
    page.evaluate(STAND_STILL)
    asked.click()
    expect(asked).to_have_attribute("aria-current", "true")
    chosen.click()
    expect(chosen).to_have_attribute("aria-current", "true")
    expect(asked).not_to_have_attribute("aria-current", "true")
    page.close()


def test_a_line_of_a_replay_is_reported_by_keyboard_by_who_is_signed_in(
    server: RoomServer, chromium: Browser, creator: Creator
) -> None:
    start = clock.now() - dt.timedelta(minutes=30)
    over = make_replay(creator=creator, started_at=start)
    for n, text in enumerate(("Buy at my shop", "Is it oak?"), start=1):
        ChatMessage.objects.create(
            livestream=over,
            author=make_user(),
            author_name="Sam",
            text=text,
            seq=n,
            at=start + dt.timedelta(seconds=2 * n),
        )
    noor = make_user(display_name="Noor")
    contexts = [chromium.new_context(), chromium.new_context()]
    sign_in(contexts[0], noor, server.origin)
    one, guest = (context.new_page() for context in contexts)
    for page in (one, guest):
        play_recorded(page, start)
        page.goto(f"{server.origin}/replays/{over.public_id}/")
        page.wait_for_load_state("load")
        page.evaluate(STAND_STILL)
        page.evaluate("() => { document.querySelector('video').currentTime = 3; }")
        expect(page.locator("[data-replay-chat]")).to_contain_text("Buy at my shop")
    expect(guest.locator("[data-report-open]")).to_have_count(0)
    button = one.get_by_role("button", name="Report the message of Sam")
    button.focus()
    one.evaluate("() => { document.querySelector('video').currentTime = 6; }")
    expect(one.locator("[data-replay-chat]")).to_contain_text("Is it oak?")
    expect(button.first).to_be_focused()
    one.keyboard.press("Enter")
    dialog = one.get_by_role("dialog", name="Report message")
    expect(dialog).to_contain_text("Buy at my shop")
    dialog.get_by_label("Spam or advertising").check()
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("Your receipt")
    report = Report.objects.get()
    expect(dialog).to_contain_text(report.public_id)
    assert (report.reason, report.reporter) == ("spam", noor)
    for context in contexts:
        context.close()
