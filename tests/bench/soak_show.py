"""A show of ten minutes whose picture is lost twice; its replay, file and clip."""

import contextlib
import datetime as dt
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx

from livestreams.media.ffmpeg import find_ffmpeg
from tests.bench.results import Result
from tests.bench.shoppers import find_form

CREATOR = "creator@demo.example"
PASSWORD = "demo"
SECONDS = 600.0
LOSSES = 2
LOST_SECONDS = 5.0
CLIP = (30.0, 45.0)
PATIENCE_SECONDS = 90.0
# After a discontinuity a clock begins anew; ffmpeg's null output minds, players do not.
NEW_CLOCK = "non monotonically increasing dts"
FIELDS = re.compile(r'data-(media-base|media-token|show)="([^"]*)"')
SEGMENT = re.compile(r"^seg(\d+)\.m4s$", re.MULTILINE)
LENGTH = re.compile(r"^#EXTINF:([\d.]+)", re.MULTILINE)


class Host:
    """The demo's creator, in a browser, with an encoder."""

    def __init__(self, site: str) -> None:
        self.client = httpx.Client(base_url=site, follow_redirects=True, timeout=30)
        self.client.headers["Referer"] = site
        self.show = ""

    def post(self, page: str, ending: str, **values: str) -> str:
        """Send the form of a page whose address ends so."""
        form = find_form(self.client.get(page).text, ending)
        if form is None:
            message = f"{page} has no form {ending}"
            raise RuntimeError(message)
        answer = self.client.post(form.action or page, data=form.values | values)
        answer.raise_for_status()
        return answer.text

    def plan(self) -> None:
        """Sign in and plan a show for the next hour."""
        self.post(
            "/accounts/login/", "/accounts/login/", login=CREATOR, password=PASSWORD
        )
        starts = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        text = self.post(
            "/creator/shows/new/",
            "",
            title="Ten minutes",
            description="",
            starts_at=f"{starts:%Y-%m-%dT%H:%M}",
            language="en-gb",
            latency="low",
            audience="everybody",
        )
        found = re.search(r"/creator/studio/([0-9a-z]+)/", text)
        if found is None:
            message = "the show was not planned"
            raise RuntimeError(message)
        self.show = found[1]

    @property
    def studio(self) -> str:
        """The address of the studio."""
        return f"/creator/studio/{self.show}/"

    def encoder_address(self) -> str:
        """Read server and key from the studio."""
        page = self.client.get(self.studio).text
        server = re.search(r'id="server-address" value="([^"]+)"', page)
        key = re.search(r'id="stream-key" value="([^"]+)"', page)
        assert server is not None
        assert key is not None
        return unescape(f"{server[1]}/{key[1]}")


class Viewer:
    """Reads a show's list each second, as a player does, and every segment once."""

    def __init__(self, site: str, show: str) -> None:
        self.numbers: list[int] = []
        self.missing: list[int] = []
        self.moments: list[float] = []
        self.is_over = threading.Event()
        self._client = httpx.Client(base_url=site, timeout=20)
        self._show = show
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Viewer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self._thread.join()

    @property
    def longest_wait(self) -> float:
        """The longest time without a new segment, in seconds."""
        pairs = zip(self.moments, self.moments[1:], strict=False)
        return max((after - before for before, after in pairs), default=0.0)

    def _watch(self) -> None:
        base = find_media(self._client, f"/live/{self._show}/", "low")
        while not self.is_over.wait(1):
            with contextlib.suppress(httpx.HTTPError):
                listed = self._client.get(f"{base}/plain.m3u8").text
                for number in map(int, SEGMENT.findall(listed)):
                    if not self.numbers or number > self.numbers[-1]:
                        self._read(base, number)

    def _read(self, base: str, number: int) -> None:
        self.numbers.append(number)
        self.moments.append(time.monotonic())
        if self._client.get(f"{base}/seg{number}.m4s").status_code != 200:
            self.missing.append(number)


def run_show(site: str, seconds: float = SECONDS) -> list[Result]:
    """Broadcast, lose the picture twice, end; watch replay and clip to their ends."""
    host = Host(site)
    host.plan()
    with tempfile.TemporaryDirectory() as folder:
        video = make_video(Path(folder))
        sent = broadcast(host, site, video, seconds)
    viewer, lengths = sent
    host.post(host.studio, "/end/")
    ended = time.monotonic()
    base = await_replay(site, host.show)
    ready = time.monotonic() - ended
    listed = httpx.get(f"{base}/vod.m3u8", timeout=30).text
    length = sum(map(float, LENGTH.findall(listed)))
    watched, faults = watch(f"{base}/vod.m3u8")
    holes = sum(
        b - a - 1 for a, b in zip(viewer.numbers, viewer.numbers[1:], strict=False)
    )
    least = sum(lengths) - 3 * (LOSSES + 1)
    return [
        Result("sent by the encoder", f"{sum(lengths):.0f} s in {len(lengths)} pieces"),
        Result(
            "segments read live", str(len(viewer.numbers)), "> 0", bool(viewer.numbers)
        ),
        Result("segments missed live", str(holes), "0", holes == 0),
        Result("segments not found", str(len(viewer.missing)), "0", not viewer.missing),
        Result(
            f"longest wait for a segment, {LOST_SECONDS:.0f} s of it lost",
            f"{viewer.longest_wait:.1f} s",
            f"<= {LOST_SECONDS + 8:.0f} s",
            viewer.longest_wait <= LOST_SECONDS + 8,
        ),
        Result("replay ready after", f"{ready:.1f} s", "<= 5 s", ready <= 5),
        Result(
            "length of the replay",
            f"{length:.0f} s",
            f">= {least:.0f} s",
            length >= least,
        ),
        Result(
            "replay watched to the end",
            f"{watched:.0f} s, {faults} faults",
            "all, 0 faults",
            watched >= length - 3 and not faults,
        ),
        *cut_clip(host, site),
    ]


