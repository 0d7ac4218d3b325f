"""Reading fragmented MP4, whole, in pieces and broken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestreams.media.fmp4 import (
    NOT_A_SYNC_SAMPLE,
    BrokenMp4Error,
    Fragment,
    Init,
    Splitter,
    parse_init,
)
from tests.mp4_boxes import fragment, init_segment


def test_an_init_segment_tells_its_codecs_and_tracks() -> None:
    init = parse_init(init_segment())
    assert init.codecs == "avc1.42c01e,mp4a.40.2"
    assert init.mime == 'video/mp4; codecs="avc1.42c01e,mp4a.40.2"'
    assert init.tracks[1].timescale == 12_288
    assert init.tracks[2].handler == b"soun"


@given(size=st.integers(min_value=1, max_value=700))
def test_pieces_of_any_size_give_the_same_fragments(size: int) -> None:
    data = init_segment() + fragment(0.0, 6) + fragment(0.25, 6, is_key=False)
    splitter = Splitter()
    pieces = [
        piece
        for start in range(0, len(data), size)
        for piece in splitter.feed(data[start : start + size])
    ]
    assert isinstance(pieces[0], Init)
    first, second = pieces[1:]
    assert isinstance(first, Fragment)
    assert isinstance(second, Fragment)
    assert first.timing is not None
    assert second.timing is not None
    assert (first.timing.start, first.timing.duration) == (0.0, 0.25)
    assert first.timing.is_key
    assert second.timing.start == 0.25
    assert not second.timing.is_key


def test_flags_of_the_first_sample_decide_whether_a_fragment_is_a_key() -> None:
    splitter = Splitter()
    data = init_segment() + fragment(0.0, 6, first_flags=NOT_A_SYNC_SAMPLE)
    (_, found) = splitter.feed(data)
    assert isinstance(found, Fragment)
    assert found.timing is not None
    assert not found.timing.is_key


def test_a_fragment_of_sound_alone_has_no_timing() -> None:
    (_, found) = Splitter().feed(init_segment() + fragment(0.0, 6, track=2))
    assert isinstance(found, Fragment)
    assert found.timing is None


def test_an_init_segment_without_a_picture_is_refused() -> None:
    with pytest.raises(BrokenMp4Error, match="no video"):
        parse_init(init_segment(with_video=False))


@pytest.mark.parametrize("size", [0, 7, 2**31])
def test_a_box_of_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(BrokenMp4Error):
        list(Splitter().feed(struct.pack(">I4s", size, b"mdat")))


@given(junk=st.binary(max_size=600))
def test_junk_is_refused_or_waited_for_and_never_breaks_anything_else(
    junk: bytes,
) -> None:
    splitter = Splitter()
    try:
        list(splitter.feed(init_segment() + junk))
    except BrokenMp4Error:
        return


@given(at=st.integers(min_value=40, max_value=500), value=st.integers(0, 255))
def test_a_flipped_byte_is_refused_or_read(at: int, value: int) -> None:
    data = bytearray(init_segment() + fragment(0.0, 6))
    data[at % len(data)] = value
    try:
        list(Splitter().feed(bytes(data)))
    except BrokenMp4Error:
        return
