"""Renewals: fresh tickets for all sockets of this process, many at a time."""

import asyncio
import random
from collections.abc import Sequence
from typing import Protocol

import structlog
from django.db import DatabaseError

from livestreams.access.tickets import RENEW_BEFORE, Renewal, Ticket, renew_tickets
from livestreams.broadcast.threads import call_in_thread
from livestreams.errors import TicketInvalid
from shopfront.common import clock

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
MOST_AT_ONCE = 200
SPREAD_SECONDS = 60
"""A crowd that came in one moment does not renew in one moment."""
RETRY_SECONDS = 20


class Holder(Protocol):
    """A socket that holds a ticket."""

    @property
    def ticket(self) -> Ticket | None:
        """What it holds now, nothing for a guest without a seat."""

    def take_renewal(self, renewal: Renewal) -> None:
        """Take a fresh ticket, or the reason why there is none."""


class Renewals:
    """One look a second for a whole process, and one thread for all that is due."""

    def __init__(self) -> None:
        self._due: dict[int, set[Holder]] = {}
        self._planned: dict[Holder, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    def plan(self, holder: Holder, *, wait: float | None = None) -> None:
        """Note when a socket's ticket is to be renewed."""
        if holder.ticket is None:
            return
        now = clock.now().timestamp()
        if wait is None:
            spread = random.uniform(0, SPREAD_SECONDS)  # noqa: S311
            wait = holder.ticket.expires_at - RENEW_BEFORE - spread - now
        second = int(now + max(0.0, wait))
        self._planned[holder] = second
        self._due.setdefault(second, set()).add(holder)
        self._look_later()

    def forget(self, holder: Holder) -> None:
        """Leave out a socket that is gone."""
        second = self._planned.pop(holder, None)
        if second is not None:
            self._due[second].discard(holder)

    def _look_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._renew_due())
        if self._planned:
            self._look_later()

    async def _renew_due(self) -> None:
        while due := self._take_due():
            await self._renew(due)

    def _take_due(self) -> list[Holder]:
        now = clock.now().timestamp()
        due: list[Holder] = []
        for second in sorted(second for second in self._due if second <= now):
            holders = self._due[second]
            while holders and len(due) < MOST_AT_ONCE:
                due.append(holders.pop())
            if not holders:
                del self._due[second]
        for holder in due:
            del self._planned[holder]
        return due

    async def _renew(self, holders: Sequence[Holder]) -> None:
        tickets = [holder.ticket for holder in holders]
        held = [ticket for ticket in tickets if ticket is not None]
        try:
            renewals = await call_in_thread(renew_tickets, held)
        except DatabaseError as error:
            log.warning("room.renewal_failed", error=repr(error))
            self._try_later(holders)
            return
        for holder, renewal in zip(holders, renewals, strict=True):
            holder.take_renewal(renewal)

    def _try_later(self, holders: Sequence[Holder]) -> None:
        now = clock.now().timestamp()
        for holder in holders:
            if holder.ticket is not None and holder.ticket.expires_at <= now:
                holder.take_renewal(TicketInvalid())
            else:
                self.plan(holder, wait=RETRY_SECONDS)
