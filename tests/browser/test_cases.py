"""The complaint shield in real browsers: chosen by the author, calm for the host."""

from django.test import Client
from playwright.sync_api import Page, expect

from creators.models import Creator
from livestreams.models import Livestream
from orders.models import Case
from tests.browser.test_room import (
    Enter,
    apart,
    creator,
    enter,
    pytestmark,
    queries_beside_playwright,
    show,
    write,
)
from tests.factories import make_paid_order, make_user, make_variant
from tests.rooms import RoomServer

__all__ = [
    "creator",
    "enter",
    "pytestmark",
    "queries_beside_playwright",
    "show",
]

COMPLAINT = "Where is my parcel? I paid three weeks ago and nobody answers"


def test_a_complaint_becomes_a_private_case_and_the_host_reads_a_number(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    sam = make_user(display_name="Sam")
    line = apart(lambda: make_paid_order(make_variant(), user=sam).lines.get())
    author, other = enter(server, sam), enter(server, make_user(display_name="Noor"))
    write(author, COMPLAINT)
    card = author.get_by_role("group", name="Only you can see this")
    expect(card).to_contain_text(COMPLAINT)
    card.get_by_label("What is it about?").select_option(line.public_id)
    button = card.get_by_role("button", name="Private case")
    button.focus()
    author.keyboard.press("Enter")
    opened = author.get_by_role("group", name="Private case C-GB-")
    expect(opened.get_by_role("link", name="Read your case")).to_be_visible()
    case = apart(Case.objects.get)
    assert case.line_id == line.pk
    author.reload()
    expect(opened).to_contain_text(COMPLAINT)
    opened.get_by_role("button", name="Close").click()
    expect(opened).to_be_hidden()
    write(other, "Is it walnut?")
    expect(author.locator("[data-message]")).to_have_count(1)
    expect(author.locator("[data-message]")).to_contain_text("Is it walnut?")
    assert COMPLAINT not in open_studio(show, creator)
    assert "1 sent to a private case" in open_studio(show, creator)


def test_a_complaint_is_said_in_the_room_when_its_author_wants_that(
    server: RoomServer, enter: Enter
) -> None:
    author: Page = enter(server, make_user(display_name="Sam"))
    other = enter(server, make_user(display_name="Noor"))
    write(author, COMPLAINT)
    card = author.get_by_role("group", name="Only you can see this")
    card.get_by_role("button", name="Say it in the room").click()
    expect(card).to_be_hidden()
    expect(other.locator("[data-message]")).to_contain_text(COMPLAINT)


def open_studio(show: Livestream, creator: Creator) -> str:
    def read() -> str:
        client = Client()
        client.force_login(creator.user)
        page = client.get(f"/creator/studio/{show.public_id}/")
        return page.content.decode()

    return apart(read)
