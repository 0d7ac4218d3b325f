"""Who reported a message or a show that stands appeals; somebody else answers (S5)."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from livestreams.errors.moderation import AppealDecided, AppealEmpty, OwnDecision
from livestreams.errors.reports import (
    ReportAppealedBefore,
    ReportAppealTooLate,
    ReportNotDismissed,
)
from livestreams.models import ChatMessage, Livestream, Report, ReporterAppeal
from livestreams.selectors.desk import count_room_work
from livestreams.services import chat, moderation, reporter_appeals, reports
from livestreams.tasks import remind_appeals_task
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.models.appeals import APPEALED_WITHIN
from shopfront.services import outbox
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(show: Livestream, shopper: User) -> ChatMessage:
    """Make a line of chat."""
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="Buy at my shop",
        )
    )


@pytest.fixture
def told_no(line: ChatMessage, stranger: User, staff: User) -> Report:
    """Have a report of the line answered with no."""
    report = reports.report_message(line, reporter=stranger, reason="spam")
    stands = Report.State.DISMISSED
    moderation.decide_report(report, stands, by=staff, reason="It is a joke.")
    report.refresh_from_db()
    return report


def read_link() -> str:
    """Return the path in the newest letter."""
    outbox.relay()
    found = re.search(
        r"https?://[^/]+(/reports/decided/\S+)", str(mail.outbox[-1].body)
    )
    assert found
    return found[1]


def test_the_letter_leads_to_an_appeal_that_another_grants(
    client: Client, told_no: Report, line: ChatMessage, stranger: User
) -> None:
    there = read_link()
    assert mail.outbox[-1].to == [stranger.email]
    page = client.get(there).content.decode()
    for said in ("It is a joke.", "Send appeal", "Going to court is open to you too."):
        assert said in page
    sent = {"text": "They wrote it twelve times."}
    page = client.post(f"{there}appeal/", sent, follow=True).content.decode()
    assert "Somebody else looks at it within 7 days and writes to you." in page
    assert "They wrote it twelve times." in page
    assert "Send appeal" not in page
    assert count_room_work().report_appeals == 1
    other = make_user(is_staff=True)
    appeal = ReporterAppeal.objects.get()
    reporter_appeals.grant_appeal(appeal, by=other, answer="Twelve times indeed.")
    line.refresh_from_db()
    told_no.refresh_from_db()
    assert (line.state, told_no.state) == ("removed", Report.State.UPHELD)
    outbox.relay()
    letters = [one for one in mail.outbox if one.to == [stranger.email]]
    assert "Twelve times indeed." in letters[-1].body
    assert Audit.objects.filter(action="livestreams.report_appeal_granted").count() == 1
    assert count_room_work().report_appeals == 0


def test_a_show_that_was_let_stand_is_looked_at_again_too(
    client: Client, show: Livestream, stranger: User, staff: User
) -> None:
    report = reports.report_livestream(show, reporter=stranger, reason="fraud")
    stands = Report.State.DISMISSED
    moderation.decide_report(report, stands, by=staff, reason="It is oak.")
    client.post(f"{read_link()}appeal/", {"text": "It is pine."})
    appeal = ReporterAppeal.objects.get()
    other = make_user(is_staff=True)
    reporter_appeals.refuse_appeal(appeal, by=other, answer="A joiner says oak.")
    outbox.relay()
    assert "the decision stands" in mail.outbox[-1].body
    assert "A joiner says oak." in mail.outbox[-1].body
    report.refresh_from_db()
    assert report.state == stands


def test_who_decided_wrote_hosts_or_appeals_does_not_answer(
    told_no: Report, line: ChatMessage, staff: User, stranger: User
) -> None:
    appeal = reporter_appeals.appeal_report(told_no, text="Look again.")
    host = line.livestream.creator.user
    for person in (staff, stranger, line.author, host):
        for act in (reporter_appeals.grant_appeal, reporter_appeals.refuse_appeal):
            with pytest.raises(OwnDecision):
                act(appeal, by=person, answer="Mine")
    other = make_user()
    reporter_appeals.refuse_appeal(appeal, by=other, answer="No")
    with pytest.raises(AppealDecided):
        reporter_appeals.grant_appeal(appeal, by=make_user(), answer="Yes")
    line.refresh_from_db()
    assert line.state == ChatMessage.State.VISIBLE


def test_one_appeal_in_time_against_a_refusal_only(
    told_no: Report, show: Livestream
) -> None:
    undecided = reports.report_livestream(show, reporter=make_user(), reason="fraud")
    with pytest.raises(ReportNotDismissed):
        reporter_appeals.appeal_report(undecided, text="Look again.")
    with pytest.raises(AppealEmpty):
        reporter_appeals.appeal_report(told_no, text=" \x00 ")
    late = clock.now() + APPEALED_WITHIN + dt.timedelta(minutes=1)
    with time_machine.travel(late), pytest.raises(ReportAppealTooLate):
        reporter_appeals.appeal_report(told_no, text="Look again.")
    reporter_appeals.appeal_report(told_no, text="Look again.")
    with pytest.raises(ReportAppealedBefore):
        reporter_appeals.appeal_report(told_no, text="And again.")


def test_only_the_reporter_finds_the_way(
    client: Client, told_no: Report, stranger: User, shopper: User
) -> None:
    there = read_link()
    assert client.get("/reports/decided/forged/").status_code == 404
    assert client.get(f"/reports/decided/{told_no.public_id}/").status_code == 404
    assert client.post("/reports/decided/forged/appeal/").status_code == 404
    own = f"/accounts/moderation/reports/{told_no.public_id}/"
    assert client.get(own)["Location"].startswith("/accounts/login/")
    client.force_login(shopper)
    assert client.get(own).status_code == 404
    client.force_login(stranger)
    assert own in client.get("/accounts/moderation/").content.decode()
    assert "Send appeal" in client.get(own, follow=True).content.decode()
    reporter_appeals.appeal_report(told_no, text="Look again.")
    assert own not in client.get("/accounts/moderation/").content.decode()
    stranger.is_active = False
    stranger.save()
    assert client.get(there).status_code == 404


def test_staff_are_reminded_of_it_in_time(told_no: Report, staff: User) -> None:
    reporter_appeals.appeal_report(told_no, text="Look again.")
    assert remind_appeals_task() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=5, minutes=1)):
        for _ in range(2):
            assert remind_appeals_task() == 1
        outbox.relay()
    due = [letter for letter in mail.outbox if "Look again." in letter.body]
    assert [letter.to for letter in due] == [[staff.email]]
