"""The hook contract over HTTP: nginx-rtmp and MediaMTX ask what our RTMP asks.

`POST /hooks/media/<event>/<secret>/` (or the secret as a bearer) with a form or
JSON; an answer of 2xx lets the publisher or player go on, any other ends it.
"""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from livestreams.media.answers import Answer
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import PlayRequest, PublishAttempt, Refusal
from livestreams.media.pulls import Pulls

PATH = re.compile(
    r"/hooks/media/(?P<event>publish|published|still|unpublished|play|auth)"
    r"(?:/(?P<secret>[\w-]{1,200}))?/?"
)
MOST_BODY_BYTES = 16 * 1024
READS = {"read", "playback", "play"}
NOT_HERE = Answer.problem(404, "media.not_here", "There is nothing at this address.")
GO_ON = Answer(204, b"", "text/plain", "no-store")

Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class ForeignServers:
    """Who may call the hooks, and where their pictures are pulled from."""

    secret: str
    addresses: frozenset[str]
    pull_address: str


@dataclass(frozen=True, slots=True)
class Call:
    """What a media server says, in one form for all of them."""

    event: str
    attempt: PublishAttempt
    client: str
    token: str
    kind: str
    is_ready: bool
    """Whether the picture can be pulled once this is answered."""


def read_call(event: str, fields: Mapping[str, str]) -> Call:
    """Read the fields of nginx-rtmp (name, addr, clientid) or MediaMTX (path, ip, id).

    MediaMTX asks about publishers and players at one address and tells them apart
    by `action`.
    """
    action = fields.get("action", "")
    if event == "auth":
        event = "play" if action in READS else action
    if fields.get("call") == "update_play":
        event = "play"  # nginx-rtmp asks for its players at the publishers' address
    query = parse_qs(fields.get("args") or fields.get("query") or "")
    name = fields.get("name") or fields.get("path", "")

    def find(field: str) -> str:
        return fields.get(field) or query.get(field, [""])[0]

    return Call(
        event=event,
        attempt=PublishAttempt(
            name=name.rpartition("/")[2],
            key=find("key"),
            peer=fields.get("addr") or fields.get("ip", ""),
        ),
        client=fields.get("clientid") or fields.get("id", ""),
        token=find("token"),
        kind=find("class"),
        is_ready=not action,
    )


class ForeignHooks:
    """Answers the hooks by the very functions that our own RTMP uses."""

    def __init__(self, gateway: Gateway, servers: ForeignServers) -> None:
        self._gateway = gateway
        self._servers = servers
        self.pulls = Pulls(gateway, servers.pull_address)

    async def answer(self, scope: dict[str, Any], receive: Receive) -> Answer:
        """Answer one call; to strangers there is nothing here."""
        match = PATH.fullmatch(scope["path"])
        if match is None or not self._is_known(scope, match["secret"]):
            return NOT_HERE
        body = await _read_body(receive)
        fields = _read_fields(scope, body) if body is not None else None
        if fields is None:
            return Answer.problem(400, "media.hook_unreadable", "Send form or JSON.")
        refusal = await self._ask(read_call(match["event"], fields))
        if refusal is None:
            return GO_ON
        return Answer.problem(403, "media.refused", refusal.sentence)

    def _is_known(self, scope: dict[str, Any], secret: str | None) -> bool:
        given = secret or _find_bearer(scope)
        address = (scope.get("client") or ("",))[0]
        is_right = hmac.compare_digest(given.encode(), self._servers.secret.encode())
        return bool(given) and is_right and address in self._servers.addresses

    async def _ask(self, call: Call) -> Refusal | None:
        attempt = call.attempt
        if call.event == "unpublished":
            await self.pulls.close(attempt.name, call.client)
            return None
        if call.event == "still":
            return await self.pulls.check(attempt, call.client)
        if call.event == "published" or (call.event == "publish" and call.is_ready):
            return await self.pulls.open(attempt, call.client)
        if call.event == "publish":
            answer = await self._gateway.authorise(attempt)
            return answer if isinstance(answer, Refusal) else None
        if call.event == "play":
            return await self._ask_play(call)
        return Refusal("This gateway answers for publishers and players only.")

    async def _ask_play(self, call: Call) -> Refusal | None:
        """Let a player with a token read, and this gateway's own pull."""
        if call.attempt.peer in self._servers.addresses:
            return None
        request = PlayRequest(call.attempt.name, call.kind, call.token)
        return await self._gateway.hooks.authorise_play(request)


def _find_bearer(scope: dict[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value.decode("latin-1")).removeprefix("Bearer ")
    return ""


async def _read_body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if event["type"] != "http.request" or len(body) > MOST_BODY_BYTES:
            return None
        if not event.get("more_body"):
            return bytes(body)


def _read_fields(scope: dict[str, Any], body: bytes) -> dict[str, str] | None:
    """Return the fields of a body; of one that is named twice the first counts."""
    text = body.decode("utf-8", "replace")
    if any(b"json" in v for n, v in scope["headers"] if n == b"content-type"):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        if not isinstance(found, dict):
            return None
        return {str(k): v for k, v in found.items() if isinstance(v, str)}
    pairs = parse_qsl(text, keep_blank_values=True)
    return dict(reversed(pairs))
