"""The schedule of beat, kept by exactly one process of many."""

import contextlib
import time
from typing import Any

import psycopg
import structlog
from django.db import connections
from django_celery_beat.schedulers import DatabaseScheduler

from shopfront.common import heartbeat

LOCK_KEY = 0x5F0B_EA7  # any number, the same in every beat
RETRY_SECONDS = 2.0
SIGN_SECONDS = 5.0

log = structlog.get_logger(__name__)


class BeatLock:
    """A session's advisory lock; the server frees it when its holder dies."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def try_take(self) -> bool:
        """Take the lock, or confirm that it is still ours."""
        if self._connection is not None:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.OperationalError:
                self.free()
            else:
                return True
        return self._take()

    def free(self) -> None:
        """Let another process take the lock. Safe to repeat."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(psycopg.Error):  # it may be gone, and the lock so too
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        connection.close()

    def _take(self) -> bool:
        parameters = dict(connections["default"].get_connection_params())
        for ours in ("cursor_factory", "context", "server_side_binding"):
            parameters.pop(ours, None)
        parameters.pop("pool", None)
        try:
            connection = psycopg.connect(**parameters, autocommit=True)
        except psycopg.OperationalError:
            return False
        row = connection.execute(
            "SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]
        ).fetchone()
        if row is not None and row[0]:
            self._connection = connection
            return True
        connection.close()
        return False


class OnlyScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Schedules tasks in the one process that holds the lock; others wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.lock = BeatLock()
        self._signed_at = -SIGN_SECONDS
        if not kwargs.get("lazy"):  # one that is made to describe itself only
            self._await_lock()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run one due task, having made sure that no other beat runs."""
        if not self.lock.try_take():
            log.warning("beat.lock_lost")
            self._await_lock()
        if time.monotonic() - self._signed_at > SIGN_SECONDS:
            heartbeat.leave_sign("beat")
            self._signed_at = time.monotonic()
        seconds: float = super().tick(*args, **kwargs)
        return seconds

    def _await_lock(self) -> None:
        while not self.lock.try_take():
            time.sleep(RETRY_SECONDS)
