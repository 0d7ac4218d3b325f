"""Who may go on watching a limited show, asked of the shop every few seconds."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog

HOLDS_SECONDS = 5.0  # with the sockets' own look it is ten at most
MOST_REMEMBERED = 20_000

log = structlog.get_logger(__name__)


class Leave:
    """Remembers for five seconds whether an account may watch a show.

    While the shop does not answer, what it said last holds; who is not known is
    not let in.
    """

    def __init__(self, ask: Callable[[str, str], Awaitable[bool]]) -> None:
        self._ask = ask
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def holds(self, show: str, person: str) -> bool:
        """Whether the account may watch the show now."""
        key = (show, person)
        asked_at, is_allowed = self._known.get(key, (0.0, False))
        now = time.monotonic()
        if key in self._known and now - asked_at < HOLDS_SECONDS:
            return is_allowed
        try:
            is_allowed = await self._ask(show, person)
        except Exception:
            log.exception("hook_failed", hook="may_watch", show=show)
        self._known[key] = (now, is_allowed)
        self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return is_allowed
