"""Watching and opening the sheet in Firefox, on machines that have one."""

from pathlib import Path

import pytest

from tests.browser.firefox import run_firefox

pytestmark = pytest.mark.browser

LIVE = "document.querySelector(\"a[href^='/live/']\")"
MOVES = """(() => {
  const video = document.querySelector("video");
  return Boolean(video) && video.currentTime > 2
    && video.getVideoPlaybackQuality().totalVideoFrames > 20;
})()"""
BUY = "document.querySelector('[data-pin] button, [data-pin] a')"
SHEET = "document.querySelector('#sheet h1, #sheet h2')"
NOW = "document.querySelector('video').currentTime"


def test_a_live_show_plays_and_its_pin_opens_the_sheet_in_firefox(
    demo_site: str, tmp_path: Path
) -> None:
    with run_firefox(tmp_path / "profile") as tab:
        tab.resize(390, 844)
        tab.goto(demo_site + "/")
        show = tab.evaluate(f"{LIVE}.pathname")
        tab.goto(demo_site + show)
        tab.wait_for(MOVES)
        tab.wait_for(f"{BUY} !== null")
        tab.evaluate(f"{BUY}.click()")
        tab.wait_for(f"{SHEET} !== null")
        at = tab.evaluate(NOW)
        tab.wait_for(f"{NOW} > {at} + 1")
