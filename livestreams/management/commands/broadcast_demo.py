"""`manage.py broadcast_demo`: sends the demo's shows as a creator's encoder would."""

import asyncio
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from PIL import UnidentifiedImageError

from livestreams.media.archive import Archive
from livestreams.media.demo_slides import Slide, find_font
from livestreams.media.demo_video import DemoVideoError, make_video, sending_line
from livestreams.media.offline import record_file
from livestreams.selectors.demo import (
    DemoShow,
    list_demo_shows,
    list_shelf_pictures,
    list_unrecorded_demo_shows,
)
from livestreams.services.publishing import keep_recording
from shopfront.embedded.processes import die_with_parent

LOOK_SECONDS = 3.0
RESTART_SECONDS = 2.0
STOP_SECONDS = 5.0
PROGRESS_STEP = 25


class Broadcast:
    """One show that is being sent; started again when its encoder ends."""

    def __init__(self, line: list[str]) -> None:
        self.line = line
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def keep_running(self) -> None:
        """Start the encoder unless it runs or ended a moment ago."""
        if self.process is not None and self.process.poll() is None:
            return
        if time.monotonic() - self.started_at < RESTART_SECONDS:
            return
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own binary
            self.line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def stop(self) -> None:
        """End the encoder."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Command(BaseCommand):
    """Make each demo show's video once, then send it until the show ends."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument(
            "--pictures",
            type=Path,
            help="A folder of photographs for shows whose shelf has none.",
        )
        parser.add_argument(
            "--once", action="store_true", help="Make the videos, send nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look for demo shows every few seconds and keep them on air."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        self.folder: Path | None = options["pictures"]
        self.broadcasts: dict[str, Broadcast] = {}
        self.given_up: set[str] = set()
        try:
            while True:
                self.look()
                self.record()
                if options["once"]:
                    return
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            pass
        finally:
            for broadcast in self.broadcasts.values():
                broadcast.stop()

    def look(self) -> None:
        """Start what came on air, restart what fell over, stop what ended."""
        try:
            shows = {show.public_id: show for show in list_demo_shows()}
        except DatabaseError:
            close_old_connections()
            shows = None
        if shows is not None:
            for gone in set(self.broadcasts) - set(shows):
                self.broadcasts.pop(gone).stop()
            for public_id, show in shows.items():
                if public_id not in self.broadcasts:
                    self.begin(show, f"{len(self.broadcasts) + 1} of {len(shows)}")
        for broadcast in self.broadcasts.values():
            broadcast.keep_running()

    def record(self) -> None:
        """Give a demo show that is over the recording it would have left."""
        try:
            shows = list_unrecorded_demo_shows()
        except DatabaseError:
            close_old_connections()
            return
        for show in shows:
            video = settings.DATA_DIR / "demo-video" / f"{show.public_id}.mp4"
            if show.public_id in self.given_up or show.started_at is None:
                continue
            self.given_up.add(show.public_id)
            if not video.exists() and not self.make(show, video, "of a replay"):
                continue
            archive = Archive(settings.MEDIA_DIR / show.public_id)
            starts_at = show.started_at.timestamp()
            facts = asyncio.run(record_file(video, archive, starts_at=starts_at))
            keep_recording(
                show.public_id, seconds=facts.seconds, bytes_count=facts.bytes_count
            )
            self.say(f"Replay of {show.title}: {facts.seconds:.0f} s")

    def begin(self, show: DemoShow, place: str) -> None:
        """Make the video where there is none and begin to send it."""
        video = settings.DATA_DIR / "demo-video" / f"{show.public_id}.mp4"
        if show.public_id in self.given_up:
            return
        if not video.exists() and not self.make(show, video, place):
            self.given_up.add(show.public_id)
            return
        url = f"rtmp://127.0.0.1:{settings.MEDIA_RTMP_PORT}/live/{show.stream_name}"
        broadcast = Broadcast(sending_line(video, url))
        broadcast.keep_running()
        self.broadcasts[show.public_id] = broadcast

    def make(self, show: DemoShow, video: Path, place: str) -> bool:
        """Make the video of one show, telling how far it is."""
        font = find_font(settings.BASE_DIR)
        if font is None:
            self.say("No font was found: the demo videos have no captions.")
        slides = self.list_slides(show)
        if not slides:
            self.say(f"No photographs for {show.title}: it stays without a picture.")
            return False
        told = 0

        def tell(percent: int) -> None:
            nonlocal told
            if percent >= told + PROGRESS_STEP:
                told = percent
                self.say(f"Making video {place}, {show.title}: {percent} %")

        began = time.monotonic()
        try:
            make_video(video, slides, font=font, on_progress=tell)
        except (DemoVideoError, OSError, UnidentifiedImageError) as fault:
            self.say(f"The video of {show.title} could not be made: {fault}")
            return False
        seconds = time.monotonic() - began
        self.say(f"Video {place}, {show.title}: made in {seconds:.0f} s")
        return True

    def list_slides(self, show: DemoShow) -> list[Slide]:
        """Read the photographs of the shelf, else those of the folder."""
        slides = []
        for picture in list_shelf_pictures(show.public_id):
            with picture.original.open("rb") as file:
                slides.append(Slide(file.read(), picture.product.title))
        if not slides and self.folder is not None:
            paths = sorted(self.folder.glob("*.jpg"))
            start = sum(map(ord, show.public_id)) % max(1, len(paths))
            chosen = (paths[start:] + paths[:start])[:9]
            slides = [Slide(path.read_bytes(), show.title) for path in chosen]
        return slides

    def say(self, line: str) -> None:
        """Print a line at once."""
        self.stdout.write(line)
        self.stdout.flush()