def broadcast(
    host: Host, site: str, video: Path, seconds: float
) -> tuple[Viewer, list[float]]:
    """Go live, watch, and let the encoder die in between; return what was sent."""
    address = host.encoder_address()
    lengths: list[float] = []
    with encoder(video, address):
        await_picture(host)
        host.post(host.studio, "/start/")
        began = time.monotonic()
        viewer = Viewer(site, host.show)
        viewer.__enter__()
        time.sleep(seconds / (LOSSES + 1))
        lengths.append(time.monotonic() - began)
    for _ in range(LOSSES):
        time.sleep(LOST_SECONDS)
        with encoder(video, address):
            began = time.monotonic()
            time.sleep(seconds / (LOSSES + 1))
            lengths.append(time.monotonic() - began)
            if len(lengths) == LOSSES + 1:
                viewer.__exit__()
    return viewer, lengths


@contextlib.contextmanager
def encoder(video: Path, address: str) -> Iterator[None]:
    """Send a video over and over, as an encoder does; killed at the end."""
    command = [find_ffmpeg(), "-loglevel", "error", "-nostdin", "-re"]
    command += [
        "-stream_loop",
        "-1",
        "-i",
        str(video),
        "-c",
        "copy",
        "-f",
        "flv",
        address,
    ]
    sender = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        sender.kill()
        sender.wait()


def make_video(folder: Path) -> Path:
    """Make ten seconds of a moving test picture with a tone."""
    video = folder / "show.mp4"
    picture = "testsrc2=size=360x640:rate=24"
    command = [find_ffmpeg(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", picture]
    command += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "10"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-g", "24", "-bf", "0"]
    command += ["-pix_fmt", "yuv420p", "-c:a", "aac", str(video)]
    subprocess.run(command, check=True)
    return video


def await_picture(host: Host) -> None:
    """Wait until the studio no longer says that no picture arrives."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while 'id="no-picture"' in host.client.get(host.studio).text:
        if time.monotonic() > deadline:
            message = "no picture arrived"
            raise RuntimeError(message)
        time.sleep(0.5)


def find_media(client: httpx.Client, page: str, way: str) -> str:
    """Return where the media of a page's player lie; empty when it has none."""
    found = dict(FIELDS.findall(client.get(page).text))
    if "media-token" not in found:
        return ""
    return f"{found['media-base']}/{found['media-token']}/{found['show']}/{way}"


def await_replay(site: str, show: str) -> str:
    """Wait for the replay and return where it lies."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(base_url=site, timeout=20, follow_redirects=True) as client:
        while time.monotonic() < deadline:
            base = find_media(client, f"/replays/{show}/", "replay")
            if base and client.get(f"{base}/vod.m3u8").status_code == 200:
                return base
            time.sleep(0.2)
    message = "no replay came"
    raise RuntimeError(message)


def watch(address: str) -> tuple[float, int]:
    """Decode picture and sound to the end; return seconds and complaints."""
    command = [find_ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error"]
    command += ["-progress", "pipe:1", "-i", address, "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    times = re.findall(r"out_time_us=(\d+)", done.stdout)
    said = [line for line in done.stderr.splitlines() if line.strip()]
    complaints = [line for line in said if NEW_CLOCK not in line]
    return (int(times[-1]) / 1e6 if times else 0.0), len(complaints)


def cut_clip(host: Host, site: str) -> list[Result]:
    """Cut fifteen seconds and watch them to the end."""
    page = f"/creator/shows/{host.show}/replay/"
    starts, ends = map(str, CLIP)
    text = host.post(page, "", title="Fifteen seconds", starts=starts, ends=ends)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := re.search(r'href="(/clips/[0-9a-z]+/)"', text)) is None:
        if time.monotonic() > deadline:
            return [Result("clip", "not made", "made", False)]
        time.sleep(0.5)
        text = host.client.get(page).text
    with httpx.Client(base_url=site, timeout=20) as client:
        shown = client.get(found[1]).text
    address = re.search(r'<(?:video|source)[^>]* src="([^"]+)"', shown)
    seconds, faults = watch(unescape(address[1])) if address else (0.0, 1)
    is_right = abs(seconds - (CLIP[1] - CLIP[0])) <= 2.5 and not faults
    value = f"{seconds:.1f} s, {faults} faults"
    return [Result("clip of 15 s watched to the end", value, "within 2.5 s", is_right)]
