"""RTMP: commands, chunks, limits, and bytes that are no RTMP."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestreams.media import amf
from livestreams.media.brake import MOST_FAILURES_PER_MINUTE, Brake
from livestreams.media.flv import AUDIO, SCRIPT, VIDEO, Tag, file_header
from livestreams.media.rtmp import split_stream_name
from livestreams.media.rtmp_chunks import (
    MOST_CHUNK_STREAMS,
    MOST_PUBLISHER_BYTES,
    BrokenRtmpError,
    ChunkLayer,
)


class Sink:
    """Takes what is written and needs no peer."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        """Wait for nothing."""


def layer(data: bytes) -> tuple[ChunkLayer, Sink]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    sink = Sink()
    return ChunkLayer(reader, sink), sink  # type: ignore[arg-type]


def chunk(kind: int, body: bytes, *, stream: int = 3, time: int = 0) -> bytes:
    head = bytes([stream]) + time.to_bytes(3, "big") + len(body).to_bytes(3, "big")
    return head + bytes([kind]) + bytes(4) + body


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.floats(allow_nan=False),
            st.text(max_size=40),
            st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8)),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read_again(values: list[amf.Value]) -> None:
    assert amf.decode(amf.encode(*values)) == values  # type: ignore[arg-type]


@given(st.binary(max_size=300))
def test_junk_is_no_command(junk: bytes) -> None:
    try:
        amf.decode(junk)
    except amf.BrokenAmfError:
        return


def test_values_nested_without_end_are_refused() -> None:
    with pytest.raises(amf.BrokenAmfError):
        amf.decode(b"\x03\x00\x01a" * 50)


async def test_a_message_is_put_together_from_its_chunks() -> None:
    body = bytes(range(256)) * 2
    data = chunk(9, body)[: 12 + 128]
    for start in range(128, len(body), 128):
        data += b"\xc3" + body[start : start + 128]
    chunks, _ = layer(data)
    message = await chunks.read_message()
    assert (message.kind, message.body) == (9, body)


async def test_timestamps_add_up_over_short_headers() -> None:
    data = chunk(9, b"a", time=1000)
    data += b"\x83" + (40).to_bytes(3, "big") + b"b" + b"\xc3" + b"c"
    chunks, _ = layer(data)
    times = [(await chunks.read_message()).timestamp for _ in range(3)]
    assert times == [1000, 1040, 1080]


async def test_a_long_timestamp_is_read_whole() -> None:
    head = b"\x03\xff\xff\xff" + (1).to_bytes(3, "big") + b"\x09" + bytes(4)
    chunks, _ = layer(head + (0x01020304).to_bytes(4, "big") + b"x")
    assert (await chunks.read_message()).timestamp == 0x01020304


@pytest.mark.parametrize(
    "data",
    [
        chunk(1, (0).to_bytes(4, "big")),
        chunk(1, (2**30).to_bytes(4, "big")),
        b"\x03" + bytes(3) + b"\xff\xff\xff\x09" + bytes(4),
        b"\xc7",
        b"".join(chunk(9, b"", stream=3 + n) for n in range(MOST_CHUNK_STREAMS + 1)),
    ],
)
async def test_what_goes_beyond_the_limits_is_refused(data: bytes) -> None:
    chunks, _ = layer(data)

    async def read_all() -> None:
        for _ in range(MOST_CHUNK_STREAMS + 2):
            await chunks.read_message()

    with pytest.raises(BrokenRtmpError):
        await read_all()


async def test_a_stranger_may_keep_little_in_memory() -> None:
    half = 40_000
    data = chunk(1, half.to_bytes(4, "big"))
    for stream in (4, 5):
        data += chunk(9, bytes(60_000), stream=stream)[: 12 + half]
    chunks, _ = layer(data)
    with pytest.raises(BrokenRtmpError):
        await chunks.read_message()
    known, _ = layer(chunk(1, (2**20).to_bytes(4, "big")) + chunk(9, bytes(70_000)))
    known.most_bytes = MOST_PUBLISHER_BYTES
    assert len((await known.read_message()).body) == 70_000


async def test_only_rtmp_3_shakes_hands() -> None:
    chunks, sink = layer(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(BrokenRtmpError):
        await chunks.shake_hands()
    assert sink.data == b""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("abc?key=secret", ("abc", "secret")),
        ("/abc/?other=1&key=s%3D", ("abc", "s=")),
        ("abc", ("abc", "")),
        ("", ("", "")),
    ],
)
def test_a_stream_name_holds_show_and_key(text: str, parts: tuple[str, str]) -> None:
    assert split_stream_name(text) == parts


def test_tags_say_what_they_are() -> None:
    key = Tag(VIDEO, 5, b"\x17\x01\x00")
    assert key.is_avc
    assert key.is_key
    assert not key.is_setup
    assert Tag(VIDEO, 0, b"\x17\x00").is_setup
    assert Tag(AUDIO, 0, b"\xaf\x00").is_setup
    assert Tag(SCRIPT, 0, b"\x02").is_setup
    assert not Tag(VIDEO, 0, b"\x90hvc1").is_avc
    assert not Tag(AUDIO, 0, b"\x2f\xff").is_aac
    written = Tag(VIDEO, 0x01020304, b"xy").encode()
    assert written[4:8] == b"\x02\x03\x04\x01"
    assert written[-4:] == (13).to_bytes(4, "big")
    assert file_header(has_sound=False)[4] == 1


def test_an_address_that_guesses_keys_is_braked() -> None:
    brake = Brake()
    for _ in range(MOST_FAILURES_PER_MINUTE):
        assert not brake.is_on("192.0.2.1")
        brake.note("192.0.2.1")
    assert brake.is_on("192.0.2.1")
    assert not brake.is_on("192.0.2.2")
