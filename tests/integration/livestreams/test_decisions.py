"""What a person reads about themselves: decisions, appeals, reports of shows."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client

from creators.models import Creator
from livestreams.errors import OwnReport
from livestreams.models import (
    Appeal,
    HelpCall,
    Livestream,
    ModerationAction,
    Report,
    Sanction,
)
from livestreams.models.sayings import Saying, keep
from livestreams.services import (
    chat,
    help_calls,
    moderation,
    removals,
    reports,
    sanctions,
)
from livestreams.tasks import remind_appeals_task
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/accounts/moderation/"


@pytest.fixture
def mute(show: Livestream, creator: Creator, shopper: User) -> ModerationAction:
    """Make a mute of the shopper by the host."""
    sanctions.mute_person(show, shopper, by=creator.user, reason="Called names.")
    return ModerationAction.objects.get()


def test_the_page_says_who_decided_why_and_takes_one_appeal(
    client: Client, shopper: User, mute: ModerationAction
) -> None:
    client.force_login(shopper)
    page = client.get(PAGE).content.decode()
    for said in ("Muted", "Called names.", "Decided by Ada.", "Send appeal"):
        assert said in page
    address = f"{PAGE}{mute.public_id}/appeal/"
    answer = client.post(address, {"text": "It was a joke."}, follow=True)
    assert "It was a joke." in answer.content.decode()
    client.post(address, {"text": "Really."})
    assert Appeal.objects.get().text == "It was a joke."
    assert "Send appeal" not in client.get(PAGE).content.decode()


def test_strangers_neither_read_nor_appeal(
    client: Client, stranger: User, mute: ModerationAction
) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(stranger)
    assert "Called names." not in client.get(PAGE).content.decode()
    address = f"{PAGE}{mute.public_id}/appeal/"
    assert client.post(address, {"text": "Me too"}).status_code == 404


def test_staff_answer_an_appeal_and_the_page_says_so(
    client: Client, shopper: User, staff: User, mute: ModerationAction
) -> None:
    client.force_login(shopper)
    client.post(f"{PAGE}{mute.public_id}/appeal/", {"text": "It was a joke."})
    appeal = Appeal.objects.get()
    client.force_login(staff)
    figures = client.get("/admin/").context["figures"]
    assert ("Open appeals", "1") in [(row.name, row.value) for row in figures]
    client.post(
        "/admin/livestreams/appeal/",
        {
            "action": "grant",
            "_selected_action": [appeal.pk],
            "decided": "1",
            "reason": "A joke indeed.",
        },
    )
    client.force_login(shopper)
    page = client.get(PAGE).content.decode()
    assert "A joke indeed." in page
    assert "Undone" in page


def test_what_a_rule_did_is_appealed_and_staff_are_reminded_before_it_is_due(
    client: Client, show: Livestream, shopper: User, staff: User
) -> None:
    reason = keep(Saying.MUTED_DAY, count=3)
    sanctions.mute_person(show, shopper, by=None, reason=reason)
    action = ModerationAction.objects.get()
    client.force_login(shopper)
    assert "A rule decided, no person." in client.get(PAGE).content.decode()
    client.post(f"{PAGE}{action.public_id}/appeal/", {"text": "It was a song."})
    assert "at the latest" in client.get(PAGE).content.decode()
    appeal = Appeal.objects.get()
    assert appeal.due_at == appeal.created_at + dt.timedelta(days=7)
    assert remind_appeals_task() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=5, hours=1), tick=False):
        assert remind_appeals_task() == remind_appeals_task() == 1
        outbox.relay()
        (letter,) = mail.outbox
        assert letter.to == [staff.email]
        assert "It was a song." in letter.body
        removals.grant_appeal(appeal, by=staff, answer="A song indeed.")
        assert remind_appeals_task() == 0
    action.refresh_from_db()
    assert action.undone_at is not None
    assert not Sanction.objects.holding(clock.now()).exists()


def test_a_show_is_reported_once_with_a_receipt_and_a_decision(
    client: Client, show: Livestream, shopper: User, staff: User
) -> None:
    client.force_login(shopper)
    assert "Report this show" in client.get(f"/live/{show.public_id}/").content.decode()
    address = f"/live/{show.public_id}/report/"
    facts = {"reason": "fraud", "words": "Fake oak"}
    page = client.post(address, facts, headers={"HX-Request": "true"})
    report = Report.objects.get()
    assert report.public_id in page.content.decode()
    assert (report.reason, report.message) == ("fraud: Fake oak", None)
    client.post(address, facts)
    assert Report.objects.count() == 1
    moderation.decide_report(
        report, Report.State.UPHELD, by=staff, reason="We ended the show."
    )
    moderation.decide_report(report, Report.State.DISMISSED, by=staff, reason="No")
    outbox.relay()
    (letter,) = mail.outbox
    assert "We ended the show." in letter.body
    assert "We ended the show." in client.get(PAGE).content.decode()


def test_guests_are_asked_to_sign_in_before_they_report(
    client: Client, show: Livestream
) -> None:
    address = f"/live/{show.public_id}/report/"
    assert "/accounts/login/" in client.post(address)["Location"]
    assert (
        "Report this show"
        not in client.get(f"/live/{show.public_id}/").content.decode()
    )


def test_nobody_decides_about_their_own_show_or_message(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    own = reports.report_livestream(show, reporter=shopper, reason="spam")
    row = chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="Hello",
        )
    )
    other = reports.report_message(row, reporter=make_user(), reason="spam")
    for report, person in ((own, creator.user), (other, shopper)):
        for state in (Report.State.UPHELD, Report.State.DISMISSED):
            with pytest.raises(OwnReport):
                moderation.decide_report(report, state, by=person, reason="Mine")


def test_a_message_that_was_rightly_reported_goes(
    show: Livestream, shopper: User, stranger: User, staff: User
) -> None:
    row = chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="Hello",
        )
    )
    report = reports.report_message(row, reporter=stranger, reason="spam")
    moderation.decide_report(report, Report.State.UPHELD, by=staff, reason="Spam")
    row.refresh_from_db()
    report.refresh_from_db()
    assert (row.state, report.state) == ("removed", Report.State.UPHELD)


def test_staff_take_a_call_for_help_in_the_admin(
    client: Client, show: Livestream, creator: Creator, staff: User
) -> None:
    help_calls.call_for_help(show, by=creator.user, words="Threats")
    call = HelpCall.objects.get()
    client.force_login(staff)
    figures = client.get("/admin/").context["figures"]
    assert ("Calls for help", "1") in [(row.name, row.value) for row in figures]
    client.post(
        "/admin/livestreams/helpcall/",
        {"action": "answer", "_selected_action": [call.pk]},
    )
    call.refresh_from_db()
    assert call.answered_by == staff
