"""A drop in an open room: announced, moved, opened at its instant, called off."""

import datetime as dt

from playwright.sync_api import expect

from catalog.models import Drop
from catalog.services.drops import call_off_drop, move_drop
from creators.models import Creator
from livestreams.models import Livestream, LivestreamProduct
from livestreams.services.drops import post_drop_changed
from shopfront.common import clock
from shopfront.services import outbox
from tests.browser.test_room import (
    Enter,
    apart,
    creator,
    enter,
    pytestmark,
    queries_beside_playwright,
    show,
)
from tests.factories import make_drop, make_variant
from tests.rooms import RoomServer

__all__ = [
    "creator",
    "enter",
    "pytestmark",
    "queries_beside_playwright",
    "show",
]


def test_an_open_room_follows_a_drop_from_its_announcement_to_its_end(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    by, product = creator.user, make_variant().product
    LivestreamProduct.objects.create(livestream=show, product=product)
    guest = enter(server, None)
    drops = guest.locator("[data-drops]")
    expect(drops).to_be_hidden()

    def announce() -> Drop:
        drop = make_drop(product)
        outbox.relay()
        return drop

    drop = apart(announce)
    item = guest.locator(f'[data-drop="{drop.public_id}"]')
    expect(item).to_contain_text("Stools at eight")
    expect(guest.locator(".toast")).to_contain_text("New drop: Stools at eight")
    word = item.locator("[data-drop-word]")
    expect(word).to_be_hidden()

    def move() -> Drop:
        later = clock.now() + dt.timedelta(minutes=9)
        moved = move_drop(drop, opens_at=later, by=by, reason="Late parcel")
        outbox.relay()
        return moved

    moved = apart(move)
    opens = moved.opens_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    expect(item.locator("time")).to_have_attribute("datetime", opens)
    moved_words = guest.locator(".toast", has_text="Stools at eight now opens at")
    expect(moved_words).to_be_visible()

    def bring_the_opening_near() -> None:
        near = clock.now() + dt.timedelta(seconds=4)
        Drop.objects.filter(pk=drop.pk).update(opens_at=near)
        post_drop_changed(drop)
        outbox.relay()

    apart(bring_the_opening_near)
    guest.reload()
    expect(guest.locator("[data-room=open]")).to_be_visible(timeout=10_000)
    expect(word).to_have_text("Open now", timeout=10_000)
    expect(guest.locator(".toast")).to_have_count(0)
    apart(lambda: call_off_drop(drop, by=by, reason="Lost parcel"))
    apart(outbox.relay)
    expect(word).to_have_text("Called off")
    expect(item.locator("a[href]")).to_have_count(0)
    guest.reload()
    expect(guest.locator("[data-room=open]")).to_be_visible(timeout=10_000)
    expect(guest.locator("[data-drops]")).to_be_hidden()
