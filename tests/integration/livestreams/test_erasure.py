"""Erasure beside the lines: votes, words of appeals, and the ring's memory."""

import pghistory.models
import pytest

from creators.models import Creator
from livestreams.broadcast import ring
from livestreams.models import (
    Appeal,
    Livestream,
    ModerationAction,
    PictureAppeal,
    Poll,
    PollVote,
    Report,
    ReporterAppeal,
)
from livestreams.selectors import own_record
from livestreams.services import (
    appeals,
    chat,
    chat_pins,
    moderation,
    polls,
    questions,
    removals,
    reporter_appeals,
    reports,
    veil_decisions,
    veils,
)
from livestreams.services.erasure import erase_chat
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user
from tests.integration.livestreams.conftest import Listen
from tests.meeting import meet


def draft(show: Livestream, person: User, text: str) -> chat.NewMessage:
    return chat.NewMessage(
        livestream=show.public_id, person=person.public_id, badges=(), text=text
    )


def open_poll(show: Livestream) -> Poll:
    return polls.open_poll(
        show, question="Which?", options=["Oak", "Ash"], by=show.creator.user
    )


def make_appeal(show: Livestream, person: User, text: str = "My secret") -> Appeal:
    row = chat.post_message(draft(show, person, "Hello"))
    chat.remove_message(row, by=show.creator.user, reason="Rude")
    action = ModerationAction.objects.filter(person=person).latest("pk")
    return appeals.open_appeal(action, person=person, text=text)


@pytest.mark.django_db
def test_a_kept_result_counts_a_vote_whose_voter_nobody_knows_any_more(
    show: Livestream, shopper: User, stranger: User
) -> None:
    over = open_poll(show)
    for voter, choice in ((shopper, 0), (stranger, 1)):
        polls.cast_vote(over, voter, choice)
    polls.close_poll(over)
    running = open_poll(show)
    polls.cast_vote(running, shopper, 0)
    assert erase_chat(shopper, by=shopper) == 1
    over.refresh_from_db()
    assert over.votes == [1, 1]
    assert [vote.user for vote in over.ballots.all()] == [stranger]
    polls.cast_vote(running, shopper, 1)
    polls.cast_vote(running, stranger, 1)
    assert polls.close_poll(running).votes == [0, 2]
    assert [vote.user for vote in running.ballots.all()] == [stranger]
    assert erase_chat(shopper, by=shopper) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("is_granted", [True, False])
def test_words_of_an_appeal_go_once_it_is_decided(
    show: Livestream, shopper: User, stranger: User, staff: User, is_granted: bool
) -> None:
    appeal, other = make_appeal(show, shopper), make_appeal(show, stranger)
    for _ in range(2):
        erase_chat(shopper, by=shopper)
    appeal.refresh_from_db()
    assert appeal.text == "My secret"
    for row in (appeal, other):
        if is_granted:
            removals.grant_appeal(row, by=staff, answer="Right")
        else:
            appeals.refuse_appeal(row, by=staff, answer="No")
    appeal.refresh_from_db()
    other.refresh_from_db()
    assert (appeal.text, appeal.answer) == ("", "Right" if is_granted else "No")
    assert other.text == "My secret"
    assert erase_chat(stranger, by=stranger) == 2
    other.refresh_from_db()
    assert other.text == ""
    events = pghistory.models.Events.objects.tracks(appeal)  # type: ignore[no-untyped-call]
    assert not any("My secret" in str(one.pgh_data) for one in events)


def appeal_a_report(show: Livestream, staff: User) -> ReporterAppeal:
    """Have somebody appeal who reported a show in vain."""
    report = reports.report_livestream(show, reporter=make_user(), reason="spam")
    stands = Report.State.DISMISSED
    moderation.decide_report(report, stands, by=staff, reason="It is none")
    return reporter_appeals.appeal_report(report, text="My secret")


