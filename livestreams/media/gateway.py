"""The registry of shows: who publishes, who waits, what the shop is told."""

import asyncio
import contextlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from livestreams.media.archive import Archive
from livestreams.media.brake import Brake
from livestreams.media.faults import Fault
from livestreams.media.hooks import (
    GatewayLoad,
    MediaHooks,
    PublishAttempt,
    PublishGrant,
    Refusal,
    Standing,
)
from livestreams.media.intake_browser import BrowserPublisher
from livestreams.media.ladder import Ladders
from livestreams.media.limits import Limits, count_free_bytes
from livestreams.media.packager import Packager
from livestreams.media.publisher import Publisher, TagPublisher, Ties
from livestreams.media.show import Show
from livestreams.media.stills import Stills

WATCH_SECONDS = 1.5
LEAVE_SECONDS = 5
ASK_SECONDS = 5
LINGER_SECONDS = 30  # so that every player reads the end of the list
CACHED_ARCHIVES = 32
BEAT_SECONDS = 5
PUBLIC_ID = re.compile(r"[0-9a-z]{6,32}")
Kind = TypeVar("Kind", bound=Publisher)

log = structlog.get_logger(__name__)


class Gateway:
    """Takes publishers in, keeps shows through losses, tells the shop."""

    def __init__(
        self,
        hooks: MediaHooks,
        folder: Path,
        *,
        grace_seconds: float,
        wall_clock: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self.hooks = hooks
        self.folder = folder
        self.limits = limits or Limits()
        self.is_disk_full = False
        self.free_bytes = 0
        self.shows: dict[str, Show] = {}
        self.stills = Stills()
        self.ladders = Ladders(self.limits.most_ladders)
        self.refused_count = 0
        self.bytes_in = 0
        self._grace_seconds = grace_seconds
        self._wall_clock = wall_clock
        self._brake = Brake()
        self._archives: OrderedDict[str, Archive] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up the shows that a gateway before this one left open."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.look_at_disk()
        self._tasks = [
            asyncio.create_task(self._take_up()),
            asyncio.create_task(self._beat()),
        ]

    async def stop(self) -> None:
        """Close segments and watches; shows stay open for the next gateway."""
        tasks = [show.watch for show in self.shows.values() if show.watch]
        tasks += self._tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.ladders.stop()
        for show in self.shows.values():
            await show.relays.keep(())
            await show.packager.interrupt()

    async def open_intake(
        self, attempt: PublishAttempt, kick: Callable[[str], None]
    ) -> TagPublisher | Refusal:
        """Let an encoder in or say why not."""
        return await self._open(attempt, kick, TagPublisher)

    async def open_browser(
        self, attempt: PublishAttempt, kick: Callable[[str], None]
    ) -> BrowserPublisher | Refusal:
        """Let a browser in or say why not."""
        return await self._open(attempt, kick, BrowserPublisher)

    async def _open(
        self,
        attempt: PublishAttempt,
        kick: Callable[[str], None],
        make: Callable[[Packager, Ties], Kind],
    ) -> Kind | Refusal:
        answer = await self.authorise(attempt)
        if isinstance(answer, Refusal):
            return answer
        try:
            show = await self._open_show(answer)
        except OSError:
            log.exception("folder_failed", show=answer.show)
            return await self._refuse(answer.show, Fault.DISK_FULL)
        ties = Ties(
            on_picture=show.start_picture,
            on_close=self._on_close,
            on_fault=show.note_fault,
            kick=kick,
            limits=self.limits,
            mark=answer.mark,
            person=answer.person,
        )
        async with show.turn:
            if show.is_closed:
                # Beyond the grace a moment ago: the shop says whether it goes on.
                return await self._open(attempt, kick, make)
            # The newest with the key wins.
            await self._hand_over(show, answer)
            show.publisher = publisher = make(show.packager, ties)
        log.info("publisher_in", show=show.public_id, peer=attempt.peer)
        return publisher

    async def authorise(self, attempt: PublishAttempt) -> PublishGrant | Refusal:
        """Say whether an encoder may send, without letting it in yet."""
        if self._brake.is_on(attempt.peer):
            self.refused_count += 1
            return Refusal(Fault.TOO_MANY_FAILURES.sentence)
        answer = await self._ask(attempt)
        if isinstance(answer, Refusal):
            self.refused_count += 1
            self._brake.note(attempt.peer)
            log.info("publisher_refused", show=attempt.name, why=answer.sentence)
            return answer
        fault = self._find_obstacle(answer)
        return answer if fault is None else await self._refuse(answer.show, fault)

    async def look_at_disk(self) -> None:
        """Stop recording where too little is free, and go on once there is more."""
        self.free_bytes = await asyncio.to_thread(count_free_bytes, self.folder)
        self.is_disk_full = self.free_bytes < self.limits.least_free_bytes
        for show in self.shows.values():
            show.keep_recording(is_disk_full=self.is_disk_full)

    def find_show(self, public_id: str) -> Show | None:
        """Return a show that is open here."""
        return self.shows.get(public_id)

    async def find_archive(self, public_id: str) -> Archive | None:
        """Return what is on disk of a show, open or closed."""
        show = self.shows.get(public_id)
        if show is not None:
            return show.packager.archive
        cached = self._archives.get(public_id)
        if cached is None:
            if not PUBLIC_ID.fullmatch(public_id):
                return None
            folder = self.folder / public_id
            if not await asyncio.to_thread(folder.is_dir):
                return None
            cached = await asyncio.to_thread(Archive, folder)
            self._archives[public_id] = cached
            while len(self._archives) > CACHED_ARCHIVES:
                self._archives.popitem(last=False)
        self._archives.move_to_end(public_id)
        return cached

    async def _ask(self, attempt: PublishAttempt) -> PublishGrant | Refusal:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self.hooks.authorise_publish(attempt)
        except Exception:
            log.exception("hook_failed", hook="authorise_publish", show=attempt.name)
            return Refusal(Fault.SHOP_AWAY.sentence)

    def _find_obstacle(self, grant: PublishGrant) -> Fault | None:
        """Return why this gateway takes no new show; one that is open goes on.

        An encoder that connects by itself takes nothing back from a person.
        """
        show = self.shows.get(grant.show)
        if show is not None:
            is_taken = show.publisher is not None and bool(show.publisher.person)
            return Fault.BROWSER_FIRST if is_taken and not grant.person else None
        if self.is_disk_full:
            return Fault.DISK_FULL
        if len(self.shows) >= self.limits.most_shows:
            return Fault.TOO_MANY_SHOWS
        return None

    async def _refuse(self, show: str, fault: Fault) -> Refusal:
        """Refuse an encoder whose key is right, and let its host know why."""
        self.refused_count += 1
        try:
            await self.hooks.refused(show, fault.sentence)
        except Exception:
            log.exception("hook_failed", hook="refused", show=show)
        return Refusal(fault.sentence)

    async def _beat(self) -> None:
        """Look at the disk and tell the shop that this gateway lives."""
        while True:
            await self.look_at_disk()
            is_short = any(show.is_unrecorded for show in self.shows.values())
            is_full = self.is_disk_full or is_short
            load = GatewayLoad(len(self.shows), self.free_bytes, is_full)
            try:
                await self.hooks.beat(load)
            except Exception:
                log.exception("hook_failed", hook="beat")
            await asyncio.sleep(BEAT_SECONDS)

    async def _open_show(self, grant: PublishGrant) -> Show:
        show = self.shows.get(grant.show)
        if show is None or show.is_closed:
            folder = self.folder / grant.show
            archive = await asyncio.to_thread(
                Archive, folder, keep_seconds=grant.keep_seconds
            )
            archive.reopen()
            self._archives.pop(grant.show, None)
            show = self._register(grant.show, archive)
        show.packager.archive.keep_seconds = grant.keep_seconds
        if grant.has_ladder:
            folder = self.folder / grant.show
            self.ladders.start(grant.show, show.packager, folder)
        return show

    def _register(self, public_id: str, archive: Archive) -> Show:
        packager = Packager(archive, wall_clock=self._wall_clock)
        show = Show(public_id, packager, partial(self.hooks.relayed, public_id))
        self.shows[public_id] = show
        show.watch = asyncio.create_task(self._watch(show))
        return show

    async def _hand_over(self, show: Show, grant: PublishGrant) -> None:
        """Send the present publisher away; viewers see no slate while another takes."""
        if show.publisher is None:
            return
        is_same = bool(grant.person) and show.publisher.person == grant.person
        sentence = Fault.TAKEN_OVER.sentence
        if grant.person_name:
            sentence = Fault.TAKEN_OVER_BY.tell_of(grant.person_name)
        show.is_changing_hands = show.has_picture
        try:
            await self._send_away(show, "" if is_same else sentence)
        finally:
            show.is_changing_hands = False

    async def _send_away(self, show: Show, sentence: str) -> None:
        publisher = show.publisher
        if publisher is None:
            return
        publisher.send_away(sentence)
        show.left.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await show.left.wait()

    async def _on_close(self, publisher: Publisher) -> None:
        self.bytes_in += publisher.bytes_count
        for show in self.shows.values():
            if show.publisher is publisher:
                show.publisher = None
                if publisher.refusal:
                    show.tell(publisher.refusal)
                show.has_picture = show.is_changing_hands
                show.lost_at = time.monotonic()
                await show.packager.interrupt()
                show.changed.set()
                show.left.set()
                log.info("publisher_out", show=show.public_id)

    async def _take_up(self) -> None:
        while True:
            try:
                left_open = await self.hooks.list_left_open()
                break
            except Exception:
                log.exception("hook_failed", hook="list_left_open")
                await asyncio.sleep(WATCH_SECONDS)
        for public_id in left_open:
            if public_id in self.shows or not PUBLIC_ID.fullmatch(public_id):
                continue
            archive = await asyncio.to_thread(Archive, self.folder / public_id)
            if public_id not in self.shows:
                self._register(public_id, archive)

    async def _watch(self, show: Show) -> None:
        while not show.is_closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await show.changed.wait()
            show.changed.clear()
            try:
                await self._reconcile(show)
            except Exception:
                log.exception("hook_failed", hook="watch", show=show.public_id)
        await asyncio.sleep(LINGER_SECONDS)
        if self.shows.get(show.public_id) is show:
            del self.shows[show.public_id]
        self.stills.forget(show.public_id)

    async def _reconcile(self, show: Show) -> None:
        """Tell the shop what changed, ask whether the show goes on, close it if not."""
        has_picture = show.has_picture
        if show.told_picture is not has_picture:
            if has_picture:
                await self.hooks.published(show.public_id)
            else:
                await self.hooks.unpublished(show.public_id)
            show.told_picture = has_picture
        await self._pass_on(show)
        await self._tell_captions(show)
        await self._measure(show)
        asked_for = show.publisher
        person = asked_for.person if asked_for else ""
        standing = await self.hooks.still_publishing(show.public_id, person)
        show.packager.archive.live_since = standing.live_since
        await show.relays.keep(standing.relays)
        if not standing.is_allowed:
            await self._send_away(show, Fault.SHOW_OVER.sentence)
            await self._pass_on(show)
            await self._close(show)
        elif asked_for is show.publisher and (
            fault := _find_fault(asked_for, standing)
        ):
            await self._send_away(show, fault.sentence)
        elif not standing.waits and self._is_beyond_grace(show):
            await self._close(show)

    async def _measure(self, show: Show) -> None:
        health = show.packager.meter.read() if show.has_picture else None
        if health is not None:
            await self.hooks.measured(show.public_id, health)

    async def _tell_captions(self, show: Show) -> None:
        """Tell the shop what the picture's captions say; lost lines are told again."""
        lines = show.captions.take_lines()
        if not lines:
            return
        try:
            await self.hooks.captioned(show.public_id, lines)
        except Exception:
            show.captions.lines.extendleft(reversed(lines))
            raise

    async def _pass_on(self, show: Show) -> None:
        """Tell the shop what the host must read."""
        while show.sentences:
            await self.hooks.refused(show.public_id, show.sentences[0])
            show.sentences.popleft()

    def _is_beyond_grace(self, show: Show) -> bool:
        lost_for = time.monotonic() - show.lost_at
        return show.publisher is None and lost_for > self._grace_seconds

    async def _close(self, show: Show) -> None:
        """Close a show, unless an encoder came back while it waited for its turn."""
        async with show.turn:
            if show.publisher is not None:
                return
            await self.stills.find(show.packager, show.packager.archive)
            await show.relays.keep(())
            await show.packager.end()
            facts = show.packager.archive.close()
            await self.hooks.closed(show.public_id, facts)
            show.is_closed = True
        log.info("show_closed", show=show.public_id, seconds=round(facts.seconds))


def _find_fault(publisher: Publisher | None, standing: Standing) -> Fault | None:
    """Return why a publisher must go: its person was dismissed, its key changed."""
    if publisher is None:
        return None
    if standing.is_dismissed:
        return Fault.DISMISSED
    is_outdated = bool(standing.mark) and publisher.mark != standing.mark
    return Fault.KEY_CHANGED if is_outdated else None
