"""The gateway's ASGI application: lists, parts, segments, sockets, stills, health."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import structlog

from livestreams.media.answers import (
    NOT_HERE,
    Answer,
    CorsPolicy,
    FileAnswer,
    PieceAnswer,
    Redirect,
    find_asked_range,
    send_answer,
    send_file,
    send_piece,
    send_redirect,
)
from livestreams.media.archive import Archive
from livestreams.media.files import KINDS, find_file
from livestreams.media.foreign import ForeignHooks
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import PlayRequest, Refusal
from livestreams.media.ingest import serve_ingest
from livestreams.media.metrics import write_metrics
from livestreams.media.rtmp import RtmpServer
from livestreams.media.segments import write_replay_list
from livestreams.media.show import Show
from livestreams.media.sockets import serve_socket
from livestreams.media.stored import StoredShows

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Reply: TypeAlias = Answer | FileAnswer | PieceAnswer | Redirect

PLAY_PATH = re.compile(
    r"/(?P<token>\d{1,12}-[\w-]{16,64})/(?P<show>[0-9a-z]{6,32})"
    r"/(?P<kind>low|standard|replay|still|clip|download)/(?P<file>[\w.]{1,60})"
)
MAY_PLAY_PATH = re.compile(
    r"/may-play/(?P<token>[\w-]{1,120})/(?P<show>[0-9a-z]{6,32})/(?P<kind>[a-z]{1,12})"
)
PART = re.compile(r"part(\d{1,9})\.(\d{1,4})\.m4s")
SEGMENT = re.compile(r"seg(\d{1,9})\.m4s")
INIT = re.compile(r"init(\d{1,9})\.mp4")
SEEK = re.compile(r"seek(\.vtt|\d\.jpg)")
PERSONAL = re.compile(r"\d{1,12}-[0-9a-z]{6,32}-[\w-]{22}")  # a limited show's
BLOCK_SECONDS = 5.0
FUTURE_SEGMENTS = 2  # a list further ahead is never waited for (RFC 8216bis 6.2.5.2)

NO_STORE = "no-store"
FOREVER = "public, max-age=3600, immutable"
NO_PICTURE = Answer.problem(404, "media.no_picture", "This show has no picture now.")

log = structlog.get_logger(__name__)


class MediaServer:
    """Answers players; starts and stops gateway and RTMP with the process."""

    def __init__(
        self,
        gateway: Gateway,
        rtmp: RtmpServer,
        *,
        rtmp_host: str,
        rtmp_port: int,
        cors: CorsPolicy,
        foreign: ForeignHooks | None = None,
        stored: StoredShows | None = None,
    ) -> None:
        self.gateway = gateway
        self.rtmp = rtmp
        self.viewer_count = 0
        self.bytes_out = 0
        self._rtmp_at = (rtmp_host, rtmp_port)
        self._cors = cors
        self.foreign = foreign
        self._stored = stored
        self._is_ready = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, socket or the process's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._answer_socket(scope, receive, send)
        elif scope["type"] == "http":
            if self.foreign and scope["method"] == "POST":
                await self._send(scope, send, await self.foreign.answer(scope, receive))
            else:
                await self._send(scope, send, await self._answer(scope))

    async def _send(self, scope: Scope, send: Send, answer: Reply) -> None:
        if isinstance(answer, FileAnswer):
            self.bytes_out += await send_file(scope, send, answer, self._cors)
        elif isinstance(answer, PieceAnswer):
            self.bytes_out += await send_piece(scope, send, answer, self._cors)
        elif isinstance(answer, Redirect):
            await send_redirect(scope, send, answer, self._cors)
        else:
            self.bytes_out += len(answer.body)
            await send_answer(scope, send, answer, self._cors)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                try:
                    await self.gateway.start()
                    await self.rtmp.start(*self._rtmp_at)
                except OSError as error:
                    why = {"type": "lifespan.startup.failed", "message": str(error)}
                    await send(why)
                    return
                self._is_ready = True
                await send({"type": "lifespan.startup.complete"})
            else:
                self._is_ready = False
                await self.rtmp.stop()
                if self.foreign:
                    await self.foreign.pulls.stop()
                await self.gateway.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope) -> Reply:
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            return Answer.problem(405, "media.method", "Only GET is answered here.")
        if scope["method"] == "OPTIONS":
            return Answer(204, b"", "text/plain", NO_STORE)
        own = await self._answer_operator(path)
        if own is not None:
            return own
        if match := MAY_PLAY_PATH.fullmatch(path):
            return await self._answer_may_play(match)
        match = PLAY_PATH.fullmatch(path)
        if match is None:
            return NOT_HERE
        refusal = await self._authorise(match)
        if refusal is not None:
            return Answer.problem(403, "media.refused", refusal.sentence)
        if match["kind"] in {"clip", "download", "replay"}:
            return await self._answer_kept(match, scope)
        query = parse_qs(scope["query_string"].decode("ascii", "replace"))
        return await self._answer_file(match, query)

    async def _answer_kept(self, match: re.Match[str], scope: Scope) -> Reply:
        """Answer a file of a show that is over: from the folder, else the store."""
        show, kind, name = match["show"], match["kind"], match["file"]
        stored = self._stored
        if stored is not None:
            await stored.bring_index(show)
        here: Reply = NOT_HERE
        if kind == "replay":
            archive = await self.gateway.find_archive(show)
            is_limited = PERSONAL.fullmatch(match["token"]) is not None
            is_list = name == "vod.m3u8"
            if stored and archive and is_list and archive.is_stored and not is_limited:
                return await stored.answer_list(archive)
            here = await self._answer_file(match, {})
        else:
            here = await find_file(self.gateway.folder / show, kind, name)
        if here is not NOT_HERE or stored is None:
            return here
        return await stored.answer_file(
            show,
            kind,
            name,
            asked=find_asked_range(scope),
            is_limited=PERSONAL.fullmatch(match["token"]) is not None,
        )

    async def _answer_operator(self, path: str) -> Answer | None:
        """Answer who runs the gateway; None where the path is a player's."""
        if path == "/healthz":
            return Answer.json(200, {"status": "ok"})
        if path == "/readyz":
            return await self._answer_ready()
        if path == "/metrics":
            text = write_metrics(self.gateway, self.viewer_count, self.bytes_out)
            return Answer(200, text.encode(), "text/plain; version=0.0.4", NO_STORE)
        return None

    async def _answer_ready(self) -> Answer:
        folder = self.gateway.folder
        is_writable = await asyncio.to_thread(os.access, folder, os.W_OK)
        facts = {"started": self._is_ready, "folder": is_writable}
        return Answer.json(200 if all(facts.values()) else 503, facts)

    async def _answer_may_play(self, match: re.Match[str]) -> Answer:
        """Answer nginx, which asks before it serves a limited show from its cache."""
        refusal = await self._authorise(match)
        if refusal is None:
            return Answer(204, b"", "text/plain", NO_STORE)
        return Answer.problem(403, "media.refused", refusal.sentence)

    async def _authorise(self, match: re.Match[str]) -> Refusal | None:
        return await self.gateway.hooks.authorise_play(
            PlayRequest(
                show=match["show"], latency_class=match["kind"], token=match["token"]
            )
        )

    async def _answer_file(
        self, match: re.Match[str], query: dict[str, list[str]]
    ) -> Answer:
        kind, name = match["kind"], match["file"]
        show = self.gateway.find_show(match["show"])
        if name == "poster.jpg":
            return await self._answer_still(match["show"], show)
        if kind == "still":
            return NOT_HERE
        if kind in {"low", "standard"} and name in {"index.m3u8", "plain.m3u8"}:
            with_parts = kind == "low" and name == "index.m3u8"
            return await _answer_live_list(show, query, with_parts=with_parts)
        if kind in {"low", "standard"}:
            answer = await self._answer_ladder(match["show"], show, name)
            if answer is not None:
                return answer
        archive = await self.gateway.find_archive(match["show"])
        if archive is None:
            return NOT_HERE
        if kind == "replay" and name == "vod.m3u8":
            return _answer_replay_list(archive)
        return await _answer_media(show, archive, name)

    async def _answer_ladder(
        self, public_id: str, show: Show | None, name: str
    ) -> Answer | None:
        """Answer the list of a show's pictures, or a file of a smaller one."""
        ladders = self.gateway.ladders
        if name != "master.m3u8":
            return await ladders.answer(public_id, name)
        if show is None or show.packager.last is None:
            return NO_PICTURE
        text = ladders.write_master(public_id, show.packager)
        return Answer(200, text.encode(), "application/vnd.apple.mpegurl", NO_STORE)

    async def _answer_still(self, public_id: str, show: Show | None) -> Answer:
        archive = await self.gateway.find_archive(public_id)
        if archive is None:
            return NO_PICTURE
        packager = show.packager if show else None
        picture = await self.gateway.stills.find(packager, archive)
        if picture is None:
            return NO_PICTURE
        return Answer(200, picture, "image/jpeg", "public, max-age=1")

    async def _answer_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/ingest/"):
            await serve_ingest(
                self.gateway,
                scope,
                is_origin_right=self._cors.allows(scope),
                receive=receive,
                send=send,
            )
            return
        match = PLAY_PATH.fullmatch(scope["path"])
        self.viewer_count += 1
        try:
            self.bytes_out += await serve_socket(
                self.gateway,
                match,
                is_origin_right=self._cors.allows(scope),
                receive=receive,
                send=send,
            )
        finally:
            self.viewer_count -= 1


