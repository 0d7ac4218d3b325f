"""The room through real sockets of a real web process."""

import contextlib
import dataclasses
from collections.abc import Iterator

import pytest
from django.db import connection

from catalog.models import Stock
from creators.models import Creator
from livestreams.access.tickets import (
    RENEW_BEFORE,
    mint_ticket,
    read_ticket,
    sign_ticket,
)
from livestreams.broadcast.viewers import count_watched
from livestreams.models import ChatMessage, Livestream, Report
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.pins import place_pin
from livestreams.services.polls import close_poll, open_poll
from livestreams.services.rules import change_rules
from livestreams.services.sanctions import ban_person
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_variant
from tests.rooms import RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)


def say(show: Livestream, author: User, text: str) -> ChatMessage:
    """Post from another process than the one that serves the sockets."""
    return post_message(
        NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=text,
        )
    )


def test_the_first_frame_says_hello_and_shows_the_room(
    server: RoomServer, show: Livestream, shopper: User, creator: Creator
) -> None:
    say(show, shopper, "Good morning from the start")
    place_pin(show, make_variant(stock=4).product, by=creator.user)
    with enter(server, show, shopper) as client:
        hello = client.read()
        assert hello["type"] == "hello"
        assert hello["seq"] == 2
        assert hello["you"]["name"] == "Sam"
        assert hello["you"]["can_chat"] is True
        types = [client.read()["type"] for _ in range(4)]
    assert sorted(types) == [
        "chat.posted",
        "pin.placed",
        "show.started",
        "stock.changed",
    ]


@pytest.mark.parametrize("kind", ["server", "portable_server"])
def test_what_one_writes_the_other_reads(
    kind: str,
    show: Livestream,
    shopper: User,
    stranger: User,
    request: pytest.FixtureRequest,
) -> None:
    process: RoomServer = request.getfixturevalue(kind)
    with enter(process, show, shopper) as one, enter(process, show, stranger) as two:
        answer = one.tell("chat.post", text="Is it walnut?")
        assert answer["type"] == "ok"
        posted = two.wait_for("chat.posted")
        assert posted["text"] == "Is it walnut?"
        assert posted["author"] == {"name": "Sam", "badges": []}
        assert posted["id"] == answer["result"]["message"]
    assert ChatMessage.objects.get(public_id=posted["id"]).seq == posted["seq"]


