"""FLV tags: how a publisher's sound and picture are handed to ffmpeg."""

from collections.abc import Iterator
from dataclasses import dataclass

AUDIO, VIDEO, SCRIPT = 8, 9, 18
AVC, AAC = 7, 10
HEADER_BYTES = 13
TAG_HEAD_BYTES = 11


def file_header(*, has_sound: bool) -> bytes:
    """Return the opening bytes; a promised sound that never comes delays ffmpeg."""
    kinds = 0x05 if has_sound else 0x01
    return b"FLV\x01" + bytes([kinds]) + (9).to_bytes(4, "big") + bytes(4)


class BrokenFlvError(ValueError):
    """The bytes are no FLV."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One message of sound, picture or description."""

    kind: int
    timestamp: int
    body: bytes

    @property
    def is_avc(self) -> bool:
        """Whether the picture is H.264 in its classic form."""
        return bool(self.body) and self.body[0] & 0x8F == AVC

    @property
    def is_key(self) -> bool:
        """Whether the picture opens a group."""
        return bool(self.body) and self.body[0] >> 4 & 0x7 == 1

    @property
    def is_aac(self) -> bool:
        """Whether the sound is AAC."""
        return bool(self.body) and self.body[0] >> 4 == AAC

    @property
    def is_setup(self) -> bool:
        """Whether it describes the stream: needed again by each new reader."""
        if self.kind == SCRIPT:
            return True
        is_known = self.is_avc if self.kind == VIDEO else self.is_aac
        return is_known and len(self.body) > 1 and self.body[1] == 0

    def encode(self) -> bytes:
        """Write the tag with its closing size."""
        size = len(self.body)
        time = self.timestamp & 0xFFFFFFFF
        head = bytes([self.kind]) + size.to_bytes(3, "big")
        head += (time & 0xFFFFFF).to_bytes(3, "big") + bytes([time >> 24, 0, 0, 0])
        return head + self.body + (size + 11).to_bytes(4, "big")


class TagSplitter:
    """Cuts a byte stream of FLV into tags."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._is_open = False

    def feed(self, data: bytes) -> Iterator[Tag]:
        """Take bytes in and yield the tags that have become whole.

        Raises:
            BrokenFlvError: the bytes do not begin as FLV does.
        """
        self._buffer += data
        if not self._is_open:
            if len(self._buffer) < HEADER_BYTES:
                return
            if not self._buffer.startswith(b"FLV"):
                raise BrokenFlvError
            del self._buffer[:HEADER_BYTES]
            self._is_open = True
        while len(self._buffer) >= TAG_HEAD_BYTES:
            size = int.from_bytes(self._buffer[1:4], "big")
            whole = TAG_HEAD_BYTES + size + 4
            if len(self._buffer) < whole:
                return
            head = bytes(self._buffer[:TAG_HEAD_BYTES])
            body = bytes(self._buffer[TAG_HEAD_BYTES : TAG_HEAD_BYTES + size])
            del self._buffer[:whole]
            time = int.from_bytes(head[4:7], "big") | head[7] << 24
            yield Tag(head[0], time, body)
