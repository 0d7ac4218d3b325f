"""The outbox carries every message at least once, in order per key."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django_celery_beat.schedulers import ModelEntry

from catalog.services import product_reports
from livestreams.services import (
    attribution,
    goods_alerts,
    help_calls,
    offers,
    shieldings,
    withdrawn_goods,
)
from orders.services.refunding import REVERSAL_TOPIC
from shopfront.beat import EVERYWHERE
from shopfront.common import clock
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


class KilledError(BaseException):
    """The process is dead: it says nothing more to the database."""


@pytest.fixture
def killed_by(carried: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Kill whoever carries one of two topics while its name stands for True."""
    kills: dict[str, bool] = {}
    monkeypatch.setattr(outbox, "_carriers", dict(outbox._carriers))
    monkeypatch.setattr(outbox, "_urgent", set(outbox._urgent))

    def carry(row: Outbox) -> None:
        if kills.get(row.topic):
            raise KilledError
        carried.append(row.payload["n"])

    for topic in ("test.letter", "test.urgent"):
        outbox.register(topic, carry, is_urgent=topic == "test.urgent")
    return kills


def relay_later(wait: dt.timedelta) -> int:
    """Let another process relay some time from now."""
    with time_machine.travel(clock.now() + wait, tick=False):
        return outbox.relay()


@pytest.mark.parametrize(
    ("topic", "lease"),
    [("test.urgent", outbox.SHORT_LEASE), ("test.letter", outbox.LEASE)],
)
def test_another_takes_over_what_a_killed_process_carried(
    topic: str, lease: dt.timedelta, carried: list[str], killed_by: dict[str, bool]
) -> None:
    outbox.post(topic, "order-8", {"n": "news"})
    outbox.post("test.fine", "order-8", {"n": "what follows"})
    killed_by[topic] = True
    with pytest.raises(KilledError):
        outbox.relay()
    killed_by[topic] = False
    assert relay_later(lease - dt.timedelta(seconds=1)) == 0
    assert relay_later(lease + dt.timedelta(seconds=1)) == 2
    assert carried == ["news", "what follows"]


def test_news_on_air_is_late_by_seconds_after_a_kill() -> None:
    every = {name: seconds for name, task, seconds in EVERYWHERE if "relay" in task}
    assert every == {"relay-outbox": 5.0, "relay-urgent": 5.0}
    assert dt.timedelta(seconds=5) >= outbox.SHORT_LEASE


def test_what_a_killed_process_had_not_begun_waits_for_seconds_only(
    carried: list[str], killed_by: dict[str, bool]
) -> None:
    for number in range(3):
        outbox.post("test.letter", f"letter-{number}", {"n": str(number)})
    killed_by["test.letter"] = True
    with pytest.raises(KilledError):
        outbox.relay()
    killed_by["test.letter"] = False
    assert relay_later(outbox.SHORT_LEASE + dt.timedelta(seconds=1)) == 2
    assert carried == ["1", "2"]
    assert relay_later(outbox.LEASE + dt.timedelta(seconds=1)) == 1


@pytest.fixture
def slow(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dt.timedelta, bool], list[int]]]:
    """Give a relay whose first carrying takes long while another relay works.

    It tells two topics' messages, fails at the end of the first if it shall, and
    returns how many messages each of the two relays carried.
    """
    monkeypatch.setattr(outbox, "_carriers", dict(outbox._carriers))
    monkeypatch.setattr(outbox, "_urgent", set(outbox._urgent))
    counts: list[int] = []
    with time_machine.travel(clock.now(), tick=False) as machine:

        def run(long: dt.timedelta, is_failing: bool) -> list[int]:
            def carry(row: Outbox) -> None:
                carried.append(row.payload["n"])
                if len(carried) > 1:
                    return
                machine.shift(long)
                counts.append(outbox.relay())
                if is_failing:
                    raise RuntimeError(row.key)

            outbox.register("test.urgent", carry, is_urgent=True)
            outbox.register("test.letter", carry)
            counts.insert(0, outbox.relay())
            return counts

        yield run


