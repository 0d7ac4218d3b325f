"""Answers over bare ASGI, with the headers that let the site's pages read them."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


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
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", answer.caching.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"vary", b"origin"),
    ]
    origin = cors.find_origin(scope)
    if origin in cors.origins:
        headers.append((b"access-control-allow-origin", str(origin).encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
