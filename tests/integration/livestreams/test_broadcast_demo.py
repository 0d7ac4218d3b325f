"""The demo's broadcaster: videos are made once, encoders are kept running."""

import asyncio
import io
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from livestreams.management.commands.broadcast_demo import Broadcast
from livestreams.media.archive import Archive
from livestreams.media.demo_slides import (
    Slide,
    draw_caption,
    draw_slide,
    find_font,
    wrap,
)
from livestreams.media.demo_video import choose_slides, length_of
from livestreams.models import Livestream, Recording
from livestreams.selectors.demo import list_demo_shows
from livestreams.services import shows
from tests.factories import make_livestream
from tests.media_lab import decode

pytestmark = pytest.mark.django_db


def photograph(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def demo_show() -> Livestream:
    livestream = make_livestream(is_demo=True)
    return shows.start_livestream(livestream)


def test_only_demo_shows_on_air_are_sent(demo_show: Livestream) -> None:
    make_livestream(is_demo=True)
    shows.start_livestream(make_livestream())
    assert [show.public_id for show in list_demo_shows()] == [demo_show.public_id]
    shows.end_livestream(demo_show)
    assert list_demo_shows() == []


async def count_pictures(video: Path) -> int:
    frames, _ = await decode(str(video), seconds=100)
    return frames


@pytest.mark.django_db(transaction=True)
def test_a_video_is_made_once_and_is_whole(
    demo_show: Livestream,
    tmp_path: Path,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.DATA_DIR = tmp_path
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(photograph(900, 600))
    (photos / "two.jpg").write_bytes(photograph(600, 900))
    for _ in range(2):
        call_command("broadcast_demo", "--once", pictures=photos)
    video = tmp_path / "demo-video" / f"{demo_show.public_id}.mp4"
    seconds = length_of(8)
    assert seconds > 35
    assert abs(asyncio.run(count_pictures(video)) - seconds * 24) < 24
    assert capsys.readouterr().out.count("made in") == 1
    assert list(video.parent.glob("*.half.mp4")) == []


def test_a_show_without_photographs_says_so(
    demo_show: Livestream, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("broadcast_demo", "--once")
    assert f"No photographs for {demo_show.title}" in capsys.readouterr().out


@pytest.mark.parametrize("size", [(1200, 500), (500, 1200), (40, 40)])
def test_a_slide_is_portrait_whatever_the_photograph(size: tuple[int, int]) -> None:
    drawn = Image.open(io.BytesIO(draw_slide(Slide(photograph(*size), ""))))
    assert drawn.width * 16 == drawn.height * 9


def test_a_caption_stays_inside_the_picture(settings: Settings) -> None:
    font = find_font(settings.BASE_DIR)
    assert font is not None
    lines = wrap("An unusually long name of a stool with three legs", font, 200)
    assert len(lines) > 1
    assert all(font.getlength(line) <= 200 for line in lines)
    bare = Image.open(io.BytesIO(draw_caption("Stool", None)))
    drawn = Image.open(io.BytesIO(draw_caption("Stool", font)))
    assert bare.getbbox() is None
    assert drawn.getbbox() is not None


def test_a_short_shelf_is_repeated() -> None:
    slide = Slide(b"", "")
    assert len(choose_slides([slide])) == 8
    assert len(choose_slides([slide] * 30)) == 11
    assert choose_slides([]) == []


def test_an_encoder_that_ends_is_started_again_but_not_in_a_rush() -> None:
    broadcast = Broadcast([sys.executable, "-c", "pass"])
    broadcast.keep_running()
    first = broadcast.process
    assert first is not None
    first.wait()
    broadcast.keep_running()
    assert broadcast.process is first
    broadcast.started_at -= 10
    broadcast.keep_running()
    assert broadcast.process is not first
    broadcast.stop()
    assert broadcast.process is None


@pytest.mark.django_db(transaction=True)
def test_a_demo_show_that_is_over_gets_its_replay(
    tmp_path: Path, settings: Settings, client: Client
) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_DIR = tmp_path / "media"
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(photograph(600, 900))
    livestream = shows.start_livestream(make_livestream(is_demo=True))
    shows.end_livestream(livestream)
    call_command("broadcast_demo", "--once", pictures=photos)
    recording = Recording.objects.get(livestream=livestream)
    assert abs(recording.seconds - length_of(8)) < 1
    folder = settings.MEDIA_DIR / livestream.public_id
    assert (folder / "poster.jpg").stat().st_size > 1000
    assert Archive(folder).is_closed
    assert client.get(f"/replays/{livestream.public_id}/").status_code == 200
