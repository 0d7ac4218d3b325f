"""Beside the words: votes, reports, decisions and appeals in one's own file."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from livestreams.models import Livestream, ModerationAction, Report
from livestreams.services import (
    appeals,
    chat,
    polls,
    questions,
    removals,
    reporter_appeals,
    reports,
)
from livestreams.services.erasure import erase_chat
from livestreams.services.moderation import decide_report
from shopfront.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def draft(show: Livestream, person: User, text: str) -> chat.NewMessage:
    return chat.NewMessage(
        livestream=show.public_id, person=person.public_id, badges=(), text=text
    )


def act_as(person: User, show: Livestream, other: User, text: str) -> None:
    """Vote, report, ask, be removed, appeal and lose a line to a phrase."""
    host, staff = show.creator.user, make_user(is_staff=True)
    poll = polls.open_poll(show, question="Which?", options=["Oak", "Ash"], by=host)
    polls.cast_vote(poll, person, 1)
    polls.close_poll(poll)
    foreign = chat.post_message(draft(show, other, f"foreign words {text}"))
    report = reports.report_message(foreign, reporter=person, reason="spam")
    decide_report(report, Report.State.DISMISSED, by=staff, reason="Fine")
    reporter_appeals.appeal_report(report, text="It is")
    asked = questions.ask_question(draft(show, person, f"oak {text}?"))
    questions.answer_in_writing(asked, by=host, answer="Solid oak.")
    chat.remove_message(
        chat.post_message(draft(show, person, f"mine {text}")), by=host, reason="Rude"
    )
    appeal = appeals.open_appeal(
        ModerationAction.objects.filter(person=person).latest("pk"),
        person=person,
        text="It was not",
    )
    appeals.refuse_appeal(appeal, by=staff, answer="It was")
    chat.post_message(draft(show, person, f"golden {text}"))
    chat.post_message(draft(show, other, f"golden foreign {text}"))
    removals.remove_phrase(show, f"{text}", by=host)


def read_file(client: Client, person: User) -> dict[str, Any]:
    client.force_login(person)
    told: dict[str, Any] = client.get("/accounts/chat/chat.json").json()
    return told


def test_the_file_holds_what_a_person_did_and_met_and_nobody_elses(
    client: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    act_as(shopper, show, stranger, "maple")
    told = read_file(client, shopper)
    assert "foreign" not in str(told)
    assert stranger.email not in str(told)
    (vote,) = told["votes"]
    assert (vote["question"], vote["choice"]) == ("Which?", "Ash")
    (report,) = told["reports"]
    assert report["receipt"] == Report.objects.get().public_id
    assert (report["state"], report["answer"]) == ("dismissed", "Fine")
    assert (report["appeal"]["text"], report["appeal"]["state"]) == ("It is", "open")
    removed, phrase = told["decisions"]
    assert (removed["kind"], removed["reason"]) == ("remove", "Rude")
    assert removed["texts"] == ["mine maple"]
    (appeal,) = removed["appeals"]
    assert (appeal["text"], appeal["state"]) == ("It was not", "refused")
    assert appeal["answer"] == "It was"
    assert (phrase["kind"], phrase["texts"]) == ("phrase", ["golden maple"])
    answers = [one["answer"] for one in told["messages"] if one["answer"]]
    assert answers == ["Solid oak."]
    other = read_file(client, stranger)
    assert (other["votes"], other["reports"]) == ([], [])
    assert "mine maple" not in str(other)
    assert "It was not" not in str(other)


def test_the_page_offers_the_file_to_who_only_voted_and_forgets_the_vote(
    client: Client, show: Livestream, shopper: User
) -> None:
    client.force_login(shopper)
    assert "chat.json" not in client.get("/accounts/chat/").text
    poll = polls.open_poll(
        show, question="Which?", options=["Oak", "Ash"], by=show.creator.user
    )
    polls.cast_vote(poll, shopper, 1)
    page = client.get("/accounts/chat/").text
    assert "chat.json" in page
    assert "/accounts/chat/erase/" in page
    erase_chat(shopper, by=shopper)
    assert read_file(client, shopper)["votes"][0]["erasure_asked_at"]
    polls.close_poll(poll)
    assert read_file(client, shopper)["votes"] == []
    assert "chat.json" not in client.get("/accounts/chat/").text


def test_the_file_costs_the_same_whatever_is_in_it(
    client: Client, show: Livestream, stranger: User
) -> None:
    counts = []
    for texts in (["maple"], ["birch", "walnut", "cherry"]):
        person = make_user()
        for text in texts:
            act_as(person, show, stranger, text)
        client.force_login(person)
        with CaptureQueriesContext(connection) as seen:
            told = client.get("/accounts/chat/chat.json").json()
        assert len(told["decisions"]) == 2 * len(texts)
        counts.append(len(seen))
    assert counts[0] == counts[1]
