"""A creator goes live from the browser, and viewers go on through a closed tab."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from livestreams.models import CoHost, Livestream
from shopfront.models import User
from tests.browser.conftest import ARGUMENTS, ROOT, find_chromium
from tests.factories import make_creator, make_duty, make_livestream, make_user
from tests.rooms import RoomServer, find_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAKES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOW = 60_000
MOVES = """from => {
  const video = document.querySelector("video.player__video");
  const { totalVideoFrames } = video.getVideoPlaybackQuality();
  return video.currentTime > from && totalVideoFrames > 5;
}"""
NOW = "() => document.querySelector('video.player__video').currentTime"
Visit = Callable[[User | None, str], Page]


@pytest.fixture(scope="module")
def camera_browser() -> Iterator[Browser]:
    """Run a Chromium whose camera is a test picture with a beep."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        one = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*ARGUMENTS, *FAKES]
        )
        yield one
        one.close()


def await_port(port: int) -> None:
    """Wait until a process listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the gateway did not start")


@pytest.fixture
def grace() -> str:
    """Return how many seconds a show outlives its lost picture."""
    return "60"


@pytest.fixture
def site(tmp_path: Path, grace: str) -> Iterator[str]:
    """Run a web process and a gateway on the tests' database; return its address."""
    web_port, media_port, rtmp_port = find_port(), find_port(), find_port()
    site = f"http://127.0.0.1:{web_port}"
    facts = {
        "MEDIA_BASE_URL": f"http://127.0.0.1:{media_port}",
        "MEDIA_DIR": str(tmp_path),
        "TESTED_SITE": site,
    }
    web = RoomServer(
        port=web_port,
        MEDIA_BASE_URL=facts["MEDIA_BASE_URL"],
        TESTED_SITE=facts["TESTED_SITE"],
    )
    gateway = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "media", "--port", str(media_port)),
            *("--rtmp-port", str(rtmp_port)),
        ],
        cwd=ROOT,
        env=os.environ
        | facts
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings_server",
            "TESTED_DATABASE": str(connection.settings_dict["NAME"]),
            "REDIS_URL": settings.REDIS_URL,
            "MEDIA_GRACE_SECONDS": grace,
        },
    )
    await_port(media_port)
    yield site
    gateway.terminate()
    gateway.wait(20)
    web.stop()


@pytest.fixture
def visit(camera_browser: Browser, site: str) -> Iterator[Visit]:
    """Return a function that opens a page as somebody, on a phone."""
    contexts: list[BrowserContext] = []

    def open_one(user: User | None, path: str) -> Page:
        context = camera_browser.new_context(
            viewport={"width": 390, "height": 844}, locale="en-GB"
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            value = client.cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": site}])
        page = context.new_page()
        page.set_default_timeout(SLOW)
        page.goto(site + path)
        return page

    yield open_one
    for context in contexts:
        context.close()


def send_camera(page: Page, button: str = "Send this picture") -> None:
    """Open the device check and send the picture."""
    page.get_by_text("Camera in this browser").click()
    page.get_by_role("button", name="Turn on camera").click()
    status = page.locator("[data-golive-status]")
    expect(status).to_contain_text("Only you see this.", timeout=SLOW)
    page.get_by_role("button", name=button).click()
    expect(status).to_contain_text("Your picture is on its way.", timeout=SLOW)
    expect(page.get_by_text("Picture arrives", exact=True)).to_be_visible(timeout=SLOW)


def test_a_show_goes_live_from_the_browser_and_outlives_a_closed_tab(
    visit: Visit,
) -> None:
    show = make_livestream(creator=make_creator(display_name="Ada"))
    make_duty(show.market)
    studio_path = reverse("creators:studio", args=[show.public_id])
    studio = visit(show.creator.user, studio_path)
    send_camera(studio)
    studio.get_by_role("button", name="Go live", exact=True).click()
    expect(studio.get_by_role("button", name="Take a break")).to_be_visible()
    viewer = visit(None, f"/live/{show.public_id}/")
    viewer.wait_for_function(MOVES, arg=1)
    health = studio.get_by_label("How your picture arrives")
    expect(health).to_contain_text("608 \u00d7 1080", timeout=SLOW)
    expect(health).to_contain_text("Heard")
    expect(health.get_by_role("img", name="Bitrate")).to_be_visible(timeout=SLOW)
    studio.close()
    expect(viewer.get_by_text("The room stays open.")).to_be_visible(timeout=SLOW)
    seen = viewer.evaluate(NOW)
    send_camera(visit(show.creator.user, studio_path))
    viewer.wait_for_function(MOVES, arg=seen + 1)
    expect(viewer.get_by_text("The room stays open.")).to_be_hidden()
    show.refresh_from_db()
    assert show.state == Livestream.State.LIVE


@pytest.mark.parametrize("grace", ["15"])
def test_a_break_a_take_over_and_a_loss_beyond_the_grace_time(visit: Visit) -> None:
    show = make_livestream(creator=make_creator(display_name="Ada"))
    make_duty(show.market)
    other = make_user(display_name="Bo Lind")
    CoHost.objects.create(livestream=show, user=other, duty=CoHost.Duty.CO_HOST)
    studio_path = reverse("creators:studio", args=[show.public_id])
    first = visit(show.creator.user, studio_path)
    send_camera(first)
    first.get_by_role("button", name="Go live", exact=True).click()
    expect(first.get_by_role("button", name="Take a break")).to_be_visible()
    viewer = visit(None, f"/live/{show.public_id}/")
    viewer.wait_for_function(MOVES, arg=1)

    first.get_by_role("button", name="Take a break").click()
    slate = viewer.get_by_text("The room stays open.")
    expect(slate).to_be_visible(timeout=SLOW)
    first.get_by_role("button", name="Go on").click()
    expect(slate).to_be_hidden(timeout=SLOW)

    seen = viewer.evaluate(NOW)
    second = visit(other, studio_path)
    send_camera(second, "Take over the picture")
    told = first.locator("[data-golive-status]")
    expect(told).to_contain_text("Bo Lind took over the picture", timeout=SLOW)
    viewer.wait_for_function(MOVES, arg=seen + 1)
    expect(slate).to_be_hidden()

    second.close()
    expect(slate).to_be_visible(timeout=SLOW)
    expect(viewer.get_by_text("This show has ended")).to_be_visible(timeout=SLOW)
    viewer.get_by_role("link", name="Watch the replay").click()
    viewer.locator("video").wait_for()
    viewer.locator("[data-player-act=play]").click()
    viewer.wait_for_function(MOVES, arg=1)  # one recording of both
    show.refresh_from_db()
    assert show.state == Livestream.State.ENDED
    assert show.recording.is_ready
