"""What balancers, monitors and Prometheus are told, and what shoppers see then."""

import datetime as dt
from collections.abc import Callable
from unittest.mock import patch

import pytest
import redis
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from catalog.models import Reservation
from shopfront.common import clock, heartbeat
from shopfront.models import Outbox
from shopfront.services import outbox
from shopfront.tasks import relay_outbox_task, relay_urgent_task
from tests.factories import make_variant

STOPPED = time_machine.travel(dt.datetime(2030, 1, 1, tzinfo=dt.UTC), tick=False)
pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def client_that_sees_faults() -> Client:
    """Return a client that gets the page of a fault instead of the fault."""
    return Client(raise_request_exception=False)


def broken(fault: Exception) -> Callable[..., object]:
    """Return a function that always meets a fault."""

    def fail(*args: object, **kwargs: object) -> object:
        raise fault

    return fail


def test_healthz_answers_without_the_engines(client: Client) -> None:
    with patch.object(cache, "get", broken(redis.ConnectionError("away"))):
        assert client.get("/healthz").content == b"ok"


def test_readyz_names_each_part(client: Client, settings: Settings) -> None:
    settings.MEDIA_BASE_URL = NOBODY_LISTENS
    heartbeat.leave_sign("worker")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {
            "database": "ok",
            "valkey": "ok",
            "worker": "ok",
            "urgent": "no sign of life",
            "beat": "no sign of life",
            "outbox": "ok",
            "media": "no answer: URLError",
        },
    }


def test_each_worker_signs_by_the_work_that_beat_gives_it(
    client: Client, settings: Settings
) -> None:
    settings.MEDIA_BASE_URL = NOBODY_LISTENS
    relay_urgent_task()
    parts = client.get("/readyz").json()["parts"]
    assert (parts["urgent"], parts["worker"]) == ("ok", "no sign of life")
    relay_outbox_task()
    assert client.get("/readyz").json()["parts"]["worker"] == "ok"
    assert 'process="urgent"' in client.get("/metrics").text


def test_readyz_for_monitors_fails_with_any_part(
    client: Client, settings: Settings
) -> None:
    settings.MEDIA_BASE_URL = NOBODY_LISTENS
    assert client.get("/readyz?all=1").status_code == 503


def test_readyz_fails_without_valkey(client: Client, settings: Settings) -> None:
    settings.MEDIA_BASE_URL = NOBODY_LISTENS
    with patch.object(cache, "get", broken(redis.ConnectionError("away"))):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["valkey"] == "no answer: ConnectionError"


@STOPPED
def test_a_silent_process_is_told(client: Client, settings: Settings) -> None:
    settings.MEDIA_BASE_URL = NOBODY_LISTENS
    heartbeat.leave_sign("beat")
    settings.CLOCK_SHIFT = dt.timedelta(seconds=90)
    assert client.get("/readyz").json()["parts"]["beat"] == "silent for 90 s"


@STOPPED
def test_metrics_tell_the_backlog_of_the_outbox(client: Client) -> None:
    outbox.post("test.topic", "one")
    Outbox.objects.update(created_at=clock.now() - dt.timedelta(seconds=30))
    text = client.get("/metrics").content.decode()
    assert "shopfront_outbox_waiting 1.0" in text
    assert "shopfront_outbox_age_seconds 30." in text
    assert "shopfront_scrape_faults 0.0" in text


def test_metrics_tell_holds_and_payments(client: Client) -> None:
    variant = make_variant(stock=5)
    Reservation.objects.create(
        public_id="held",
        variant=variant,
        quantity=2,
        holder="browser:one",
        expires_at=clock.now() - dt.timedelta(seconds=1),
    )
    text = client.get("/metrics").content.decode()
    assert "shopfront_holds 1.0" in text
    assert "shopfront_held_pieces 2.0" in text
    assert "shopfront_overdue_holds 1.0" in text
    assert 'shopfront_payments{state="paid"} 0.0' in text


def test_metrics_leave_out_what_cannot_be_counted(client: Client) -> None:
    with patch.object(outbox, "measure", broken(OperationalError("away"))):
        text = client.get("/metrics").content.decode()
    assert "shopfront_outbox_waiting" not in text
    assert "shopfront_scrape_faults 1.0" in text


def test_metrics_of_production_need_their_token(
    client: Client, settings: Settings
) -> None:
    settings.DEMO = False
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "known to Prometheus"
    assert client.get("/metrics").status_code == 404
    known = {"Authorization": "Bearer known to Prometheus"}
    assert client.get("/metrics", headers=known).status_code == 200


@pytest.mark.parametrize(
    "fault", [OperationalError("away"), redis.ConnectionError("away")]
)
def test_an_engine_away_gives_an_apology_that_tries_again(
    client_that_sees_faults: Client, fault: Exception
) -> None:
    with patch("shopfront.views.health.generate_latest", broken(fault)):
        answer = client_that_sees_faults.get("/metrics")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Back in a moment" in answer.content.decode()


def test_a_bug_gives_a_plain_apology(client_that_sees_faults: Client) -> None:
    with patch("shopfront.views.health.generate_latest", broken(ZeroDivisionError())):
        answer = client_that_sees_faults.get("/metrics")
    assert answer.status_code == 500
    assert "Sorry" in answer.content.decode()
