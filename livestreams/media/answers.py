"""Answers over bare ASGI, with the headers that let the site's pages read them."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    kind: str
    caching: str

    @classmethod
    def json(cls, status: int, facts: dict[str, Any]) -> "Answer":
        """Answer facts as JSON."""
        return cls(status, json.dumps(facts).encode(), "application/json", "no-store")

    @classmethod
    def problem(cls, status: int, code: str, sentence: str) -> "Answer":
        """Answer a refusal as problem details (RFC 9457)."""
        facts = {"title": code, "status": status, "detail": sentence, "code": code}
        body = json.dumps({"type": "about:blank", **facts}).encode()
        return cls(status, body, "application/problem+json", "no-store")


NOT_HERE = Answer.problem(404, "media.not_here", "There is nothing at this address.")


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file on disk, answered by ranges and never held in memory as a whole."""

    path: Path
    kind: str
    caching: str
    download_name: str = ""


@dataclass(frozen=True, slots=True)
class PieceAnswer:
    """A file out of a store, or the range of it that was asked for."""

    chunks: Iterator[bytes]
    span: tuple[int, int, int]
    """First byte, last byte and size of the file."""
    kind: str
    caching: str
    is_range: bool = False
    download_name: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """The address at which the file lies."""

    address: str
    caching: str
    kind: str = "text/plain"


@dataclass(frozen=True, slots=True)
class CorsPolicy:
    """Whose pages may read what is answered."""

    origins: frozenset[str]

    def find_origin(self, scope: dict[str, Any]) -> str | None:
        """Return the origin that the browser names, if any."""
        for name, value in scope["headers"]:
            if name == b"origin":
                return str(value.decode("latin-1"))
        return None

    def allows(self, scope: dict[str, Any]) -> bool:
        """Whether the origin is one of ours; no browser, no origin, is let in."""
        origin = self.find_origin(scope)
        return origin is None or origin in self.origins


async def send_answer(
    scope: dict[str, Any],
    send: Callable[[dict[str, Any]], Awaitable[None]],
    answer: Answer,
    cors: CorsPolicy,
) -> None:
    """Send an answer; HEAD gets its headers only."""
    length = (b"content-length", str(len(answer.body)).encode())
    headers = [*_headers(scope, answer, cors), length]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


async def send_file(
    scope: dict[str, Any],
    send: Callable[[dict[str, Any]], Awaitable[None]],
    answer: FileAnswer,
    cors: CorsPolicy,
) -> int:
    """Send a file or the range of it that was asked for; how many bytes went.

    The disk is read in threads, so that no other show waits for it.

    Raises:
        OSError: the file is gone.
    """
    source = await asyncio.to_thread(answer.path.open, "rb")
    try:
        size = await asyncio.to_thread(source.seek, 0, 2)
        status, first, last = find_range(scope, size)
        headers = [*_headers(scope, answer, cors), (b"accept-ranges", b"bytes")]
        count = max(0, last - first + 1)
        headers.append((b"content-length", str(count).encode()))
        if status == 206:
            told = f"bytes {first}-{last}/{size}"
            headers.append((b"content-range", told.encode()))
        elif status == 416:
            headers.append((b"content-range", f"bytes */{size}".encode()))
        if answer.download_name:
            headers.append(_name_download(answer.download_name))
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await send(start)
        if scope["method"] == "HEAD":
            count = 0
        await _send_chunks(send, source, first, count)
    finally:
        await asyncio.to_thread(source.close)
    return count


async def send_piece(
    scope: dict[str, Any],
    send: Callable[[dict[str, Any]], Awaitable[None]],
    answer: PieceAnswer,
    cors: CorsPolicy,
) -> int:
    """Pass on what a store sends, chunk by chunk; how many bytes went."""
    first, last, size = answer.span
    headers = [
        *_headers(scope, answer, cors),
        (b"accept-ranges", b"bytes"),
        (b"content-length", str(last - first + 1).encode()),
    ]
    if answer.is_range:
        told = f"bytes {first}-{last}/{size}"
        headers.append((b"content-range", told.encode()))
    if answer.download_name:
        headers.append(_name_download(answer.download_name))
    status = 206 if answer.is_range else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    sent = 0
    while scope["method"] != "HEAD":
        data = await asyncio.to_thread(next, answer.chunks, b"")
        if not data:
            break
        sent += len(data)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return sent


async def send_redirect(
    scope: dict[str, Any],
    send: Callable[[dict[str, Any]], Awaitable[None]],
    answer: Redirect,
    cors: CorsPolicy,
) -> None:
    """Lead a player to where the file lies."""
    headers = [
        *_headers(scope, answer, cors),
        (b"location", answer.address.encode("ascii")),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def find_asked_range(scope: dict[str, Any]) -> str:
    """Return the one range of bytes that is asked for, as a store reads it."""
    asked = next((value for name, value in scope["headers"] if name == b"range"), b"")
    match = RANGE.fullmatch(asked)
    return str(asked.decode()) if match and (match[1] or match[2]) else ""


def find_range(scope: dict[str, Any], size: int) -> tuple[int, int, int]:
    """Return status, first and last byte of what is asked for (RFC 9110, 14.2).

    Several ranges at once, or anything unreadable, get the whole file.
    """
    asked = next((value for name, value in scope["headers"] if name == b"range"), b"")
    match = RANGE.fullmatch(asked)
    if match is None or not (match[1] or match[2]):
        return 200, 0, size - 1
    if match[1]:
        first, last = int(match[1]), int(match[2] or size - 1)
    else:
        first, last = max(0, size - int(match[2])), size - 1
    last = min(last, size - 1)
    if first > last:
        return 416, 0, -1
    return 206, first, last


async def _send_chunks(
    send: Callable[[dict[str, Any]], Awaitable[None]],
    source: IO[bytes],
    first: int,
    count: int,
) -> None:
    await asyncio.to_thread(source.seek, first)
    left = count
    while left > 0:
        data = await asyncio.to_thread(source.read, min(CHUNK_BYTES, left))
        if not data:
            break
        left -= len(data)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _name_download(name: str) -> tuple[bytes, bytes]:
    return b"content-disposition", f'attachment; filename="{name}"'.encode("ascii")


def _headers(
    scope: dict[str, Any],
    answer: Answer | FileAnswer | PieceAnswer | Redirect,
    cors: CorsPolicy,
) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"cache-control", answer.caching.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"vary", b"origin"),
    ]
    origin = cors.find_origin(scope)
    if origin in cors.origins:
        headers.append((b"access-control-allow-origin", str(origin).encode()))
    return headers
