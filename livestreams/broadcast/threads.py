"""Database work of the hub: a few threads of its own, never a page's thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="room")


async def call_in_thread(
    function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a selector or service in a thread and give its connection back."""

    def run() -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(run, thread_sensitive=False, executor=_pool)()
