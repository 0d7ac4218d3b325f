"""What ill will sends into a room, and processes that stand still."""

import contextlib
import json
import os
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed

from creators.models import Creator
from livestreams.access.tickets import mint_ticket
from livestreams.consumers.limits import REFUSALS
from livestreams.models import Livestream, RoomSequence
from shopfront.models import User
from tests.factories import make_livestream, make_user
from tests.rooms import RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)

OVERSIZED = 70_000
"""More than a web process takes in one frame."""
FLOOD = 200
STILL_SECONDS = 20
"""Longer than presence and leases of a process last."""
HEBREW_AND_ARABIC = "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
STRANGE = (
    ("\u202egninrom doog\u202c", "gninrom doog"),
    (HEBREW_AND_ARABIC, HEBREW_AND_ARABIC),
    ("z" + "\u0335\u0321\u0322" * 40, "z\u0335\u0335"),
    ("w\u200ba\u2060lnut", "walnut"),
    ("<script>alert(1)</script><b>bold</b>",) * 2,
    ("\U0001f600" * 100,) * 2,
)
"""What is written, and what the room reads: direction marks and towers go."""


@pytest.mark.parametrize(("text", "read"), STRANGE)
def test_strange_text_is_read_as_plain_text_by_everybody(
    text: str, read: str, server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as one, enter(server, show, stranger) as two:
        two.wait_for("hello")
        answer = one.tell("chat.post", text=text)
        assert (answer["type"], answer["result"]["state"]) == ("ok", "visible")
        told = two.wait_for("chat.posted", id=answer["result"]["message"])
        assert told["text"] == read
        assert two.tell("chat.post", text="All is well")["type"] == "ok"


def _command(kind: str, **fields: object) -> str:
    return json.dumps({"id": "x", "type": kind, **fields})


NONSENSE: tuple[tuple[str | bytes, str], ...] = (
    ("[" * 3000 + "]" * 3000, "command_invalid"),
    ('{"id":"x","type":"chat.post","text":"\\ud800"}', "command_invalid"),
    ('{"id":"x","type":"room.sync","after":1e400}', "command_invalid"),
    ('{"id":"x","type":"room.sync","after":NaN}', "command_invalid"),
    ('{"id":"x","type":"room.sync","after":-1}', "command_invalid"),
    ('{"id":"x","type":"room.sync","after":true}', "command_invalid"),
    ('{"id":"x","type":"room.sync","after":9007199254740993}', "command_invalid"),
    (b"\xff\xfe\x00 no text at all", "command_invalid"),
    (_command("chat.post", text="a\x00b"), "command_invalid"),
    (_command("chat.post", text={"$ne": ""}), "command_invalid"),
    (_command("chat.post", text="x" * 301), "command_invalid"),
    (_command("chat.post", text="Hi", role="host"), "command_invalid"),
    (_command("chat.post", text=" \u200b\u2060 "), "message_empty"),
    (_command("show.end"), "command_unknown"),
    (_command("__class__"), "command_unknown"),
    (_command("chat.report", message="' OR 1=1 --", reason="x"), "message_missing"),
)


def test_nonsense_has_a_stable_code_and_the_socket_stays(
    server: RoomServer, show: Livestream
) -> None:
    with enter(server, show, make_user()) as rude:
        rude.wait_for("hello")
        for text, code in NONSENSE:
            rude.write(text)
            assert rude.wait_for("error")["code"] == f"livestreams.{code}", text
        assert rude.tell("chat.post", text="All is well")["type"] == "ok"


def test_who_sends_only_nonsense_is_closed_and_nobody_else(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as rude, enter(server, show, stranger) as two:
        two.wait_for("hello")
        with contextlib.suppress(ConnectionClosed):
            for _ in range(int(REFUSALS[1]) * 2):
                rude.write("{")
        assert rude.wait_for_close() == (4429, "too many refusals")
        assert two.tell("chat.post", text="All is well")["type"] == "ok"


def test_a_storm_of_hearts_is_summed_and_slowed(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, make_user()) as rude, enter(server, show, stranger) as two:
        two.wait_for("hello")
        for number in range(FLOOD):
            rude.write(json.dumps({"id": f"f{number}", "type": "reaction.send"}))
        while rude.read().get("id") != f"f{FLOOD - 1}":
            pass
        hearts = [one for one in rude.seen if one.get("id", "").startswith("f")]
        taken = sum(one["type"] == "ok" for one in hearts)
        codes = {one["code"] for one in hearts if one["type"] == "error"}
        counted = 0
        while counted < taken:
            counted += two.wait_for("reactions")["count"]
        assert two.tell("chat.post", text="All is well")["type"] == "ok"
    assert codes == {"livestreams.too_fast"}
    assert counted == taken < FLOOD


def test_a_crowd_of_forged_and_foreign_tickets_disturbs_nobody(
    server: RoomServer, show: Livestream, creator: Creator, stranger: User
) -> None:
    good = mint_ticket(show, user=make_user(), browser_key="a browser")
    body, _, signature = good.partition(".")
    foreign = mint_ticket(make_livestream(creator=creator), user=make_user())
    bad = ("forged", "", f"{body}.{signature[::-1]}", f"x{good}", foreign, "a" * 3000)
    with enter(server, show, stranger) as two:
        two.wait_for("hello")
        for ticket in bad * 5:
            with RoomClient(server, show.public_id, ticket=ticket or ".") as client:
                assert client.wait_for_close()[0] in {4401, 4403}
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
            time.sleep(STILL_SECONDS)  # how long it stands still is what is tested
            said.append(mouth.tell("chat.post", text="after a while"))
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
