"""Pulls a show's picture from a media server that took it in for us."""

import asyncio
from collections import OrderedDict

import structlog

from livestreams.media.faults import Fault
from livestreams.media.ffmpeg import bury, find_ffmpeg
from livestreams.media.flv import BrokenFlvError, TagSplitter
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import PublishAttempt, Refusal
from livestreams.media.publisher import TagPublisher
from livestreams.media.rtmp import RefusedError

READ_BYTES = 64 * 1024
WAIT_BETWEEN_SECONDS = 0.5
MOST_PULLS_REMEMBERED = 400

log = structlog.get_logger(__name__)


def pull_line(address: str) -> list[str]:
    """Return the command that copies a picture from another server as FLV."""
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-protocol_whitelist", "rtmp,rtmps,tcp,tls", "-rw_timeout", "8000000"),
        *("-fflags", "nobuffer", "-probesize", "65536", "-analyzeduration", "500000"),
        *("-i", address, "-c", "copy", "-copyts"),
        *("-f", "flv", "-flvflags", "no_duration_filesize", "-flush_packets", "1"),
        "pipe:1",
    ]


class Pull:
    """One picture on its way from the other server.

    ffmpeg is started as often as it ends, until the publisher leaves or is kicked.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._task: asyncio.Task[None] | None = None
        self._is_over = asyncio.Event()
        self.sentence = ""

    def kick(self, sentence: str) -> None:
        """Stop; the other server learns it when it asks again."""
        self.sentence = sentence
        self._is_over.set()

    def start(self, intake: TagPublisher) -> None:
        """Begin to pull."""
        self._task = asyncio.create_task(self._run(intake))

    async def stop(self) -> None:
        """End for good."""
        self._is_over.set()
        if self._task is not None:
            await self._task

    async def _run(self, intake: TagPublisher) -> None:
        copying = asyncio.create_task(self._keep_copying(intake))
        over = asyncio.create_task(self._is_over.wait())
        await asyncio.wait({copying, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in (copying, over):
            task.cancel()
        await asyncio.gather(copying, over, return_exceptions=True)
        await intake.close()

    async def _keep_copying(self, intake: TagPublisher) -> None:
        try:
            while True:
                await self._copy(intake)
                await asyncio.sleep(WAIT_BETWEEN_SECONDS)
        except RefusedError as refusal:
            self.sentence = str(refusal)
        except BrokenFlvError:
            self.sentence = Fault.GARBAGE.sentence
            intake.blame(self.sentence)

    async def _copy(self, intake: TagPublisher) -> None:
        process = await asyncio.create_subprocess_exec(
            *pull_line(self._address),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout is not None
        splitter = TagSplitter()
        try:
            while data := await process.stdout.read(READ_BYTES):
                for tag in splitter.feed(data):
                    await intake.write(tag)
        finally:
            await bury(process)


class Pulls:
    """The publishers of other servers, by show and connection."""

    def __init__(self, gateway: Gateway, address: str) -> None:
        self._gateway = gateway
        self._address = address.rstrip("/")
        self._pulls: OrderedDict[tuple[str, str], Pull] = OrderedDict()

    async def open(self, attempt: PublishAttempt, client: str) -> Refusal | None:
        """Pull a picture that has arrived elsewhere, or say why not."""
        pull = Pull(f"{self._address}/{attempt.name}")
        opened = await self._gateway.open_intake(attempt, pull.kick)
        if isinstance(opened, Refusal):
            return opened
        self._pulls[attempt.name, client] = pull
        while len(self._pulls) > MOST_PULLS_REMEMBERED:
            _, oldest = self._pulls.popitem(last=False)
            await oldest.stop()
        pull.start(opened)
        log.info("pull_started", show=attempt.name)
        return None

    async def check(self, attempt: PublishAttempt, client: str) -> Refusal | None:
        """Say whether a publisher may go on; one that is not known is begun."""
        pull = self._pulls.get((attempt.name, client))
        if pull is None:
            return await self.open(attempt, client)
        return Refusal(pull.sentence) if pull.sentence else None

    async def close(self, show: str, client: str) -> None:
        """Stop to pull: the publisher left the other server."""
        pull = self._pulls.pop((show, client), None)
        if pull is not None:
            await pull.stop()

    async def stop(self) -> None:
        """Stop all pulls with the process."""
        await asyncio.gather(*(pull.stop() for pull in self._pulls.values()))
        self._pulls.clear()
