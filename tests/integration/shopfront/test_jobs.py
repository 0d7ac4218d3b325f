"""Jobs: a queued task is a hint, so a lost one harms nobody."""

import pytest
from celery import current_app
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