def appeal_a_picture(creator: Creator, staff: User) -> PictureAppeal:
    """Have a creator appeal whose portrait was taken down."""
    picture = veils.report_portrait(creator, reporter=make_user()).picture
    veil_decisions.decide_picture(picture, is_offensive=True, by=staff, reason="Rude")
    return veil_decisions.appeal_picture(picture, person=creator.user, text="My secret")


@pytest.mark.django_db
@pytest.mark.parametrize("is_decided_first", [True, False])
def test_words_of_appeals_about_reports_and_pictures_go_too(
    show: Livestream,
    creator: Creator,
    portrait: str,
    staff: User,
    is_decided_first: bool,
) -> None:
    other = make_user(is_staff=True, is_superuser=True)
    told, seen = appeal_a_report(show, staff), appeal_a_picture(creator, staff)
    people = (told.report.reporter, creator.user)
    assert [own_record.count_own_appeals(one) for one in people] == [1, 1]
    erased = [] if is_decided_first else [erase_chat(p, by=p) for p in people]
    assert erased in ([], [0, 0])
    told.refresh_from_db()
    seen.refresh_from_db()
    assert (told.text, seen.text) == ("My secret", "My secret")
    reporter_appeals.refuse_appeal(told, by=other, answer="No")
    veil_decisions.refuse_picture_appeal(seen, by=other, answer="No")
    if is_decided_first:
        assert [erase_chat(one, by=one) for one in people] == [1, 1]
    told.refresh_from_db()
    seen.refresh_from_db()
    assert (told.text, told.answer, seen.text, seen.answer) == ("", "No", "", "No")
    assert [own_record.count_own_appeals(one) for one in people] == [0, 0]
    for row in (told, seen):
        events = pghistory.models.Events.objects.tracks(row)  # type: ignore[no-untyped-call]
        assert not any("My secret" in str(one.pgh_data) for one in events)


@pytest.mark.django_db
def test_an_appeal_that_an_undo_answers_loses_its_words_too(
    show: Livestream, shopper: User, staff: User
) -> None:
    appeal = make_appeal(show, shopper)
    erase_chat(shopper, by=shopper)
    removals.undo_action(appeal.action, by=staff, reason="Mistake")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.text) == (Appeal.State.GRANTED, "")


@pytest.mark.django_db
def test_the_ring_holds_nothing_of_a_person_after_an_erasure(
    show: Livestream, creator: Creator, listen: Listen
) -> None:
    person = make_user(display_name="Zephyrine")
    with listen() as told:
        line = chat.post_message(draft(show, person, "first secret"))
        chat_pins.pin_message(line, by=creator.user)
        chat.post_message(draft(show, person, "second secret"))
        asked = questions.ask_question(draft(show, person, "third secret?"))
        questions.pin_question(asked, by=creator.user)
        questions.answer_in_writing(asked, by=creator.user, answer="A secret.")
    ring.write(show.public_id, told)
    before = min(one.seq for one in told if one.seq) - 1
    kept = ring.read(show.public_id, after=before, until=before + 1)
    assert kept is not None
    assert b"secret" in b"".join(one.body for one in kept)
    with listen() as ends:
        erase_chat(person, by=person)
    ring.write(show.public_id, ends)
    last = max(one.seq for one in ends)
    kept = ring.read(show.public_id, after=before, until=last)
    assert kept is not None
    bodies = b"".join(one.body for one in kept)
    assert b"secret" not in bodies
    assert b"Zephyrine" not in bodies


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_erased_first", [True, False])
def test_a_vote_erased_as_its_poll_closes_is_counted_and_gone(
    creator: Creator, shopper: User, is_erased_first: bool
) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    poll = open_poll(show)
    polls.cast_vote(poll, shopper, 0)

    def erase() -> None:
        polls.erase_votes(shopper)

    def close() -> None:
        polls.close_poll(poll)

    if is_erased_first:
        faults = meet(erase, close, after=(clock, "now"))
    else:
        faults = meet(close, erase, after=(polls, "_close"))
    assert faults == []
    poll.refresh_from_db()
    assert poll.votes == [1, 0]
    assert not PollVote.objects.exists()
