"""Questions and polls in the studio: who may do what, and what it does."""

import pytest
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from livestreams.models import CoHost, Livestream, Poll, Question
from livestreams.selectors.questions import read_studio_questions
from livestreams.services.polls import cast_vote
from livestreams.services.questions import dismiss_question
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_user
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
State = Question.State


@pytest.fixture
def show(stall: Stall) -> Livestream:
    """Put the stall's show on air."""
    stall.show.state, stall.show.started_at = Livestream.State.LIVE, clock.now()
    stall.show.save()
    return stall.show


@pytest.fixture
def question(show: Livestream, shopper: User) -> Question:
    """Make a question that waits."""
    return Question.objects.create(
        livestream=show, asker=shopper, asker_name="Sam", text="Is it oak?"
    )


@pytest.fixture
def host(client: Client, creator: Creator) -> Client:
    """Be signed in as the host."""
    client.force_login(creator.user)
    return client


def press(client: Client, show: Livestream, name: str, **facts: object) -> str:
    kind = "studio-act" if name.startswith("poll") else "studio-duty"
    address = reverse(f"creators:{kind}", args=[show.public_id, name])
    response = client.post(address, facts, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def decide(client: Client, question: Question, act: str, **facts: str) -> str:
    show = question.livestream
    page = press(
        client, show, "question", question=question.public_id, act=act, **facts
    )
    question.refresh_from_db()
    return page


def test_the_host_pins_answers_and_dismisses(host: Client, question: Question) -> None:
    assert "On screen" in decide(host, question, "pin")
    decide(host, question, "unpin")
    assert not question.is_pinned
    assert "Write something first" in decide(host, question, "answer", answer=" ")
    assert "For the moderators" in decide(host, question, "hand")
    decide(host, question, "answer", answer="Oak.")
    assert (question.state, question.answer) == (State.ANSWERED, "Oak.")
    decide(host, question, "dismiss")
    assert question.state == State.DISMISSED
    assert "decided already" in decide(host, question, "aloud")


def test_a_moderator_lets_in_what_was_held_and_answers_it(
    client: Client, question: Question
) -> None:
    Question.objects.update(state=State.HELD, why="a word on the list")
    moderator = make_user(email="moderator@people.example")
    CoHost.objects.create(
        livestream=question.livestream, user=moderator, duty=CoHost.Duty.MODERATOR
    )
    client.force_login(moderator)
    decide(client, question, "allow")
    assert question.state == State.OPEN
    decide(client, question, "aloud")
    assert question.state == State.ANSWERED


def test_a_moderator_dismisses_with_a_reason_and_takes_it_back(
    client: Client, question: Question, shopper: User, stranger: User
) -> None:
    moderator = make_user(email="moderator@people.example")
    CoHost.objects.create(
        livestream=question.livestream, user=moderator, duty=CoHost.Duty.MODERATOR
    )
    client.force_login(moderator)
    assert "undone already" in decide(client, question, "undo")
    page = decide(client, question, "dismiss", category="spam")
    assert f'id="ask-undo-{question.public_id}"' in page
    client.force_login(shopper)
    page = client.get(reverse("livestreams:decisions")).text
    assert "Question dismissed" in page
    assert "Spam or advertising. The host does not take this question." in page
    address = reverse(
        "creators:studio-duty", args=[question.livestream.public_id, "question"]
    )
    facts = {"question": question.public_id, "act": "undo"}
    for other in (shopper, stranger):
        client.force_login(other)
        assert client.post(address, facts).status_code == 404
    client.force_login(moderator)
    page = decide(client, question, "undo")
    assert question.state == State.OPEN
    assert f'id="ask-undo-{question.public_id}"' not in page


def test_the_list_of_dismissed_questions_costs_two_queries(
    show: Livestream, creator: Creator, django_assert_num_queries: "object"
) -> None:
    for number in range(4):
        row = Question.objects.create(
            livestream=show, asker=make_user(), asker_name="Sam", text=f"Oak {number}?"
        )
        dismiss_question(row, by=creator.user, reason="No time")
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(read_studio_questions(show).dismissed) == 4


def test_a_question_or_act_that_is_not_there_changes_nothing(
    host: Client, question: Question
) -> None:
    assert "cannot find this question" in decide(host, question, "shout")
    page = press(host, question.livestream, "question", question="none", act="pin")
    assert "cannot find this question" in page


def test_the_host_opens_a_poll_sees_its_sums_and_closes_it(
    host: Client, show: Livestream, shopper: User
) -> None:
    options = ["Red", "Blue", "", ""]
    page = press(host, show, "poll-open", question="Which first?", option=options)
    assert "Close the poll" in page
    poll = Poll.objects.get()
    assert poll.options == ["Red", "Blue"]
    cast_vote(poll, shopper, 1)
    page = press(host, show, "poll-close", poll=poll.public_id)
    assert "100 %" in page
    assert "Open the poll" in page
    poll.refresh_from_db()
    assert poll.votes == [0, 1]
    assert "cannot find this poll" in press(host, show, "poll-close", poll="none")
    assert "two to five" in press(host, show, "poll-open", question="Which?")
