"""The outbox carries every message at least once, in order per key."""

import datetime as dt

import pytest
import time_machine
from celery import current_app
from django.db import connection, transaction

from livestreams.services import attribution, offers, withdrawn_goods
from orders.services.refunding import REVERSAL_TOPIC
from shopfront.models import Outbox
from shopfront.services import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Carry two topics into a list; `test.broken` always fails."""
    seen: list[str] = []

    def fail(row: Outbox) -> None:
        raise RuntimeError(row.key)

    monkeypatch.setitem(
        outbox._carriers, "test.fine", lambda row: seen.append(row.payload["n"])
    )
    monkeypatch.setitem(outbox._carriers, "test.broken", fail)
    return seen


@pytest.fixture
def urgent(carried: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Carry an urgent topic into the same list; return its name."""
    monkeypatch.setattr(outbox, "_carriers", dict(outbox._carriers))
    monkeypatch.setattr(outbox, "_urgent", set(outbox._urgent))
    outbox.register(
        "test.urgent", lambda row: carried.append(row.payload["n"]), is_urgent=True
    )
    return "test.urgent"


def test_a_message_is_written_once_per_topic_and_key(carried: list[str]) -> None:
    outbox.post("test.fine", "order-1", {"n": "first"})
    outbox.post("test.fine", "order-1", {"n": "again"})
    assert outbox.relay() == 1
    assert carried == ["first"]
    assert outbox.relay() == 0


def test_a_message_of_a_rolled_back_transaction_never_leaves(
    carried: list[str],
) -> None:
    with transaction.atomic():
        outbox.post("test.fine", "order-2", {"n": "ghost"})
        transaction.set_rollback(True)
    assert outbox.relay() == 0
    assert carried == []


def test_a_failing_message_waits_longer_each_time_and_is_given_up_at_last(
    carried: list[str],
) -> None:
    outbox.post("test.broken", "order-3")
    moment = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    for _ in range(outbox.MOST_ATTEMPTS):
        with time_machine.travel(moment, tick=False):
            assert outbox.relay() == 0
        moment += dt.timedelta(hours=2)
    row = Outbox.objects.get()
    assert row.state == Outbox.State.DEAD
    assert "order-3" in row.last_error


def test_staff_can_replay_a_message_that_was_given_up(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Outbox.objects.create(
        topic="test.fine", key="k", payload={"n": "late"}, state=Outbox.State.DEAD
    )
    outbox.replay(row)
    assert outbox.relay() == 1
    assert carried == ["late"]


def test_later_messages_of_a_key_wait_for_the_earlier(carried: list[str]) -> None:
    outbox.post("test.broken", "order-4")
    outbox.post("test.fine", "order-4", {"n": "second"})
    outbox.post("test.fine", "order-5", {"n": "other"})
    outbox.relay()
    assert carried == ["other"]


def test_a_claimed_message_is_not_claimed_again_until_its_lease_ends(
    carried: list[str],
) -> None:
    outbox.post("test.fine", "order-6", {"n": "x"})
    assert len(outbox.claim()) == 1
    assert outbox.claim() == []
    later = dt.datetime.now(tz=dt.UTC) + outbox.LEASE + dt.timedelta(seconds=1)
    with time_machine.travel(later):
        assert len(outbox.claim()) == 1


def test_what_somebody_waits_for_is_carried_before_older_letters(
    carried: list[str], urgent: str
) -> None:
    outbox.post("test.fine", "letter-1", {"n": "letter"})
    outbox.post(urgent, "sale-1", {"n": "sale"})
    outbox.relay()
    assert carried == ["sale", "letter"]


def test_the_urgent_relay_leaves_everything_else_alone(
    carried: list[str], urgent: str
) -> None:
    outbox.post("test.fine", "letter-2", {"n": "letter"})
    outbox.post(urgent, "sale-2", {"n": "sale"})
    assert outbox.relay(only_urgent=True) == 1
    assert carried == ["sale"]
    assert Outbox.objects.get(state=Outbox.State.WAITING).claimed_until is None


def test_an_urgent_message_waits_for_an_earlier_one_of_its_key(
    carried: list[str], urgent: str
) -> None:
    outbox.post("test.fine", "order-7", {"n": "first"})
    outbox.post(urgent, "order-7", {"n": "second"})
    assert outbox.relay(only_urgent=True) == 0
    outbox.relay()
    assert carried == ["first", "second"]


def test_an_urgent_hint_goes_to_a_worker_that_does_nothing_else(
    urgent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints: list[str] = []
    monkeypatch.setattr(outbox, "enqueue_on_commit", hints.append)
    outbox.post(urgent, "sale-3", {"n": "sale"})
    outbox.post("test.fine", "letter-3", {"n": "letter"})
    assert hints == [outbox.URGENT_TASK, outbox.RELAY_TASK]
    routes = [current_app.amqp.router.route({}, task)["queue"].name for task in hints]
    assert routes == ["urgent", "default"]


@pytest.mark.parametrize(
    "topic", [attribution.TOPIC, offers.TOPIC, withdrawn_goods.TOPIC, REVERSAL_TOPIC]
)
def test_what_a_screen_shows_live_is_urgent(topic: str) -> None:
    assert topic in outbox._urgent


def test_the_sandbox_keeps_its_tables_out_of_the_shop_database() -> None:
    names = connection.introspection.table_names()
    assert "orders_payment" in names
    assert "orders_sandboxcharge" not in names
