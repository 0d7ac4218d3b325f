"""Jobs: a queued task is a hint, so a lost one harms nobody."""

import time

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from shopfront.common.jobs import enqueue_on_commit


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_never_fails_what_was_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", refuse)
    with transaction.atomic():
        enqueue_on_commit("shopfront.relay_outbox_task")


def test_a_broker_that_is_away_holds_nobody_up() -> None:
    nowhere = "redis+socket:///nowhere/valkey?virtual_host=0"
    app = Celery("away", broker=nowhere, set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    started = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task("shopfront.relay_outbox_task", retry=False)
    assert time.monotonic() - started < 2
