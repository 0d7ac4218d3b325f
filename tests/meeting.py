"""Two acts that meet: one is held after a step, until the other waits or is done."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from shopfront.common.errors import DomainError

Act = Callable[[], object]
Fault = DomainError | OperationalError

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


def meet(
    holder: Act, other: Act, *, after: tuple[Any, str], waiting: int = 1
) -> list[Fault]:
    """Hold one act after a step until the other is done, or waits for its locks.

    Args:
        holder: goes first, in a thread and connection of its own.
        other: begins once the first act has taken the step.
        after: the step, as a module and the name of its function.
        waiting: how many connections wait for locks before the first goes on.

    Returns what either was refused, or ended by PostgreSQL, with.
    """
    holds, goes_on, other_ended = (threading.Event() for _ in range(3))
    faults: list[Fault] = []
    module, name = after
    step = getattr(module, name)

    def take_step(*args: Any, **facts: Any) -> Any:
        done = step(*args, **facts)
        if threading.current_thread() is first and not holds.is_set():
            holds.set()
            assert goes_on.wait(30)
        return done

    def run(act: Act, ended: threading.Event) -> None:
        try:
            act()
        except (DomainError, OperationalError) as fault:
            faults.append(fault)
        finally:
            connection.close()
            ended.set()

    first = threading.Thread(target=run, args=[holder, threading.Event()])
    second = threading.Thread(target=run, args=[other, other_ended])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, take_step)
        first.start()
        assert holds.wait(30)
        second.start()
        while not (other_ended.wait(0.02) or count_waiting() >= waiting):
            pass
        goes_on.set()
        first.join()
        second.join()
    return faults


def count_waiting() -> int:
    """Return how many connections to this database wait for what another holds."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
