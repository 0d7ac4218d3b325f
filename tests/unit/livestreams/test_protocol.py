"""The wire: strict commands, typed events."""

import datetime as dt
import json

import orjson
import pytest

from livestreams.errors import CommandInvalid, CommandUnknown
from livestreams.protocol.commands import (
    COMMANDS,
    MOST_BYTES,
    ChatPost,
    RoomSync,
    parse_command,
)
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import (
    EVENTS,
    Author,
    ChatPosted,
    Error,
    Kind,
    encode,
)
from shopfront.common.sockets import Packet

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def test_a_command_is_read_with_its_id() -> None:
    command = parse_command('{"id": "7", "type": "chat.post", "text": "Hello"}')
    assert command == ChatPost(id="7", text="Hello")


def test_a_reply_names_its_line_and_other_messages_need_none() -> None:
    body = {"id": "7", "type": "chat.post", "text": "Oak"}
    plain = parse_command(json.dumps(body))
    reply = parse_command(json.dumps(body | {"reply_to": "abc"}))
    assert isinstance(plain, ChatPost)
    assert isinstance(reply, ChatPost)
    assert (plain.reply_to, reply.reply_to) == ("", "abc")


def test_every_command_of_the_surface_is_known() -> None:
    assert set(COMMANDS) == {
        "chat.post",
        "reaction.send",
        "question.ask",
        "poll.vote",
        "chat.report",
        "room.sync",
        "player.beat",
        "case.open",
        "case.decline",
    }


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"type": "chat.post", "text": "no id"}',
        '{"id": 7, "type": "chat.post", "text": "id is a number"}',
        '{"id": "", "type": "chat.post", "text": "id is empty"}',
        '{"id": "1", "type": "chat.post"}',
        '{"id": "1", "type": "chat.post", "text": 5}',
        '{"id": "1", "type": "chat.post", "text": "x", "colour": "red"}',
        '{"id": "1", "type": "chat.post", "text": "x", "reply_to": null}',
        json.dumps({"id": "1", "type": "chat.post", "text": "x", "reply_to": "a" * 27}),
        '{"id": "1", "type": "room.sync", "after": -1}',
        '{"id": "1", "type": "room.sync", "after": true}',
        '{"id": "1", "type": "room.sync", "after": "1"}',
        json.dumps({"id": "1", "type": "chat.post", "text": "x" * 301}),
        json.dumps({"id": "1", "type": "chat.post", "text": "nul \x00"}),
        json.dumps({"id": "1", "type": "chat.post", "text": "half \ud83e"}),
        "x" * (MOST_BYTES + 1),
    ],
)
def test_a_command_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(CommandInvalid):
        parse_command(body)


def test_an_unknown_command_is_refused_with_its_id() -> None:
    with pytest.raises(CommandUnknown) as caught:
        parse_command('{"id": "9", "type": "shop.rob"}')
    assert caught.value.extra == {"id": "9"}


def test_a_number_fits_where_a_number_is_asked() -> None:
    command = parse_command('{"id": "1", "type": "room.sync", "after": 12}')
    assert command == RoomSync(id="1", after=12)


def test_an_event_is_encoded_with_its_number_and_in_utc() -> None:
    event = ChatPosted(
        id="m1", author=Author(name="Ada", badges=("host",)), text="Hi", at=AT
    )
    assert orjson.loads(encode(event, seq=4)) == {
        "type": "chat.posted",
        "seq": 4,
        "id": "m1",
        "author": {"name": "Ada", "badges": ["host"]},
        "text": "Hi",
        "at": "2026-11-21T12:00:00Z",
    }


def test_what_is_unknown_is_left_out() -> None:
    error = Error(id=None, code="livestreams.poll_over", message="Over.")
    assert orjson.loads(encode(error)) == {
        "type": "error",
        "code": "livestreams.poll_over",
        "message": "Over.",
    }


def test_every_event_has_a_class_and_a_name_of_noun_and_verb() -> None:
    for name, event in EVENTS.items():
        assert isinstance(event.kind, Kind)
        assert name == event.type
        is_answer = event.kind in {Kind.ANSWER, Kind.LOSABLE}
        assert is_answer or len(name.split(".")) == 2


def test_an_envelope_survives_the_bus() -> None:
    event = ChatPosted(id="m1", author=Author(name="Ada"), text="Hi", at=AT)
    envelope = seal(event, seq=3, to="somebody")
    assert Envelope.unpack(envelope.pack()) == envelope


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (70_000, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70"),
    ],
)
def test_a_packet_is_framed_as_the_standard_says(size: int, head: bytes) -> None:
    payload = b"x" * size
    assert Packet(payload).framed == head + payload
