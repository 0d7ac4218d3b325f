"""Recordings that moved to an S3 store, and how they are played from there."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from livestreams.media import keeping
from livestreams.media.archive import Archive
from livestreams.media.keeping import borrow_segments, move_to_store
from livestreams.media.store import Store, StoreError
from tests.media_lab import Lab, record_show, run_lab
from tests.store_lab import list_names, make_bucket

SHOW = "show00000001"
PERSONAL = "9999999999-account1-aaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def store(store_url: str) -> Store:
    """Return an empty store."""
    return Store(make_bucket(store_url))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a show once for all tests."""
    return record_show(tmp_path_factory.mktemp("recorded") / SHOW).folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """Return the folder of a recorded show."""
    return shutil.copytree(recorded, tmp_path / "media" / SHOW)


def list_local(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"cutting.lock"}


LEFT = {"index.jsonl", "closed.json", "poster.jpg", "stored.json"}


def test_a_recording_moves_whole_and_leaves_its_index(
    store: Store, folder: Path
) -> None:
    before = {path.name: path.stat().st_size for path in folder.iterdir()}
    (folder / "clip_aaaaaaaa.mp4").write_bytes(b"clip")
    move_to_store(folder, store)
    held = store.list_sizes(SHOW)
    assert before.items() <= held.items()
    assert {"show1.mp4", "stored.json"} <= held.keys()
    assert list_local(folder) == LEFT | {"clip_aaaaaaaa.mp4"}
    assert len(Archive(folder).list_on_air()) >= 3
    move_to_store(folder, store)
    assert store.list_sizes(SHOW) == held


