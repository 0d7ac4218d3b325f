"""Races of polls: one opens, and a vote is counted in the result or refused."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from creators.models import Creator
from livestreams.errors.asking import PollAlreadyOpen, PollOver
from livestreams.models import Livestream, Poll
from livestreams.services import polls
from shopfront.models import User
from tests.factories import make_livestream, make_user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
THREADS = 4
ONE_OPEN = "livestreams_poll_one_open"


def at_once(*works: Callable[[], object]) -> None:
    start = threading.Barrier(len(works))

    def carry_out(work: Callable[[], object]) -> None:
        start.wait(timeout=30)
        work()
        connection.close()

    threads = [threading.Thread(target=carry_out, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


@pytest.fixture
def on_air(creator: Creator) -> Livestream:
    """Make a show on air, without its room's first event."""
    return make_livestream(creator=creator, state=Livestream.State.LIVE)


def open_together(show: Livestream, host: User) -> int:
    refused: list[PollAlreadyOpen] = []

    def open_one() -> None:
        try:
            polls.open_poll(show, question="Which?", options=["A", "B"], by=host)
        except PollAlreadyOpen as error:
            refused.append(error)

    at_once(*[open_one] * THREADS)
    return len(refused)


def test_one_of_many_openings_stands(on_air: Livestream, creator: Creator) -> None:
    assert open_together(on_air, creator.user) == THREADS - 1
    assert Poll.objects.filter(livestream=on_air, closed_at=None).count() == 1


def test_without_the_constraint_all_of_them_open(
    on_air: Livestream, creator: Creator
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [ONE_OPEN]
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {ONE_OPEN}")
        try:
            assert open_together(on_air, creator.user) == 0
            assert Poll.objects.filter(livestream=on_air).count() == THREADS
        finally:
            Poll.objects.all().delete()
            cursor.execute(definition)


def test_a_vote_beside_the_close_is_in_the_result_or_refused(
    on_air: Livestream, creator: Creator
) -> None:
    poll = polls.open_poll(
        on_air, question="Which?", options=["A", "B"], by=creator.user
    )
    taken: list[int] = []

    def vote_as(voter: User) -> Callable[[], None]:
        def vote() -> None:
            try:
                polls.cast_vote(poll, voter, 1)
            except PollOver:
                return
            taken.append(voter.pk)

        return vote

    votes = [vote_as(make_user()) for _ in range(THREADS)]
    at_once(*votes, lambda: polls.close_poll(poll))
    poll.refresh_from_db()
    assert poll.votes == [0, len(taken)]
