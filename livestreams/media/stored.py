"""Replays and clips whose files lie in the store: led there, or passed on from it.

Of a show that is open to everybody the player gets signed addresses of the store,
which carry the video; a limited show's files pass through here, where each request's
account is asked for.
"""

import asyncio
import re
import time
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import structlog

from livestreams.media.answers import NOT_HERE, Answer, PieceAnswer, Redirect
from livestreams.media.archive import CLOSED, Archive
from livestreams.media.files import CLIP, DOWNLOAD, KINDS, PRIVATE
from livestreams.media.keeping import fetch_index
from livestreams.media.segments import write_replay_list
from livestreams.media.store import Store, StoreError

LIST_SECONDS = 60
ABSENT_SECONDS = 30
MOST_KEPT = 200
PIECE = re.compile(r"seg\d{1,9}\.m4s|init\d{1,9}\.mp4")
NAMES = {"clip": CLIP, "download": DOWNLOAD, "replay": PIECE}
NO_STORE = "no-store"

log = structlog.get_logger(__name__)
Kept = TypeVar("Kept")
Found: TypeAlias = Answer | PieceAnswer | Redirect


class StoredShows:
    """Answers players of shows whose segments the gateway's folder lacks."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lists: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._absent: OrderedDict[str, float] = OrderedDict()

    async def bring_index(self, show: str) -> None:
        """Fetch the index of a recording that another machine put into the store."""
        folder = self._folder / show
        now = time.monotonic()
        is_here = await asyncio.to_thread((folder / CLOSED).exists)
        if is_here or self._absent.get(show, 0) > now:
            return
        try:
            is_there = await asyncio.to_thread(fetch_index, folder, self._store)
        except StoreError as error:
            log.warning("store_failed", show=show, why=str(error))
            is_there = False
        if not is_there:
            _remember(self._absent, show, now + ABSENT_SECONDS)

    async def answer_list(self, archive: Archive) -> Answer:
        """Answer the list of a replay, with signed addresses of its files.

        Signing thousands of them takes a while, so a list serves everybody for a
        minute; each address holds for hours.
        """
        show, now = archive.folder.name, time.monotonic()
        made_at, text = self._lists.get(show, (-float(LIST_SECONDS), ""))
        if now - made_at >= LIST_SECONDS:
            text = await asyncio.to_thread(
                write_replay_list,
                archive.list_on_air(),
                address=partial(self._store.sign, show),
            )
            _remember(self._lists, show, (now, text))
        return Answer(200, text.encode(), "application/vnd.apple.mpegurl", NO_STORE)

    async def answer_file(
        self, show: str, kind: str, name: str, *, asked: str, is_limited: bool
    ) -> Found:
        """Answer a clip, a download or a piece of a replay out of the store."""
        if not NAMES[kind].fullmatch(name):
            return NOT_HERE
        download_name = f"{show}-{name}" if kind == "download" else ""
        if not is_limited:
            return Redirect(
                self._store.sign(show, name, download_name=download_name), NO_STORE
            )
        ending = name.rpartition(".")[2]
        try:
            piece = await asyncio.to_thread(self._store.read, show, name, asked)
        except StoreError:
            return NOT_HERE
        return PieceAnswer(
            piece.chunks,
            (piece.first, piece.last, piece.size),
            is_range=bool(asked),
            kind=KINDS.get(ending, "video/mp4"),
            caching=PRIVATE,
            download_name=download_name,
        )


def _remember(kept: OrderedDict[str, Kept], key: str, value: Kept) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
