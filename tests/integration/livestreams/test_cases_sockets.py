"""Private cases on the wire: told to the author alone, obeyed for the author alone."""

import pytest

from livestreams.models import ChatMessage, Livestream
from orders.models import Case
from shopfront.models import User
from tests.factories import make_paid_order, make_user, make_variant
from tests.rooms import Event, RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)
COMPLAINT = "where is my parcel, it has been three weeks and nobody answers"


def find(client: RoomClient, name: str, **facts: object) -> Event:
    """Return an event that came already, or wait for it."""
    for event in client.seen:
        if event["type"] == name and facts.items() <= event.items():
            return event
    while True:
        event = client.read()
        if event["type"] == name and facts.items() <= event.items():
            return event


def test_only_the_author_is_told_and_obeyed(
    server: RoomServer, show: Livestream, shopper: User
) -> None:
    line = make_paid_order(make_variant(), user=shopper).lines.get()
    foreign = make_paid_order(make_variant(), user=make_user()).lines.get()
    with (
        enter(server, show, shopper) as author,
        enter(server, show, make_user()) as other,
    ):
        posted = author.tell("chat.post", text=COMPLAINT)
        assert posted["result"]["state"] == "offered"
        message = posted["result"]["message"]
        told = find(author, "case.told", state="offered")
        assert [one["id"] for one in told["lines"]] == [line.public_id]
        for command in ("case.open", "case.decline"):
            refused = other.tell(command, message=message)
            assert refused["code"] == "livestreams.message_missing"
        refused = author.tell("case.open", message=message, line=foreign.public_id)
        assert refused["code"] == "orders.case_line_missing"
        opened = author.tell("case.open", message=message, line=line.public_id)
        assert opened["result"]["number"] == Case.objects.get().number
        again = author.tell("case.decline", message=message)
        assert again["code"] == "livestreams.already_chosen"
        other.tell("chat.post", text="Is it walnut?")
        find(other, "chat.posted", text="Is it walnut?")
        types = {event["type"] for event in other.seen}
    assert "case.told" not in types
    assert ChatMessage.objects.get(public_id=message).state == "private"
    with enter(server, show, shopper) as back:
        kept = back.wait_for("case.told", state="opened")
    assert kept["number"] == Case.objects.get().number


def test_a_guest_chooses_nothing(server: RoomServer, show: Livestream) -> None:
    with enter(server, show) as guest:
        refused = guest.tell("case.open", message="0" * 16)
    assert refused["type"] == "error"
