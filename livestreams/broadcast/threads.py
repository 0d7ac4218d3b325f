"""Database work of the room: a few threads of its own, never a page's thread.

Chat, sweeps and renewals have threads beside those of what people ask one by one: a
poll of thousands waits for itself, not chat for it. Each thread takes a connection of
the process's pool while it works.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from livestreams.errors import RoomBusy

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
COMMAND_THREADS = 2
MOST_COMMANDS = 500
"""Those that run and wait; all are answered long before a page gives up (10 s)."""


class Threads:
    """Some threads, and how many calls may run or wait for them."""

    def __init__(self, name: str, count: int, *, most: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._most = most
        self._under_way = 0

    async def call(
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function in a thread and give its connection back.

        Raises:
            RoomBusy: as many as may run or wait already.
        """
        if self._most is not None and self._under_way >= self._most:
            raise RoomBusy

        def run() -> R:
            close_old_connections()
            try:
                return function(*args, **kwargs)
            finally:
                close_old_connections()

        self._under_way += 1
        try:
            in_thread = sync_to_async(run, thread_sensitive=False, executor=self._pool)
            return await in_thread()
        finally:
            self._under_way -= 1


_room = Threads("room", THREADS)
_commands = Threads("command", COMMAND_THREADS, most=MOST_COMMANDS)


async def call_in_thread(
    function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a selector or service of the room itself; it is never refused."""
    return await _room.call(function, *args, **kwargs)


async def call_for_person(
    function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run what one person asked for.

    Raises:
        RoomBusy: too many have asked before.
    """
    return await _commands.call(function, *args, **kwargs)