async def _answer_live_list(
    show: Show | None, query: dict[str, list[str]], *, with_parts: bool
) -> Answer:
    if show is None or show.packager.last is None:
        return NO_PICTURE
    packager = show.packager
    number = _number(query, "_HLS_msn")
    if number is not None:
        if number > packager.last_number + FUTURE_SEGMENTS:
            return Answer.problem(400, "media.too_far", "That segment is far off.")
        part = _number(query, "_HLS_part") if with_parts else None
        await packager.wait_for(number, part, seconds=BLOCK_SECONDS)
    text = packager.live_list(with_parts=with_parts)
    return Answer(200, text.encode(), "application/vnd.apple.mpegurl", NO_STORE)


def _answer_replay_list(archive: Archive) -> Answer:
    segments = archive.list_on_air()
    if not archive.is_closed or not segments:
        return NOT_HERE
    text = write_replay_list(segments)
    return Answer(200, text.encode(), "application/vnd.apple.mpegurl", NO_STORE)


async def _answer_media(show: Show | None, archive: Archive, name: str) -> Answer:
    if match := PART.fullmatch(name):
        return await _answer_part(show, int(match[1]), int(match[2]))
    data: bytes | None = None
    if match := SEGMENT.fullmatch(name):
        data = show.packager.find_segment(int(match[1])) if show else None
    elif match := INIT.fullmatch(name):
        data = show.packager.find_init(int(match[1])) if show else None
    elif not SEEK.fullmatch(name):
        return NOT_HERE
    if data is None:
        try:
            data = await asyncio.to_thread((archive.folder / name).read_bytes)
        except OSError:
            return NOT_HERE
    kind = KINDS.get(name.rpartition(".")[2], "video/mp4")
    return Answer(200, data, kind, FOREVER)


async def _answer_part(show: Show | None, number: int, index: int) -> Answer:
    if show is None:
        return NOT_HERE
    data = show.packager.find_part(number, index)
    if data is None and number <= show.packager.last_number + 1:
        await show.packager.wait_for(number, index, seconds=BLOCK_SECONDS)
        data = show.packager.find_part(number, index)
    if data is None:
        return NOT_HERE
    return Answer(200, data, "video/mp4", FOREVER)


def _number(query: dict[str, list[str]], name: str) -> int | None:
    text = query.get(name, [""])[0]
    return int(text) if text.isdigit() and len(text) < 10 else None
