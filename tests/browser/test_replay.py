"""A replay in step with its picture, to its end, and a clip out of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

SHOW_TITLE = "A quiet desk for under £500"
PATIENCE = 30_000
LOOKS = 120
PLAYS = """() => {
  const video = document.querySelector("video");
  return !video.paused && video.currentTime > 0.5;
}"""
NEAR_END = """() => {
  const video = document.querySelector("video");
  video.currentTime = video.duration - 1.5;
  video.play();
}"""
HAS_ENDED = "() => document.querySelector('video').ended"
START = "() => document.querySelector('video').play()"
LENGTH = "document.querySelector('video').duration"


def open_replay(page: Page) -> str:
    """Open the replay of the show that is over; return its address."""
    tile = page.locator("[data-livestream]", has_text=SHOW_TITLE)
    link = tile.get_by_role("link", name="Watch replay").first
    for _ in range(LOOKS):  # the demo records the show while its pages answer
        if link.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    address = link.get_attribute("href")
    assert address
    page.goto(address)
    return address


def test_a_replay_follows_its_moments_and_ends(open_page: OpenPage) -> None:
    page = open_page("/")
    address = open_replay(page)
    moment = page.locator("[data-moment]").nth(2)
    ready = page.locator("[data-moments-bar]:not([hidden])")
    ready.wait_for(state="attached", timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("products in this show")).click()
    moment.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(PLAYS, timeout=PATIENCE)
    expect(moment).to_have_attribute("aria-current", "true", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator("[data-moment-pin]:visible")).to_have_count(1)
    page.evaluate(NEAR_END)
    page.wait_for_function(HAS_ENDED, timeout=PATIENCE)
    page.goto(f"{address}?at={moment.get_attribute('data-at')}")
    expect(moment).to_have_attribute("aria-current", "true", timeout=PATIENCE)


def test_a_creator_cuts_a_clip_and_everybody_plays_it(open_page: OpenPage) -> None:
    page = open_page("/accounts/login/", width=1440, height=900)
    page.locator("main input[type=email]").fill("aileen@demo.example")
    page.locator("input[type=password]").fill("demo")
    page.locator("main").get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/")
    show = open_replay(page).split("/")[2]
    page.goto(f"/creator/shows/{show}/replay/")
    page.locator("[data-cutter]").get_by_label("Title").fill("Six good seconds")
    page.get_by_label("Begins at, seconds").fill("3")
    page.get_by_label("Ends at, seconds").fill("9.4")
    said = page.locator("[data-cut-said]")
    expect(said).to_contain_text(" s.", timeout=PATIENCE)
    found = re.search(r"([\d.]+) s\.", said.inner_text())
    assert found
    page.get_by_role("button", name="Make clip").click()
    link = page.get_by_role("link", name="Six good seconds").first
    for _ in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    address = link.get_attribute("href")
    assert address
    guest = open_page(address)
    guest.evaluate(START)
    guest.wait_for_function(PLAYS, timeout=PATIENCE)
    assert guest.evaluate(LENGTH) == pytest.approx(float(found[1]), abs=0.15)
    guest.get_by_role("button", name=re.compile("in this clip")).click()
    expect(guest.get_by_role("heading", name="In this clip")).to_be_visible()
