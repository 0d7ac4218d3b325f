"""One show in a gateway: its packager, its publisher, what its host must read."""

import asyncio
import time
from collections import deque

import structlog

from livestreams.media.embedded import EmbeddedCaptions
from livestreams.media.faults import Fault
from livestreams.media.fmp4 import Fragment, Init
from livestreams.media.packager import Packager
from livestreams.media.publisher import Publisher
from livestreams.media.relay import Relays, Report

log = structlog.get_logger(__name__)


class Show:
    """One show in this gateway: its packager and at most one publisher."""

    def __init__(self, public_id: str, packager: Packager, report: Report) -> None:
        self.public_id = public_id
        self.packager = packager
        self.relays = Relays(packager, report)
        self.captions = EmbeddedCaptions()
        packager.on_placed = self._read_captions
        self.publisher: Publisher | None = None
        self.has_picture = False
        self.is_changing_hands = False
        self.told_picture: bool | None = None
        self.is_unrecorded = False
        self.sentences: deque[str] = deque(maxlen=4)
        self.lost_at = time.monotonic()
        self.changed = asyncio.Event()
        self.left = asyncio.Event()
        self.turn = asyncio.Lock()
        self.is_closed = False
        self.watch: asyncio.Task[None] | None = None

    def start_picture(self) -> None:
        """Note that a picture arrived."""
        self.has_picture = True
        self.changed.set()

    def tell(self, sentence: str) -> None:
        """Keep a sentence for the show's host."""
        self.sentences.append(sentence)
        self.changed.set()

    def keep_recording(self, *, is_disk_full: bool) -> None:
        """Halt the recording while the disk is full; tell the host when it stops."""
        archive = self.packager.archive
        archive.is_halted = is_disk_full
        was_lost, self.is_unrecorded = self.is_unrecorded, archive.is_losing
        if self.is_unrecorded and not was_lost and self.publisher is not None:
            self.note_fault(Fault.NOT_RECORDED)

    def note_fault(self, fault: Fault) -> None:
        """Keep what is wrong with the picture for the show's host."""
        log.info("publisher_fault", show=self.public_id, fault=fault.name)
        self.tell(fault.sentence)

    def _read_captions(self, init: Init, fragment: Fragment, anchor: float) -> None:
        if self.captions.take(init, fragment, anchor):
            self.changed.set()
