"""What ill will sends into a room, and processes that stand still."""

import json
import os
import signal

import pytest

from livestreams.access.tickets import mint_ticket
from livestreams.models import Livestream, RoomSequence
from shopfront.models import User
from tests.factories import make_user
from tests.rooms import RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)

OVERSIZED = 70_000
"""More than a web process takes in one frame."""
FLOOD = 200
STRANGE = (
    "\u202egninrom doog\u202c",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "z" + "\u0335\u0321\u0322" * 40,
    "<script>alert(1)</script><b>bold</b>",
    "\U0001f600" * 100,
)


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_is_carried_as_text_or_refused_with_a_code(
    text: str, server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as one, enter(server, show, stranger) as two:
        two.wait_for("hello")
        answer = one.tell("chat.post", text=text)
        assert answer["type"] == "ok" or answer["code"].startswith("livestreams.")
        if answer["type"] == "ok" and answer["result"]["state"] == "visible":
            assert two.wait_for("chat.posted", id=answer["result"]["message"])["text"]
        assert two.tell("chat.post", text="All is well")["type"] == "ok"


def test_an_oversized_frame_ends_its_own_socket_only(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as rude, enter(server, show, stranger) as two:
        rude.wait_for("hello")
        two.wait_for("hello")
        rude.write("x" * OVERSIZED)
        assert rude.wait_for_close()[0] == 1009
        assert two.tell("chat.post", text="All is well")["type"] == "ok"


def test_a_flood_is_answered_with_codes_and_disturbs_nobody(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as rude, enter(server, show, stranger) as two:
        two.wait_for("hello")
        for number in range(FLOOD):
            line = {"id": f"f{number}", "type": "chat.post", "text": f"line {number}"}
            rude.write(json.dumps(line))
        assert two.tell("chat.post", text="All is well")["type"] == "ok"
        answers = [rude.wait_for("ok", id="f0")]
        while answers[-1].get("id") != f"f{FLOOD - 1}":
            answers.append(rude.read())
    codes = {one["code"] for one in answers if one["type"] == "error"}
    assert codes == {"livestreams.too_fast"}


def test_a_ticket_replayed_by_another_browser_keeps_its_own_pace(
    server: RoomServer, show: Livestream
) -> None:
    ticket = mint_ticket(show, user=make_user(), browser_key="a browser")
    with (
        RoomClient(server, show.public_id, ticket=ticket) as one,
        RoomClient(server, show.public_id, ticket=ticket) as again,
    ):
        answers = [one.tell("chat.post", text=f"line {n}") for n in range(4)]
        answers += [again.tell("chat.post", text=f"more {n}") for n in range(4)]
    refused = [answer for answer in answers if answer["type"] == "error"]
    assert refused[0]["code"] == "livestreams.too_fast"


def test_a_process_that_stood_still_misses_nothing(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    paused = RoomServer()
    try:
        with enter(paused, show) as ear, enter(server, show, stranger) as mouth:
            first = int(ear.wait_for("hello")["seq"])
            os.kill(paused.pid, signal.SIGSTOP)
            said = [mouth.tell("chat.post", text=f"line {n}") for n in range(4)]
            os.kill(paused.pid, signal.SIGCONT)
            last = RoomSequence.objects.get(livestream=show).seq
            ear.wait_for("chat.posted", seq=last)
            numbers = [one["seq"] for one in ear.seen if one["type"] == "chat.posted"]
    finally:
        paused.stop()
    assert all(answer["type"] == "ok" for answer in said)
    assert [number for number in numbers if number > first] == list(
        range(first + 1, last + 1)
    )
