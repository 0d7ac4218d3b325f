"""Polls: one open, one vote per account, sums while it runs, the result kept."""

import orjson
import pytest

from creators.models import Creator
from livestreams.errors import ShowNotOnAir
from livestreams.errors.asking import (
    ChoiceUnknown,
    PollAlreadyOpen,
    PollIncomplete,
    PollOver,
)
from livestreams.models import Livestream, Poll, PollVote
from livestreams.selectors.polls import read_studio_polls, read_sums
from livestreams.selectors.room import list_events
from livestreams.services import polls
from livestreams.services.shows import end_livestream
from shopfront.models import User
from tests.factories import make_livestream
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll(show: Livestream, creator: Creator) -> Poll:
    """Open a poll of two options."""
    return polls.open_poll(
        show, question="Which first?", options=["Red", "Blue"], by=creator.user
    )


def sums(show: Livestream) -> list[int]:
    counted = read_sums([show.public_id])
    return list(orjson.loads(counted[show.public_id].body)["votes"]) if counted else []


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("", ["Red", "Blue"]),
        ("Which?", ["Red", "  "]),
        ("Which?", ["Red", "red"]),
        ("Which?", list("abcdef")),
        ("Which?", ["Red", "x" * 61]),
        ("x" * 141, ["Red", "Blue"]),
    ],
)
def test_a_poll_has_a_question_and_two_to_five_different_options(
    show: Livestream, creator: Creator, question: str, options: list[str]
) -> None:
    with pytest.raises(PollIncomplete):
        polls.open_poll(show, question=question, options=options, by=creator.user)


def test_polls_open_while_the_show_is_on_air(creator: Creator) -> None:
    with pytest.raises(ShowNotOnAir):
        polls.open_poll(
            make_livestream(creator=creator),
            question="Which?",
            options=["Red", "Blue"],
            by=creator.user,
        )


def test_one_poll_is_open_at_a_time(
    show: Livestream, creator: Creator, poll: Poll
) -> None:
    with pytest.raises(PollAlreadyOpen):
        polls.open_poll(show, question="And?", options=["A", "B"], by=creator.user)
    polls.close_poll(poll)
    polls.open_poll(show, question="And?", options=["A", "B"], by=creator.user)


def test_one_vote_per_account_changed_until_the_poll_closes(
    show: Livestream, shopper: User, stranger: User, poll: Poll
) -> None:
    for voter, choice in ((shopper, 0), (shopper, 0), (shopper, 1), (stranger, 1)):
        polls.cast_vote(poll, voter, choice)
    assert sums(show) == [0, 2]
    assert PollVote.objects.count() == 2
    polls.close_poll(poll)
    with pytest.raises(PollOver):
        polls.cast_vote(poll, shopper, 0)
    poll.refresh_from_db()
    assert poll.votes == [0, 2]


def test_an_option_that_is_not_there_takes_no_vote(shopper: User, poll: Poll) -> None:
    with pytest.raises(ChoiceUnknown):
        polls.cast_vote(poll, shopper, 2)
    assert not PollVote.objects.exists()


def test_the_version_of_the_sums_only_grows(
    show: Livestream, shopper: User, poll: Poll
) -> None:
    versions = []
    for choice in (0, 1, 1, 0):
        polls.cast_vote(poll, shopper, choice)
        versions.append(read_sums([show.public_id])[show.public_id].version)
    assert versions == [1, 2, 2, 3]


def test_a_closed_poll_is_told_with_its_result_and_closes_once(
    show: Livestream, shopper: User, poll: Poll, listen: Listen
) -> None:
    polls.cast_vote(poll, shopper, 1)
    with listen() as told:
        polls.close_poll(poll)
        polls.close_poll(poll)
    bodies = [orjson.loads(one.body) for one in told]
    assert [body["type"] for body in bodies] == ["poll.closed", "poll.counted"]
    assert [body["votes"] for body in bodies] == [[0, 1], [0, 1]]
    kinds = [
        orjson.loads(one.body)["type"] for one in list_events(show.public_id, after=1)
    ]
    assert kinds == ["poll.opened", "poll.closed"]


def test_the_end_of_the_show_closes_its_poll(
    show: Livestream, shopper: User, poll: Poll
) -> None:
    polls.cast_vote(poll, shopper, 0)
    end_livestream(show)
    (kept,) = read_studio_polls(show).closed
    assert [(one.text, one.votes, one.share) for one in kept.options] == [
        ("Red", 1, 100),
        ("Blue", 0, 0),
    ]


def test_sums_of_many_rooms_cost_the_same_queries(
    show: Livestream, poll: Poll, django_assert_num_queries: "object"
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        read_sums([show.public_id, "another"])
    polls.close_poll(poll)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert read_sums([show.public_id]) == {}
