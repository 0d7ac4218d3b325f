"""A viewer whom a newly limited show leaves out: told once why, and no new tries."""

import pytest
from playwright.sync_api import expect

from livestreams.models import Livestream
from tests.browser.test_room import (
    Enter,
    apart,
    creator,
    enter,
    pytestmark,
    queries_beside_playwright,
    show,
)
from tests.rooms import RoomServer

__all__ = [
    "creator",
    "enter",
    "pytestmark",
    "queries_beside_playwright",
    "show",
]
Audience = Livestream.Audience


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience.ADULTS, "This show is now limited to adults."),
        (Audience.INVITED, "This show is now limited to invited viewers"),
    ],
)
def test_who_is_left_out_is_told_why_and_tries_no_more(
    server: RoomServer,
    enter: Enter,
    show: Livestream,
    audience: Audience,
    words: str,
) -> None:
    guest = enter(server, None)
    tries: list[str] = []
    guest.on("request", lambda asked: tries.append(asked.url))
    rows = Livestream.objects.filter(pk=show.pk)
    apart(lambda: rows.update(audience=audience))
    expect(guest.locator("[data-room=closed]")).to_be_attached(timeout=20_000)
    expect(guest.locator("[data-chat-note]")).to_contain_text(words)
    guest.evaluate("dispatchEvent(new Event('online'))")
    guest.wait_for_timeout(1500)
    assert len([url for url in tries if url.endswith("/ticket/")]) == 1