def test_other_processes_are_heard(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    with enter(server, show) as client:
        client.wait_for("hello")
        say(show, shopper, "From elsewhere")
        assert client.wait_for("chat.posted")["text"] == "From elsewhere"
        end_livestream(show)
        client.wait_for("show.ended")


def test_stock_moves_on_every_screen(
    server: RoomServer, show: Livestream, creator: Creator
) -> None:
    variant = make_variant(stock=4)
    place_pin(show, variant.product, by=creator.user)
    with enter(server, show) as client:
        client.wait_for("stock.changed", available=4)
        Stock.objects.filter(variant=variant).update(allocated=3, version=1)
        changed = client.wait_for("stock.changed", available=1)
    assert (changed["variant"], changed["left"]) == (variant.public_id, 1)


def test_a_guest_with_the_right_origin_reads_and_does_not_write(
    server: RoomServer, show: Livestream
) -> None:
    with RoomClient(server, show.public_id) as client:
        assert client.read()["you"]["can_chat"] is False
        answer = client.tell("chat.post", text="Hello")
    assert (answer["type"], answer["code"]) == ("error", "livestreams.sign_in_to_chat")


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example"])
def test_another_origin_is_closed_with_a_reason(
    origin: str | None, server: RoomServer, show: Livestream
) -> None:
    with RoomClient(server, show.public_id, origin=origin) as client:
        assert client.wait_for_close() == (4403, "origin")


def test_a_bad_ticket_is_closed_with_a_reason(
    server: RoomServer, show: Livestream, creator: Creator, shopper: User
) -> None:
    foreign = mint_ticket(make_livestream(creator=creator), user=shopper)
    good = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    past = dataclasses.replace(good, expires_at=int(clock.now().timestamp()) - 1)
    for ticket, expected in (
        ("forged", (4401, "ticket")),
        (sign_ticket(past), (4401, "ticket")),
        (foreign, (4403, "foreign ticket")),
    ):
        with RoomClient(server, show.public_id, ticket=ticket) as client:
            assert client.wait_for_close() == expected


def test_an_unknown_show_is_closed_with_a_reason(server: RoomServer, db: None) -> None:
    with RoomClient(server, "nothing") as client:
        assert client.wait_for_close() == (4404, "no such show")


def test_a_ticket_is_renewed_in_band(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    ticket = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    soon = int(clock.now().timestamp()) + RENEW_BEFORE + 1
    ending = sign_ticket(dataclasses.replace(ticket, expires_at=soon))
    with RoomClient(server, show.public_id, ticket=ending) as client:
        fresh = client.wait_for("ticket")
    renewed = read_ticket(fresh["value"], show.public_id)
    assert renewed.expires_at > soon


def test_a_ban_closes_the_sockets_of_that_person_only(
    server: RoomServer,
    show: Livestream,
    shopper: User,
    stranger: User,
    creator: Creator,
) -> None:
    with enter(server, show, shopper) as banned, enter(server, show, stranger) as other:
        banned.wait_for("hello")
        other.wait_for("hello")
        ban_person(show, shopper, by=creator.user, reason="Threats")
        assert banned.wait_for_close() == (4403, "banned")
        assert other.tell("chat.post", text="Peace")["type"] == "ok"


def test_what_cannot_be_read_is_answered_and_the_socket_stays(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    with enter(server, show, shopper) as client:
        client.wait_for("hello")
        for text in ("", "{", "[]", "x" * 5000, '{"id":"1","type":"chat.post"}'):
            client.write(text)
            assert client.wait_for("error")["code"] == "livestreams.command_invalid"
        answer = client.tell("poll.vote", poll="p", choice=1)
        assert answer["code"] == "livestreams.poll_missing"
        assert client.tell("chat.post", text="Still here")["type"] == "ok"


def test_who_writes_too_fast_is_told_when_to_go_on(
    server: RoomServer, show: Livestream, stranger: User
) -> None:
    with enter(server, show, stranger) as client:
        answers = [client.tell("chat.post", text=f"line {n}") for n in range(7)]
    refused = [answer for answer in answers if answer["type"] == "error"]
    assert refused
    assert refused[0]["code"] == "livestreams.too_fast"
    assert refused[0]["retry_after"] > 0


def test_sync_gives_what_was_missed_in_order(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    with enter(server, show) as client:
        seq = client.wait_for("hello")["seq"]
    for n in range(3):
        say(show, shopper, f"line {n}")
    with enter(server, show, shopper) as client:
        client.wait_for("chat.posted", text="line 2")
        client.seen.clear()
        answer = client.tell("room.sync", after=seq)
        said = [one["text"] for one in client.seen if one["type"] == "chat.posted"]
        assert said == ["line 0", "line 1", "line 2"]
        assert answer["result"] == {"seq": seq + 3, "is_complete": True}
        assert client.tell("room.sync", after=9_999)["result"]["is_reset"] is True


def test_reactions_are_summed(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    with enter(server, show, shopper) as one, enter(server, show) as two:
        for _ in range(3):
            assert one.tell("reaction.send")["type"] == "ok"
        total = 0
        while total < 3:
            total += two.wait_for("reactions")["count"]
    assert total == 3


def test_a_slow_room_says_how_long_to_wait_in_every_process(
    server: RoomServer,
    portable_server: RoomServer,
    show: Livestream,
    shopper: User,
    creator: Creator,
) -> None:
    with (
        enter(server, show, shopper) as one,
        enter(portable_server, show, shopper) as two,
    ):
        change_rules(show, by=creator.user, slow_seconds=300)
        assert two.wait_for("rules.changed")["slow_seconds"] == 300
        asked = one.tell("chat.post", text="Is it oak?")
        assert asked["type"] == "ok"
        late = two.tell(
            "chat.post", text="Or ash?", reply_to=asked["result"]["message"]
        )
    assert late["code"] == "livestreams.slow_mode"
    assert 0 < late["retry_after"] <= 300


def test_a_report_has_a_receipt(
    server: RoomServer, show: Livestream, shopper: User, stranger: User
) -> None:
    row = say(show, shopper, "Buy at my shop instead")
    with enter(server, show, stranger) as client:
        answer = client.tell("chat.report", message=row.public_id, reason="Spam")
        missing = client.tell("chat.report", message="nothing", reason="Spam")
    report = Report.objects.get(public_id=answer["result"]["receipt"])
    assert (report.message, report.reporter) == (row, stranger)
    assert missing["code"] == "livestreams.message_missing"


def test_viewers_count_once_in_all_processes_and_are_few_for_the_public(
    server: RoomServer,
    portable_server: RoomServer,
    show: Livestream,
    shopper: User,
    stranger: User,
    creator: Creator,
) -> None:
    def beat(*clients: RoomClient) -> None:
        for client in clients:
            client.tell("player.beat", at=1_700_000_000_000, way="socket")

    with (
        enter(server, show, shopper) as viewer,
        enter(portable_server, show, shopper) as tab,
        enter(server, show, creator.user) as host,
    ):
        with enter(server, show) as guest, enter(server, show, stranger):
            beat(viewer, tab, guest, host)
            assert host.wait_for("viewers", count=2)["label"] == "2 watching"
            told = viewer.wait_for("viewers")
        with (
            enter(portable_server, show) as again,
            enter(server, show, stranger) as late,
        ):
            beat(again, late)
            host.wait_for("viewers", count=3)
    assert told == {"type": "viewers", "label": "a few watching"}
    assert count_watched(show.public_id) == (3, 3)


def test_an_idle_socket_lives_and_hears(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    with RoomClient(server, show.public_id) as client:
        client.wait_for("hello")
        with pytest.raises(TimeoutError):
            client.wait_for("chat.posted", 7)
        say(show, shopper, "Still awake?")
        client.wait_for("chat.posted")


def test_a_room_opened_before_the_show_hears_its_start(
    server: RoomServer, creator: Creator
) -> None:
    show = make_livestream(creator=creator)
    with enter(server, show) as client:
        assert client.wait_for("hello")["seq"] == 0
        start_livestream(show)
        assert client.wait_for("show.started")["seq"] == 1


def test_a_question_is_asked_and_told_to_its_asker_over_the_socket(
    server: RoomServer, show: Livestream, shopper: User, stranger: User
) -> None:
    with enter(server, show, shopper) as asker, enter(server, show) as guest:
        asker.write('{"id": "q", "type": "question.ask", "text": "Is it oak?"}')
        told = asker.wait_for("question.told")
        assert (told["text"], told["state"]) == ("Is it oak?", "open")
        again = asker.tell("question.ask", text="And ash?")
        assert again["code"] == "livestreams.asked_just_now"
        assert again["retry_after"] > 0
        refused = guest.tell("question.ask", text="Is it oak?")
        assert refused["code"] == "livestreams.sign_in_to_chat"
    with enter(server, show, shopper) as back:
        assert back.wait_for("question.told")["text"] == "Is it oak?"


@contextlib.contextmanager
def away(table: str) -> Iterator[None]:
    """Let every statement on a table fail for a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def test_a_refusal_of_a_busy_room_names_what_was_refused(
    server: RoomServer, show: Livestream, shopper: User, creator: Creator
) -> None:
    poll = open_poll(show, question="Which?", options=["A", "B"], by=creator.user)
    choice = {"poll": poll.public_id, "choice": 1}
    with enter(server, show, shopper) as client, enter(server, show) as guest:
        client.wait_for("hello")
        guest.wait_for("hello")
        with away("livestreams_pollvote"):
            refused = client.tell("poll.vote", **choice)
        assert refused["code"] == "livestreams.room_busy"
        assert "Your vote was not counted." in refused["message"]
        with away("livestreams_question"):
            refused = client.tell("question.ask", text="Is it oak?")
        assert "Your question was not sent." in refused["message"]
        assert client.tell("poll.vote", **choice)["type"] == "ok"
        assert guest.tell("poll.vote", **choice)["message"] == "Sign in to vote."


def test_a_vote_is_counted_for_all_in_the_room(
    server: RoomServer, show: Livestream, shopper: User, creator: Creator
) -> None:
    with enter(server, show, shopper) as voter, enter(server, show) as guest:
        poll = open_poll(
            show, question="Which?", options=["Red", "Blue"], by=creator.user
        )
        guest.wait_for("poll.opened", id=poll.public_id)
        choice = {"poll": poll.public_id, "choice": 1}
        assert voter.tell("poll.vote", **choice)["result"] == {"choice": 1}
        assert guest.wait_for("poll.counted")["votes"] == [0, 1]
        refused = guest.tell("poll.vote", **choice)
        assert refused["code"] == "livestreams.sign_in_to_chat"
        close_poll(poll)
        assert guest.wait_for("poll.closed")["votes"] == [0, 1]