def test_what_waits_behind_a_slow_message_is_carried_by_another_and_once(
    carried: list[str], slow: Callable[[dt.timedelta, bool], list[int]]
) -> None:
    for number in range(4):
        outbox.post("test.letter", f"letter-{number}", {"n": str(number)})
    outbox.post("test.letter", "letter-1", {"n": "never written"})
    outbox.post("test.fine", "letter-1", {"n": "after 1"})
    assert slow(outbox.SHORT_LEASE * 2, False) == [1, 4]
    assert carried == ["0", "1", "2", "3", "after 1"]


def test_without_asking_anew_it_is_carried_twice(
    carried: list[str],
    slow: Callable[[dt.timedelta, bool], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""
    monkeypatch.setattr(outbox, "_begin", lambda _row: True)
    for number in range(2):
        outbox.post("test.letter", f"letter-{number}", {"n": str(number)})
    slow(outbox.SHORT_LEASE * 2, False)
    assert carried.count("1") == 2


def test_who_fails_after_its_lease_leaves_alone_what_another_has_told(
    carried: list[str], slow: Callable[[dt.timedelta, bool], list[int]]
) -> None:
    outbox.post("test.urgent", "sale-4", {"n": "news"})
    assert slow(outbox.SHORT_LEASE * 2, True) == [0, 1]
    assert carried == ["news", "news"]
    row = Outbox.objects.get()
    assert (row.state, row.attempts) == (Outbox.State.DONE, 0)


def test_without_its_lease_in_mind_it_puts_told_news_back(
    carried: list[str],
    slow: Callable[[dt.timedelta, bool], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""
    monkeypatch.setattr(outbox, "_held", lambda row: Outbox.objects.filter(pk=row.pk))
    outbox.post("test.urgent", "sale-5", {"n": "news"})
    slow(outbox.SHORT_LEASE * 2, True)
    assert Outbox.objects.get().state == Outbox.State.WAITING


def test_who_is_slow_within_its_lease_is_not_disturbed(
    carried: list[str], slow: Callable[[dt.timedelta, bool], list[int]]
) -> None:
    outbox.post("test.letter", "letter-9", {"n": "letter"})
    assert slow(outbox.LEASE - dt.timedelta(seconds=1), False) == [1, 0]
    assert carried == ["letter"]


def test_what_somebody_waits_for_is_carried_before_older_letters(
    carried: list[str], urgent: str
) -> None:
    outbox.post("test.fine", "letter-1", {"n": "letter"})
    outbox.post(urgent, "sale-1", {"n": "sale"})
    outbox.relay()
    assert carried == ["sale", "letter"]


def test_a_letter_of_danger_waits_behind_no_receipts(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_first", set(outbox._first))
    outbox.register(
        "test.danger", lambda row: carried.append(row.payload["n"]), goes_first=True
    )
    for number in range(60):
        outbox.post("test.fine", f"receipt-{number}", {"n": "receipt"})
    outbox.post("test.danger", "case-1", {"n": "danger"})
    assert outbox.relay() == 61
    assert carried[0] == "danger"


@pytest.mark.parametrize(
    "topic",
    [
        help_calls.TOPIC,
        shieldings.DANGER_TOPIC,
        goods_alerts.TOPIC,
        goods_alerts.ALERT_TOPIC,
        product_reports.DANGER_TOPIC,
    ],
)
def test_who_is_called_at_once_is_written_to_first(topic: str) -> None:
    assert topic in outbox._first


def test_jobs_that_nobody_took_in_time_are_not_run_later() -> None:
    for name, job in settings.CELERY_BEAT_SCHEDULE.items():
        kept = ModelEntry.from_entry(name, app=current_app, **job).model
        assert kept.expire_seconds == max(60, job["schedule"])


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
