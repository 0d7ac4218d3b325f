"""The fast sink: what it writes, what it drops, when it is full."""

from shopfront.common.sockets import (
    BUFFER_LIMIT,
    FastSink,
    Packet,
    RoomProtocol,
)


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting = 0
        self.is_gone = False

    def is_closing(self) -> bool:
        return self.is_gone

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.written.append(data)


def open_sink() -> tuple[RoomProtocol, FastSink, Transport]:
    transport = Transport()
    protocol = RoomProtocol.__new__(RoomProtocol)
    vars(protocol)["transport"] = transport
    sink = protocol._sink = FastSink(protocol)
    return protocol, sink, transport


def test_frames_are_written_until_the_buffer_is_full() -> None:
    _, sink, transport = open_sink()
    assert sink.offer(Packet(b"[]"))
    transport.waiting = BUFFER_LIMIT
    assert sink.has_room()
    assert sink.offer(Packet(b"[]"))
    transport.waiting += 1
    assert not sink.has_room()
    assert not sink.offer(Packet(b"[]"))
    assert transport.written == [b"\x81\x02[]"] * 2


def test_nothing_follows_a_close_frame_or_reaches_a_closing_socket() -> None:
    protocol, sink, transport = open_sink()
    protocol.close_sent = True
    assert sink.offer(Packet(b"[]"))
    _, other, gone = open_sink()
    gone.is_gone = True
    assert other.offer(Packet(b"[]"))
    assert transport.written == gone.written == []
