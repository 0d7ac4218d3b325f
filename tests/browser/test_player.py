"""The player in a real Chromium: the picture moves, and comes back by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from livestreams.media.hooks import Standing
from tests.browser.conftest import ARGUMENTS, ROOT, find_chromium
from tests.media_lab import KEY, TOKEN, Lab, run_encoder, run_lab, serve, until

pytestmark = pytest.mark.browser

SHOW = "show00000001"
FILES = {
    "/player.js": ROOT / "static/livestreams/player.js",
    "/player_captions.js": ROOT / "static/livestreams/player_captions.js",
    "/player_controls.js": ROOT / "static/livestreams/player_controls.js",
    "/player_hls.js": ROOT / "static/livestreams/player_hls.js",
    "/player_socket.js": ROOT / "static/livestreams/player_socket.js",
    "/hls.mjs": ROOT / "node_modules/hls.js/dist/hls.light.min.mjs",
}
MOVES_ON = """from => {
  const video = document.querySelector("video");
  const quality = video.getVideoPlaybackQuality();
  return video.currentTime > from && quality.totalVideoFrames > 20;
}"""
PLAYS_NOW = "() => document.querySelector('[data-player]').dataset.state === 'playing'"


class Site:
    """A page with nothing but the player, under the shop's content policy."""

    def __init__(self) -> None:
        self.media = ""

    def page(self, kind: str) -> bytes:
        return f"""<!doctype html><title>Player</title>
        <div data-player data-media-base="{self.media}" data-media-token="{TOKEN}"
          data-class="{kind}" data-show="{SHOW}" data-hls="/hls.mjs">
        <video muted autoplay playsinline width="180" height="320"></video>
        <p data-player-slate hidden>Waiting</p>
        <button data-player-sound>Tap for sound</button></div>
        <script type="module" src="/player.js"></script>""".encode()

    async def __call__(self, scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        assert callable(send)
        if scope["type"] != "http":
            return
        path = scope["path"]
        sockets = self.media.replace("http", "ws", 1)
        policy = (
            "default-src 'self'; media-src 'self' blob:;"
            f" connect-src 'self' {self.media} {sockets}; worker-src blob:"
        )
        if path in FILES:
            kind, body = "text/javascript", FILES[path].read_bytes()
        else:
            kind, body = "text/html", self.page(path.strip("/"))
        headers = [
            (b"content-type", kind.encode()),
            (b"content-security-policy", policy.encode()),
        ]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[tuple[Lab, Page]]:
    site = Site()
    async with serve(site) as port, async_playwright() as playwright:
        address = f"http://127.0.0.1:{port}"
        async with run_lab(tmp_path, site=address) as lab:
            site.media = f"http://127.0.0.1:{lab.port}"
            browser = await playwright.chromium.launch(
                executable_path=find_chromium(), args=ARGUMENTS
            )
            context = await browser.new_context(base_url=address)
            page = await context.new_page()
            yield lab, page
            await browser.close()


async def time_of(page: Page) -> float:
    return float(await page.evaluate("document.querySelector('video').currentTime"))


async def plays(page: Page, seconds: float = 2) -> None:
    """Wait until the picture has moved on by so many seconds."""
    await page.wait_for_function(PLAYS_NOW, timeout=20_000)
    now = await time_of(page)
    await page.wait_for_function(MOVES_ON, arg=now + seconds, timeout=20_000)


async def way_of(page: Page) -> str | None:
    return await page.locator("[data-player]").get_attribute("data-way")


@pytest.mark.parametrize(
    ("kind", "way"), [("low", "SocketSource"), ("standard", "HlsSource")]
)
async def test_the_picture_moves(stage: tuple[Lab, Page], kind: str, way: str) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto(f"/{kind}")
        await plays(page)
        assert await way_of(page) == way
        behind = await page.evaluate(
            "Date.now() - document.querySelector('[data-player]').mediaTime()"
        )
        assert 0 < behind < (2_000 if kind == "low" else 6_000)


async def test_the_player_goes_on_after_the_encoder_came_back(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await page.goto("/low")
        await plays(page)
    await page.locator("[data-player][data-state=stalled]").wait_for(timeout=10_000)
    await page.get_by_text("Waiting").wait_for()
    async with run_encoder(lab.rtmp_url(SHOW)):
        await plays(page, seconds=3)


async def test_the_player_goes_on_after_the_gateway_was_restarted(
    tmp_path: Path,
) -> None:
    site = Site()
    async with serve(site) as port, async_playwright() as playwright:
        address = f"http://127.0.0.1:{port}"
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        page = await browser.new_page(base_url=address)
        ports = (0, 0)
        for _ in range(2):
            async with run_lab(tmp_path, site=address, ports=ports) as lab:
                ports = (lab.port, lab.server.rtmp.port)
                site.media = f"http://127.0.0.1:{lab.port}"
                async with run_encoder(lab.rtmp_url(SHOW)):
                    if page.url == "about:blank":
                        await page.goto("/low")
                    await plays(page)
            await page.locator("[data-state=stalled]").wait_for(timeout=10_000)
        await browser.close()


async def test_low_latency_lists_carry_on_where_sockets_are_barred(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    await page.add_init_script("delete window.WebSocket")
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await plays(page)
        assert await way_of(page) == "HlsSource"


async def test_a_recording_plays_after_the_end(stage: tuple[Lab, Page]) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await page.goto("/low")
        await plays(page, seconds=3)
        lab.hooks.standing = Standing(is_allowed=False)
        await page.locator("[data-player][data-state=ended]").wait_for(timeout=10_000)
    await until(lambda: ("closed", SHOW) in lab.hooks.heard)
    await page.goto("/replay")
    await page.evaluate("document.querySelector('video').play()")
    await plays(page, seconds=1)
    assert KEY not in await page.content()
