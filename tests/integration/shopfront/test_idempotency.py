"""One attempt has one effect and one answer."""

import threading
from typing import Any

import pytest
from django.db import connections

from shopfront.common import clock
from shopfront.common.errors import Conflict
from shopfront.models import IdempotencyKey
from shopfront.services.idempotency import (
    LEASE,
    AttemptInFlight,
    KeyReused,
    run_once,
)


def attempt(effects: list[int], **changes: Any) -> dict[str, Any]:
    def act() -> dict[str, Any]:
        effects.append(1)
        return {"order": "abc"}

    facts: dict[str, Any] = {
        "actor": "account:1",
        "operation": "orders.pay",
        "key": "k1",
        "request": {"total": 1200},
        "act": act,
    }
    return run_once(**{**facts, **changes})


@pytest.mark.django_db
def test_the_second_attempt_gets_the_stored_answer() -> None:
    effects: list[int] = []
    assert attempt(effects) == attempt(effects) == {"order": "abc"}
    assert effects == [1]


@pytest.mark.django_db
def test_the_same_key_for_something_else_is_refused() -> None:
    effects: list[int] = []
    attempt(effects)
    with pytest.raises(KeyReused):
        attempt(effects, request={"total": 1})
    assert effects == [1]


@pytest.mark.django_db
def test_an_attempt_without_an_answer_yet_asks_to_wait() -> None:
    effects: list[int] = []
    attempt(effects)
    IdempotencyKey.objects.update(answer=None)
    with pytest.raises(AttemptInFlight):
        attempt(effects)


@pytest.mark.django_db
def test_an_attempt_whose_process_was_killed_may_be_made_after_a_minute() -> None:
    effects: list[int] = []
    attempt(effects)
    began = clock.now() - LEASE
    IdempotencyKey.objects.update(answer=None, created_at=began)
    with pytest.raises(KeyReused):
        attempt(effects, request={"total": 1})
    assert attempt(effects) == {"order": "abc"}
    assert effects == [1, 1]
    assert attempt(effects) == {"order": "abc"}
    assert effects == [1, 1]


@pytest.mark.django_db
def test_an_attempt_that_failed_may_be_made_again() -> None:
    def fail() -> dict[str, Any]:
        raise Conflict("no")

    effects: list[int] = []
    with pytest.raises(Conflict):
        attempt(effects, act=fail)
    assert attempt(effects) == {"order": "abc"}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_instant_have_one_effect() -> None:
    effects: list[int] = []
    gate = threading.Barrier(8)
    answers: list[object] = []

    def run() -> None:
        try:
            gate.wait()
            answers.append(attempt(effects))
        except AttemptInFlight as error:
            answers.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert effects == [1]