def test_a_long_file_arrives_in_parts(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / "show1.mp4"
    long.write_bytes(bytes(range(256)) * 4096 * 9)  # 9 MiB: one part and a rest
    store.keep(SHOW, long)
    assert store.list_sizes(SHOW) == {"show1.mp4": 9 * 1024 * 1024}
    back = tmp_path / "back.mp4"
    store.fetch(SHOW, "show1.mp4", back)
    assert back.read_bytes() == long.read_bytes()


@pytest.mark.parametrize("survived", [0, 3, 8, 11])
def test_a_move_that_is_killed_anywhere_is_taken_up(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    keep, left = store.keep, [survived]

    def dying(show: str, path: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        keep(show, path)

    monkeypatch.setattr(store, "keep", dying)
    whole = list_local(folder)
    with pytest.raises(KeyboardInterrupt):
        move_to_store(folder, store)
    assert whole <= list_local(folder)
    left[0] = 99
    move_to_store(folder, store)
    assert list_local(folder) == LEFT
    assert whole <= store.list_sizes(SHOW).keys()


def test_a_move_that_is_killed_while_it_deletes_is_taken_up(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = keeping.free_folder

    def dying(folder: Path) -> None:
        next(folder.glob("seg*.m4s")).unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "free_folder", dying)
    with pytest.raises(KeyboardInterrupt):
        move_to_store(folder, store)
    monkeypatch.setattr(keeping, "free_folder", free)
    move_to_store(folder, store)
    assert list_local(folder) == LEFT


def test_nothing_is_deleted_here_that_the_store_does_not_list(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = store.keep

    def lossy(show: str, path: Path) -> None:
        if path.name != "seg1.m4s":
            keep(show, path)

    monkeypatch.setattr(store, "keep", lossy)
    whole = list_local(folder)
    with pytest.raises(StoreError, match=r"seg1\.m4s"):
        move_to_store(folder, store)
    assert whole <= list_local(folder)


def test_segments_come_back_for_as_long_as_they_are_needed(
    store: Store, folder: Path
) -> None:
    segments = Archive(folder).list_on_air()[:1]
    with borrow_segments(folder, segments, store) as place:
        assert place == folder
    move_to_store(folder, store)
    with borrow_segments(folder, segments, store) as place:
        assert {"seg0.m4s", "init0.mp4"} == {path.name for path in place.iterdir()}
    assert not place.exists()


def addresses_of(playlist: str) -> Iterable[str]:
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-MAP"):
            yield line.split('"')[1]
        elif line and not line.startswith("#"):
            yield line


def read_pieces(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.m*4*")}


async def read(lab: Lab, file: str, kind: str, token: str) -> httpx.Response:
    lab.hooks.tokens.add(token)
    return await lab.http.get(lab.path(SHOW, file, kind, token))


async def test_an_open_replay_is_played_from_the_store(
    store: Store, folder: Path
) -> None:
    pieces = read_pieces(folder)
    move_to_store(folder, store)
    shutil.rmtree(folder)  # the machine that made it is lost
    async with run_lab(folder.parent, store=store) as lab, httpx.AsyncClient() as http:
        listed = await lab.http.get(lab.path(SHOW, "vod.m3u8", "replay"))
        assert listed.status_code == 200
        again = await lab.http.get(lab.path(SHOW, "vod.m3u8", "replay"))
        assert again.text == listed.text
        addresses = list(addresses_of(listed.text))
        assert len(addresses) >= 4
        for address in addresses:
            assert address.startswith(store.place.endpoint_url)
            assert "X-Amz-Expires=21600" in address
            got = await http.get(address)
            assert got.content == pieces[httpx.URL(address).path.rpartition("/")[2]]
        parts = await lab.http.get(lab.path(SHOW, "parts.json", "download"))
        assert parts.json() == {"parts": 1}
        still = await lab.http.get(lab.path(SHOW, "poster.jpg", "still"))
        assert still.headers["content-type"] == "image/jpeg"


async def test_a_limited_replay_passes_through_where_its_account_is_asked_for(
    store: Store, folder: Path
) -> None:
    piece = (folder / "seg1.m4s").read_bytes()
    move_to_store(folder, store)
    async with run_lab(folder.parent, store=store) as lab:
        listed = await read(lab, "vod.m3u8", "replay", PERSONAL)
        assert "seg1.m4s" in list(addresses_of(listed.text))
        got = await read(lab, "seg1.m4s", "replay", PERSONAL)
        assert (got.status_code, got.content) == (200, piece)
        lab.hooks.tokens.clear()
        gone = await lab.http.get(lab.path(SHOW, "seg1.m4s", "replay", PERSONAL))
        assert gone.status_code == 403


async def test_downloads_and_clips_come_from_the_store_by_ranges(
    store: Store, folder: Path
) -> None:
    clip = folder / "clip_aaaaaaaa.mp4"
    clip.write_bytes(b"0123456789")
    store.keep(SHOW, clip)
    clip.unlink()
    move_to_store(folder, store)
    async with run_lab(folder.parent, store=store) as lab, httpx.AsyncClient() as http:
        led = await lab.http.get(lab.path(SHOW, "show1.mp4", "download"))
        assert led.status_code == 302
        got = await http.get(led.headers["location"], headers={"range": "bytes=4-7"})
        assert (got.status_code, got.content) == (206, b"ftyp")
        named = f'attachment; filename="{SHOW}-show1.mp4"'
        assert got.headers["content-disposition"] == named
        lab.hooks.tokens.add(PERSONAL)
        address = lab.path(SHOW, "clip_aaaaaaaa.mp4", "clip", PERSONAL)
        part = await lab.http.get(address, headers={"range": "bytes=2-4"})
        assert (part.status_code, part.content) == (206, b"234")
        assert part.headers["content-range"] == "bytes 2-4/10"
        head = await lab.http.head(address)
        assert (head.content, head.headers["content-length"]) == (b"", "10")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("replay", "index.jsonl"), ("replay", "show1.mp4"), ("clip", "seg0.m4s")],
)
async def test_the_store_opens_a_kinds_own_files_only(
    store: Store, folder: Path, kind: str, name: str
) -> None:
    move_to_store(folder, store)
    async with run_lab(folder.parent, store=store) as lab:
        assert (await lab.http.get(lab.path(SHOW, name, kind))).status_code == 404


async def test_a_store_that_is_away_leaves_what_lies_here(
    folder: Path, store_url: str
) -> None:
    store = Store(make_bucket(store_url))
    object.__setattr__(store.place, "endpoint_url", "http://127.0.0.1:9")
    async with run_lab(folder.parent, store=store) as lab:
        listed = await lab.http.get(lab.path(SHOW, "vod.m3u8", "replay"))
        assert "seg0.m4s" in listed.text
        away = lab.path("show00000002", "vod.m3u8", "replay")
        assert (await lab.http.get(away)).status_code == 404


def test_what_is_erased_is_gone(store: Store, folder: Path) -> None:
    move_to_store(folder, store)
    store.erase(SHOW, store.list_sizes(SHOW))
    store.erase(SHOW, ["seg0.m4s"])
    assert list_names(store.place) == set()
    with pytest.raises(StoreError):
        store.read(SHOW, "seg0.m4s")
