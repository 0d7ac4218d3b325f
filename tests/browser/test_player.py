"""The player in a real Chromium: the picture moves, and comes back by itself."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, WebSocketRoute, async_playwright

from livestreams.media.hooks import Standing
from livestreams.media.limits import Limits
from livestreams.media.seeking import write_seek_pictures
from tests.browser.conftest import ARGUMENTS, ROOT, find_chromium
from tests.media_lab import (
    KEY,
    TOKEN,
    Lab,
    record_show,
    run_encoder,
    run_lab,
    serve,
    until,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SHOW = "show00000001"
PATIENCE_MS = 30_000
FILES = {
    "/player.js": ROOT / "static/livestreams/player.js",
    "/money.js": ROOT / "static/livestreams/money.js",
    "/names.js": ROOT / "static/livestreams/names.js",
    "/pins.js": ROOT / "static/livestreams/pins.js",
    "/player_captions.js": ROOT / "static/livestreams/player_captions.js",
    "/player_controls.js": ROOT / "static/livestreams/player_controls.js",
    "/player_hls.js": ROOT / "static/livestreams/player_hls.js",
    "/player_seek.js": ROOT / "static/livestreams/player_seek.js",
    "/replay_times.js": ROOT / "static/livestreams/replay_times.js",
    "/player_socket.js": ROOT / "static/livestreams/player_socket.js",
    "/hls.mjs": ROOT / "node_modules/hls.js/dist/hls.light.min.mjs",
}
ROOM = """
import { Pins } from "/pins.js";
window.room = new EventTarget();
new Pins(document.querySelector("[data-pins]"), window.room, "show");
document.addEventListener("pin:shown", ({ detail }) => {
  const at = document.querySelector("[data-player]").mediaTime();
  window.shown = { id: detail.id, at, now: Date.now() };
});
"""
PLACE_PIN = """({ id, due }) => {
  const product = { id: "p", slug: "p", name: "Stool", image: "", image_alt: "" };
  product.names = { de: "Hocker" };
  const detail = { id, product, variants: [], version: 1 };
  detail.media_time = due && new Date(due).toISOString();
  window.room.dispatchEvent(new CustomEvent("pin.placed", { detail }));
}"""
TRACK = """<track kind="captions" src="/captions.vtt" srclang="en" label="English"
  data-captions data-basis="recording" data-from="0">"""
SEEK = """<div data-player-seek hidden>
  <input type="range" min="0" max="1" step="0.1" value="0" data-seek-bar
    data-text="{at} of {length}" aria-label="Seek"><span data-seek-time></span>
  <div data-seek-preview hidden><div data-seek-picture></div>
  <b data-seek-at></b></div></div>"""
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 01:00.000\nOak, oiled.\n"
MOVES_ON = """from => {
  const video = document.querySelector("video");
  const quality = video.getVideoPlaybackQuality();
  return video.currentTime > from && quality.totalVideoFrames > 20;
}"""
MOVES_AGAIN = """() => {
  const video = document.querySelector("video");
  if (video.paused || video.readyState < 3) return false;
  window.begun ??= video.currentTime;
  return video.currentTime > window.begun + 1;
}"""
BACK_AT_START = "() => document.querySelector('video').currentTime < 2"
HOLD_STILL = """() => {
  const video = document.querySelector("video");
  video.pause();
}"""
PRESSED_AS_IT_LOADS = """() => {
  document.querySelector("[data-player-act=play]").click();
  document.querySelector("video").load();
}"""
IS_AT_FIVE = """() => {
  const says = document.querySelector("[data-seek-bar]").ariaValueText;
  return document.querySelector("video").currentTime === 5 && says === "0:05 of 0:12";
}"""
ASKS_FOR_TOKENS = """() => {
  document.querySelector("[data-player]").dataset.tokenUrl = "/token";
}"""
NETWORK_IS_BACK = """() => {
  const video = document.querySelector("video");
  const place = video.currentTime;
  dispatchEvent(new Event("online"));
  dispatchEvent(new Event("online"));
  return place;
}"""
ENDS_WITH_A_FULL_LINE = """async () => {
  const { SocketSource } = await import("/player_socket.js");
  const told = [];
  const source = new SocketSource(document.querySelector("video"), "", {
    ended: () => told.push("ended"),
  });
  const buffer = new EventTarget();
  buffer.updating = false;
  buffer.appendBuffer = (data) => {
    buffer.updating = true;
    setTimeout(() => {
      told.push(data);
      buffer.updating = false;
      buffer.dispatchEvent(new Event("updateend"));
    });
  };
  buffer.addEventListener("updateend", () => source.pump());
  source.buffer = buffer;
  source.media = {
    readyState: "open",
    endOfStream: () => {
      if (buffer.updating) throw new DOMException("updating", "InvalidStateError");
      told.push("end of stream");
    },
  };
  for (const part of ["one", "two", "three"]) source.queue.push({ data: part });
  source.pump();
  source.onClose({ code: 4410 });
  await new Promise((done) => {
    setInterval(() => told.includes("ended") && done(), 10);
  });
  return told;
}"""
PLAYS_NOW = "() => document.querySelector('[data-player]').dataset.state === 'playing'"


class Site:
    """A page with nothing but the player, under the shop's content policy."""

    def __init__(self) -> None:
        self.media = ""

    def page(self, kind: str) -> bytes:
        kind, _, ladder = kind.partition("-")
        return f"""<!doctype html><title>Player</title>
        <div data-player {"data-ladder" if ladder else ""}
          data-media-base="{self.media}" data-media-token="{TOKEN}"
          data-class="{kind}" data-show="{SHOW}" data-hls="/hls.mjs">
        <video muted playsinline width="180" height="320">
        {TRACK if kind == "replay" else ""}</video>
        <p data-player-slate hidden>Waiting</p>
        <p data-player-captions hidden></p>
        <button data-player-sound>Tap for sound</button>
        <button data-player-act="play" data-play="Play" data-pause="Pause"></button>
        <button data-player-act="mute">Mute</button>
        <button data-player-act="captions" hidden>Captions</button>
        {SEEK if kind == "replay" else ""}</div>
        <section data-pins><template data-pin-template><article data-pin>
        <img data-pin-picture><b data-pin-name></b>
        <span data-offer-of><i data-pin-price></i></span>
        <u data-pin-stock></u><button data-pin-buy>Buy now</button></article>
        </template></section>
        <script type="module" src="/player.js"></script>
        <script type="module" src="/room.js"></script>""".encode()

    async def __call__(self, scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        assert callable(send)
        if scope["type"] != "http":
            return
        path = scope["path"]
        sockets = self.media.replace("http", "ws", 1)
        policy = (
            f"default-src 'self'; img-src {self.media};"
            f" media-src 'self' blob: {self.media};"
            f" connect-src 'self' {self.media} {sockets}; worker-src blob:"
        )
        if path in FILES:
            kind, body = "text/javascript", FILES[path].read_bytes()
        elif path == "/captions.vtt":
            kind, body = "text/vtt", CAPTIONS
        elif path == "/room.js":
            kind, body = "text/javascript", ROOM.encode()
        else:
            kind, body = "text/html", self.page(path.strip("/"))
        headers = [
            (b"content-type", kind.encode()),
            (b"content-security-policy", policy.encode()),
        ]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        yield one
        await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(
    one_browser: Browser, tmp_path: Path
) -> AsyncIterator[tuple[Lab, Page]]:
    site = Site()
    limits = Limits(most_ladders=1)
    async with serve(site) as port:
        address = f"http://127.0.0.1:{port}"
        async with run_lab(tmp_path, site=address, limits=limits) as lab:
            site.media = f"http://127.0.0.1:{lab.port}"
            context = await one_browser.new_context(base_url=address)
            yield lab, await context.new_page()
            await context.close()


async def time_of(page: Page) -> float:
    return float(await page.evaluate("document.querySelector('video').currentTime"))


async def plays(page: Page, seconds: float = 2) -> None:
    """Wait until the picture has moved on by so many seconds."""
    await page.wait_for_function(PLAYS_NOW, timeout=20_000)
    now = await time_of(page)
    await page.wait_for_function(MOVES_ON, arg=now + seconds, timeout=20_000)


async def behind(page: Page) -> float:
    """How many milliseconds the picture is behind the encoder."""
    moment = "Date.now() - document.querySelector('[data-player]').mediaTime()"
    return float(await page.evaluate(moment))


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
        assert 0 < await behind(page) < (2_000 if kind == "low" else 6_000)


async def test_the_player_goes_on_after_the_encoder_came_back(
    stage: tuple[Lab, Page],
) -> None:
    lab, low = stage
    standard = await low.context.new_page()
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await low.goto("/low")
        await standard.goto("/standard")
        await plays(low)
        await plays(standard)
    for page in (low, standard):
        await page.locator("[data-player][data-state=stalled]").wait_for()
        await page.get_by_text("Waiting").wait_for()
    async with run_encoder(lab.rtmp_url(SHOW)):
        for page in (low, standard):
            await plays(page, seconds=3)
            assert await behind(page) < 6_000


async def test_the_player_goes_on_after_the_gateway_was_restarted(
    one_browser: Browser, tmp_path: Path
) -> None:
    site = Site()
    async with serve(site) as port:
        address = f"http://127.0.0.1:{port}"
        page = await one_browser.new_page(base_url=address)
        ports = (0, 0)
        for _ in range(2):
            async with run_lab(tmp_path, site=address, ports=ports) as lab:
                ports = (lab.port, lab.server.rtmp.port)
                site.media = f"http://127.0.0.1:{lab.port}"
                async with run_encoder(lab.rtmp_url(SHOW)):
                    if page.url == "about:blank":
                        await page.goto("/low")
                    await plays(page)
            await page.locator("[data-state=stalled]").wait_for(timeout=PATIENCE_MS)
        await page.close()


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


async def place_pin(page: Page, name: str, due: float | None) -> None:
    await page.evaluate(PLACE_PIN, {"id": name, "due": due})


async def shown_pin(page: Page) -> dict[str, Any]:
    await page.wait_for_function("() => window.shown", timeout=20_000)
    found: dict[str, Any] = await page.evaluate("window.shown")
    return found


async def test_a_pin_appears_when_each_picture_reaches_its_moment(
    stage: tuple[Lab, Page],
) -> None:
    lab, low = stage
    standard = await low.context.new_page()
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await low.goto("/low")
        await standard.goto("/standard")
        await plays(low)
        await plays(standard)
        due = float(await low.evaluate("Date.now()"))
        for page in (low, standard):
            await place_pin(page, "pin1", due)
        first, second = await shown_pin(low), await shown_pin(standard)
    assert due <= first["at"]
    assert due <= second["at"]
    assert first["now"] < second["now"]


@pytest.mark.parametrize(("language", "name"), [("de", "Hocker"), ("en-gb", "Stool")])
async def test_without_a_picture_a_pin_appears_at_once_in_the_pages_language(
    stage: tuple[Lab, Page], language: str, name: str
) -> None:
    _, page = stage
    await page.goto("/low")
    await page.wait_for_function("() => window.room")
    await page.evaluate("code => { document.documentElement.lang = code; }", language)
    await place_pin(page, "pin1", 4_000_000_000_000)
    assert (await shown_pin(page))["id"] == "pin1"
    assert await page.locator("[data-pin-name]").text_content() == name


async def test_keys_play_mute_and_caption_while_focus_is_in_the_player(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await plays(page)
        await page.keyboard.press("k")
        assert not await page.evaluate("document.querySelector('video').paused")
        await page.get_by_role("button", name="Mute").focus()
        await page.keyboard.press("m")
        await page.wait_for_function("() => !document.querySelector('video').muted")
        await page.keyboard.press("k")
        await page.wait_for_function("() => document.querySelector('video').paused")
        await page.keyboard.press("k")
        await plays(page)
        begun = await page.evaluate("Date.now() - 60000")
        for text in ("Oak,", "Oak, oiled."):  # the same moment is the same line
            await page.evaluate(
                """([text, begun]) => document.dispatchEvent(
                  new CustomEvent("captions-added", { detail: { language: "en",
                  label: "English", cues: [{ text, from_ms: begun,
                  until_ms: begun + 120000 }] } }))""",
                [text, begun],
            )
        await page.keyboard.press("c")
        await page.get_by_text("Oak, oiled.", exact=True).wait_for()
        await page.keyboard.press("c")
        await page.get_by_text("Oak, oiled.").wait_for(state="hidden")


async def test_a_fresh_token_is_taken_without_a_new_source(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    await page.route(
        "**/token", lambda route: route.fulfill(json={"token": TOKEN, "class": "low"})
    )
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await plays(page)
        source = await page.evaluate("document.querySelector('video').src")
        await page.evaluate(ASKS_FOR_TOKENS)
        await page.evaluate("() => document.querySelector('[data-player]').renew()")
        await until(lambda: lab.server.viewer_count == 1)
        await plays(page)
        assert await page.evaluate("document.querySelector('video').src") == source


async def test_who_saves_data_starts_by_a_tap_with_the_smallest_picture(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    lab.hooks.has_ladder = True
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    await page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(
            lambda: any(
                rung.height == 240 and rung.packager.last_number > 2
                for rung in lab.gateway.ladders.list_rungs(SHOW)
            )
        )
        await page.goto("/standard-ladder")
        await page.locator("[data-player][data-blocked]").wait_for()
        assert not any("m3u8" in name for name in asked)
        await page.get_by_role("button", name="Tap for sound").click()
        await plays(page)
    segments = [name for name in asked if name.endswith(".m4s")]
    assert segments, asked
    assert all(name.startswith("240_") for name in segments), " ".join(asked)


async def test_after_too_many_failures_the_page_says_so_and_tries_again_when_asked(
    stage: tuple[Lab, Page],
) -> None:
    _, page = stage
    await page.add_init_script("window.MediaSource = undefined")
    await page.clock.install()
    await page.goto("/standard")
    failed = page.locator("[data-player][data-state=failed]")
    for _ in range(12):
        await page.clock.run_for(5_000)
        if await failed.count():
            break
    await failed.wait_for()
    assert KEY not in await page.content()


async def test_barred_sockets_and_parts_leave_plain_lists(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    asked: list[str] = []

    async def bar(socket: WebSocketRoute) -> None:
        await socket.close(code=1011)

    await page.route_web_socket(re.compile("/ws$"), bar)
    await page.route("**/index.m3u8*", lambda route: route.abort())
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await page.wait_for_function(MOVES_ON, arg=1, timeout=60_000)
    lists = [name.partition("?")[0] for name in asked if ".m3u8" in name]
    assert lists.index("index.m3u8") < lists.index("plain.m3u8")


async def test_a_socket_that_falls_silent_is_left_for_another(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    sockets: list[WebSocketRoute | None] = []

    def pass_on(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(
            lambda frame: socket.send(frame) if socket is sockets[-1] else None
        )

    await page.route_web_socket(re.compile("/ws$"), pass_on)
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await plays(page)
        sockets.append(None)
        await page.locator("[data-player][data-state=stalled]").wait_for()
        await plays(page)
        assert await way_of(page) == "SocketSource"
        assert await behind(page) < 6_000


async def test_whose_leave_ends_is_told_so_within_seconds(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    await page.route("**/token", lambda route: route.fulfill(status=404))
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/low")
        await plays(page)
        await page.evaluate(ASKS_FOR_TOKENS)
        lab.hooks.tokens.clear()
        await page.locator("[data-player][data-state=refused]").wait_for()
        await until(lambda: lab.server.viewer_count == 0)


async def test_a_browser_with_lists_of_its_own_plays_them(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    await page.add_init_script("window.ManagedMediaSource = class {}")
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(
            lambda: (
                SHOW in lab.gateway.shows
                and lab.gateway.shows[SHOW].packager.last_number > 3
            )
        )
        await page.goto("/low")
        await plays(page)
        assert await way_of(page) == "NativeSource"
        await place_pin(page, "pin1", None)
        assert (await shown_pin(page))["id"] == "pin1"


async def test_a_recording_shows_the_moment_that_one_points_at(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    archive = await asyncio.to_thread(
        record_show, lab.gateway.folder / SHOW, seconds=12
    )
    assert await asyncio.to_thread(write_seek_pictures, archive.folder) == 3
    await page.goto("/replay")
    bar = page.get_by_role("slider", name="Seek")
    box = await bar.bounding_box()
    assert box
    picture = page.locator("[data-seek-picture]")
    await bar.hover(position={"x": box["width"] * 0.9, "y": box["height"] / 2})
    await page.get_by_text("0:10", exact=True).wait_for()
    look = "place => [place.style.backgroundPosition, place.style.backgroundImage]"
    place, image = await picture.evaluate(look)
    assert place == "-180px 0px"
    assert image.endswith('/replay/seek0.jpg")')
    assert (await page.request.get(image[5:-2])).headers["content-type"] == "image/jpeg"
    await page.mouse.move(0, 0)
    await picture.wait_for(state="hidden")
    await page.evaluate(HOLD_STILL)
    await page.keyboard.press("Tab")
    await bar.focus()
    await picture.wait_for()
    await bar.press("Home")
    await bar.press("ArrowRight")
    await page.wait_for_function(IS_AT_FIVE)
    await page.get_by_text("0:05", exact=True).wait_for()
    await bar.blur()
    await picture.wait_for(state="hidden")


async def test_a_recording_plays_after_the_end(stage: tuple[Lab, Page]) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await page.goto("/low")
        await plays(page, seconds=3)
        lab.hooks.standing = Standing(is_allowed=False)
        over = page.locator("[data-player][data-state=ended]")
        await over.wait_for(timeout=PATIENCE_MS)
    await until(lambda: ("closed", SHOW) in lab.hooks.heard)
    lab.hooks.standing = Standing(is_allowed=True)
    await page.goto("/low")  # late, or back after its network had gone
    await over.wait_for(timeout=PATIENCE_MS)
    library = asyncio.Event()

    async def hold(route: Route) -> None:
        await library.wait()
        await route.continue_()

    await page.route("**/hls.mjs", hold)
    await page.goto("/replay")
    await page.evaluate(PRESSED_AS_IT_LOADS)
    library.set()
    await plays(page, seconds=1)
    await page.get_by_role("button", name="Captions").click()
    await page.get_by_text("Oak, oiled.").wait_for()
    await page.get_by_role("button", name="Captions").press("ArrowLeft")
    await page.wait_for_function(BACK_AT_START)
    assert KEY not in await page.content()


async def test_a_picture_moves_on_after_the_network_came_back(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: SHOW in lab.gateway.shows)
        await page.goto("/standard")
        await plays(page)
        await page.evaluate(NETWORK_IS_BACK)
        await page.wait_for_function(MOVES_AGAIN, timeout=20_000)
        await page.evaluate(HOLD_STILL)
        await page.evaluate(NETWORK_IS_BACK)
        assert await page.evaluate("document.querySelector('video').paused")


async def test_a_recording_goes_on_where_it_was_after_the_network_came_back(
    stage: tuple[Lab, Page],
) -> None:
    lab, page = stage
    await asyncio.to_thread(record_show, lab.gateway.folder / SHOW, seconds=12)
    await page.goto("/replay")
    await page.get_by_role("button", name="Play").click()
    await plays(page, seconds=4)
    place = await page.evaluate(NETWORK_IS_BACK)
    await page.wait_for_function(MOVES_AGAIN, timeout=20_000)
    assert await time_of(page) >= place - 0.1


async def test_a_show_ends_once_all_that_came_is_in_the_buffer(
    stage: tuple[Lab, Page],
) -> None:
    _, page = stage
    await page.goto("/standard")
    told = await page.evaluate(ENDS_WITH_A_FULL_LINE)
    assert told == ["one", "two", "three", "end of stream", "ended"]
