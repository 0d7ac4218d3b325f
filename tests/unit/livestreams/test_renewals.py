"""Renewals: one look a second for a whole process."""

import asyncio
import datetime as dt
from collections.abc import Sequence

import pytest
import time_machine
from django.db import OperationalError

from livestreams.access.shows import Role
from livestreams.access.tickets import LIFETIME, RENEW_BEFORE, Renewal, Ticket
from livestreams.consumers import renewals as renewals_module
from livestreams.consumers.renewals import RETRY_SECONDS, SPREAD_SECONDS, Renewals
from livestreams.errors import TicketInvalid

START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SOCKETS = 450


class Socket:
    """Holds a ticket and what came of it."""

    def __init__(self, expires_at: float) -> None:
        self.ticket: Ticket | None = Ticket(
            livestream="show",
            person="",
            viewer="b-1",
            name="",
            role=Role.VIEWER,
            badges=(),
            is_counted=True,
            expires_at=int(expires_at),
        )
        self.taken: list[Renewal] = []

    def take_renewal(self, renewal: Renewal) -> None:
        self.taken.append(renewal)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Renew without a database; note how many at a time."""
    sizes: list[int] = []

    async def renew(_renew: object, tickets: Sequence[Ticket]) -> list[Renewal]:
        sizes.append(len(tickets))
        return ["fresh" for _ in tickets]

    monkeypatch.setattr(renewals_module, "call_in_thread", renew)
    return sizes


async def look(renewals: Renewals) -> None:
    """Do now what the process does each second."""
    renewals._look()
    if renewals._work is not None:
        await renewals._work


def stop(renewals: Renewals) -> None:
    if renewals._timer is not None:
        renewals._timer.cancel()


async def test_a_crowd_is_renewed_in_time_in_few_calls(calls: list[int]) -> None:
    renewals = Renewals()
    with time_machine.travel(START, tick=False) as clock:
        expires_at = START.timestamp() + LIFETIME
        sockets = [Socket(expires_at) for _ in range(SOCKETS)]
        for socket in sockets:
            renewals.plan(socket)
        assert len(asyncio.all_tasks()) == 1
        await look(renewals)
        assert calls == []
        clock.shift(LIFETIME - RENEW_BEFORE - SPREAD_SECONDS / 2)
        await look(renewals)
        assert 0 < sum(calls) < SOCKETS
        clock.shift(SPREAD_SECONDS / 2)
        await look(renewals)
    assert sum(calls) == SOCKETS
    assert max(calls) <= renewals_module.MOST_AT_ONCE
    assert all(socket.taken == ["fresh"] for socket in sockets)
    stop(renewals)


async def test_who_left_is_not_renewed_and_leaves_nothing_behind(
    calls: list[int],
) -> None:
    renewals = Renewals()
    with time_machine.travel(START, tick=False):
        gone, here = Socket(START.timestamp()), Socket(START.timestamp())
        renewals.plan(gone)
        renewals.plan(here)
        renewals.forget(gone)
        renewals.forget(gone)
        await look(renewals)
    assert (gone.taken, here.taken) == ([], ["fresh"])
    assert not renewals._planned
    assert not renewals._due
    stop(renewals)


async def test_without_a_database_a_ticket_is_tried_again_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_renew: object, _tickets: object) -> list[Renewal]:
        raise OperationalError

    monkeypatch.setattr(renewals_module, "call_in_thread", fail)
    renewals = Renewals()
    with time_machine.travel(START, tick=False) as clock:
        socket = Socket(START.timestamp() + RETRY_SECONDS)
        renewals.plan(socket)
        await look(renewals)
        assert socket.taken == []
        clock.shift(RETRY_SECONDS)
        await look(renewals)
    assert isinstance(socket.taken[0], TicketInvalid)
    stop(renewals)
