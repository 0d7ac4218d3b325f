"""The room when something fails: a stalled phone, a lost bus, many processes."""

import contextlib
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from creators.models import Creator
from livestreams import broadcast
from livestreams.broadcast.room import CLOSE_RESET, SLOW_AFTER
from livestreams.models import Livestream, RoomSequence
from livestreams.protocol.envelopes import Envelope
from livestreams.protocol.events import Kind
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.pins import place_pin
from shopfront.models import User
from tests.factories import make_user, make_variant
from tests.rooms import (
    RoomClient,
    RoomServer,
    enter,
    find_port,
    lose_lines,
    start_valkey,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_stalled_phone_is_closed_and_the_others_lose_nothing(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    body = json.dumps({"type": "test.bulk", "text": "x" * 60_000}).encode()
    bulk = Envelope(kind=Kind.STATE, body=body)
    with _open_stalled(server, show) as stalled, enter(server, show, shopper) as client:
        client.wait_for("hello")
        for _ in range(200):
            broadcast.publish(show.public_id, [bulk])
            client.wait_for("test.bulk")
        for n in range(5):
            assert client.tell("chat.post", text=f"line {n}")["type"] == "ok"
        with pytest.raises(TimeoutError):
            client.wait_for("nothing", SLOW_AFTER + 2)
        received = _read_to_the_end(stalled)
    assert len(received) < 200 * len(body)


def _open_stalled(server: RoomServer, show: Livestream) -> socket.socket:
    """Open a socket in a room as a phone does that then reads nothing."""
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.settimeout(20)
    stalled.connect(("127.0.0.1", server.port))
    stalled.sendall(
        (
            f"GET /ws/live/{show.public_id}/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}"
            f"\r\nOrigin: {server.origin}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
    )
    return stalled


def _read_to_the_end(stalled: socket.socket) -> bytes:
    received = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := stalled.recv(1 << 20):
            received += part
    return bytes(received)


def test_a_bus_that_is_away_loses_nothing_durable(
    show: Livestream, shopper: User, creator: Creator, django_db_setup: None
) -> None:
    port = find_port()
    address = f"redis://127.0.0.1:{port}"
    valkey = start_valkey(port)
    process = RoomServer(REDIS_URL=address)
    try:
        with enter(process, show, shopper) as client:
            client.wait_for("hello")
            assert client.tell("chat.post", text="Before")["type"] == "ok"
            valkey.kill()
            valkey.wait()
            assert client.tell("chat.post", text="Meanwhile")["type"] == "ok"
            client.find("chat.posted", text="Meanwhile")
            pin = place_pin(show, make_variant().product, by=creator.user)
            client.wait_for("pin.placed", id=pin.public_id)
            with enter(process, show, creator.user) as late:
                late.wait_for("chat.posted", text="Meanwhile")
            valkey = start_valkey(port)
            heard = False
            while not heard:
                assert client.tell("reaction.send")["type"] == "ok"
                with contextlib.suppress(TimeoutError):
                    heard = bool(client.wait_for("reactions", 1))
            numbers = [
                event["seq"] for event in client.seen if event["type"] == "chat.posted"
            ]
            assert numbers == sorted(set(numbers))
    finally:
        process.stop()
        valkey.kill()
        valkey.wait()


def test_numbers_that_a_crash_gave_twice_are_told_as_the_tables_have_them(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    """A crash took lines after the room heard them; as many came before its sweep."""
    with enter(server, show, shopper) as client:
        assert client.tell("chat.post", text="Kept")["type"] == "ok"
        for text in ("Lost first", "Lost last"):
            assert client.tell("chat.post", text=text)["type"] == "ok"
            client.find("chat.posted", text=text)
        with transaction.atomic():
            lose_lines(show, count=2)
            for text in ("New first", "New last"):
                post_message(_write(show, make_user(), text))
        assert client.wait_for_close() == (CLOSE_RESET, "room was reset")
    with enter(server, show, shopper) as client:
        client.find("chat.posted", text="New last")
        lines = [event for event in client.seen if event["type"] == "chat.posted"]
        assert [event["text"] for event in lines] == ["Kept", "New first", "New last"]
        assert client.tell("chat.post", text="Next")["type"] == "ok"
        following = client.find("chat.posted", text="Next")
        assert following["seq"] == lines[-1]["seq"] + 1


def _write(show: Livestream, person: User, text: str) -> NewMessage:
    return NewMessage(
        livestream=show.public_id, person=person.public_id, badges=(), text=text
    )


def test_two_processes_tell_one_order_without_loss_or_double(
    server: RoomServer, portable_server: RoomServer, show: Livestream
) -> None:
    people = [make_user() for _ in range(4)]
    with contextlib.ExitStack() as stack:
        ears = [
            stack.enter_context(enter(process, show))
            for process in (server, portable_server)
        ]
        mouths = [
            stack.enter_context(enter(process, show, person))
            for process, person in zip(
                (server, portable_server) * 2, people, strict=True
            )
        ]
        with ThreadPoolExecutor(len(mouths)) as pool:
            answers = list(pool.map(_say_five, mouths))
        assert all(answer["type"] == "ok" for said in answers for answer in said)
        last = RoomSequence.objects.get(livestream=show).seq
        for ear in ears:
            ear.wait_for("chat.posted", seq=last)
    heard = [
        [(one["seq"], one["text"]) for one in ear.seen if one["type"] == "chat.posted"]
        for ear in ears
    ]
    assert heard[0] == heard[1] == sorted(set(heard[0]))
    assert len(heard[0]) == 20


def _say_five(client: RoomClient) -> list[dict[str, object]]:
    return [client.tell("chat.post", text=f"line {n}") for n in range(5)]
