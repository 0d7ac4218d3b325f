"""What rules do by themselves: floods, repeat offenders, lines many reported (S3)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail

from creators.models import Creator
from livestreams.models import (
    ChatMessage,
    CoHost,
    Livestream,
    ModerationAction,
    Sanction,
    sayings,
)
from livestreams.services import chat, removals, reports, sanctions, sweeps
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_livestream, make_user

pytestmark = pytest.mark.django_db
WORDS = "Cheap watches at our place"
DAY = dt.timedelta(days=1)


def say(show: Livestream, person: User, text: str = WORDS) -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def visible() -> int:
    return ChatMessage.objects.filter(state="visible").count()


def test_the_same_words_from_five_accounts_are_held_and_alerted(
    show: Livestream, shopper: User, staff: User
) -> None:
    twists = [WORDS, "CHEAP watches at our place!", "Cheap wätches at our  place"]
    for text in [*twists, WORDS]:
        say(show, make_user(), text)
    say(show, shopper, "Is it made of oak?")
    assert sweeps.hold_floods() == 0
    say(show, make_user())
    assert sweeps.hold_floods() == 5
    assert sweeps.hold_floods() == 0
    assert visible() == 1
    action = ModerationAction.objects.get()
    assert action.by is None
    assert sayings.say(action.reason) == "5 accounts wrote the same within 20 seconds."
    say(show, make_user())
    assert sweeps.hold_floods() == 1
    assert ModerationAction.objects.count() == 1
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    removals.undo_action(action, by=staff, reason="A song")
    assert visible() == 7


def test_what_a_happy_crowd_says_is_no_flood(show: Livestream) -> None:
    for _ in range(6):
        say(show, make_user(), "So lovely!")
    one = make_user()
    for _ in range(6):
        say(show, one)
    assert sweeps.hold_floods() == 0


def test_old_lines_are_no_flood(show: Livestream) -> None:
    now = clock.now()
    for index in range(5):
        with time_machine.travel(now + index * dt.timedelta(seconds=10), tick=False):
            say(show, make_user())
            assert sweeps.hold_floods() == 0


def remove(show: Livestream, person: User, by: User, count: int) -> None:
    for index in range(count):
        row = say(show, person, f"Rude {index}")
        chat.remove_message(row, by=by, reason="Rude")


def test_three_acts_mute_for_a_day_and_then_for_a_week(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        remove(show, shopper, creator.user, 2)
        assert sweeps.mute_repeaters() == 0
        remove(show, shopper, creator.user, 1)
        assert sweeps.mute_repeaters() == 1
        assert sweeps.mute_repeaters() == 0
    mute = Sanction.objects.get()
    assert (mute.creator, mute.by, mute.until) == (creator, None, now + DAY)
    assert sayings.say(mute.reason) == "3 acts within 7 days: muted for a day."
    with time_machine.travel(now + 2 * DAY, tick=False):
        remove(show, shopper, creator.user, 3)
        assert sweeps.mute_repeaters() == 1
        assert Sanction.objects.latest("id").until == now + 9 * DAY


def test_what_was_undone_or_is_long_ago_does_not_count(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    now = clock.now()
    with time_machine.travel(now - 8 * DAY, tick=False):
        remove(show, shopper, creator.user, 2)
    remove(show, shopper, creator.user, 3)
    action = ModerationAction.objects.latest("id")
    removals.undo_action(action, by=creator.user, reason="Mistake")
    assert sweeps.mute_repeaters() == 0


def test_who_runs_the_show_is_not_muted_by_a_rule(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    remove(show, shopper, creator.user, 3)
    CoHost.objects.create(livestream=show, user=shopper, duty=CoHost.Duty.CO_HOST)
    assert sweeps.mute_repeaters() == 0
    assert not Sanction.objects.exists()


def test_acts_in_shows_of_others_do_not_add_up(
    show: Livestream, creator: Creator, shopper: User, staff: User
) -> None:
    other = make_livestream(state=Livestream.State.LIVE)
    remove(show, shopper, creator.user, 2)
    sanctions.mute_person(
        other, shopper, by=staff, reason="Rude", until=clock.now() + DAY
    )
    assert sweeps.mute_repeaters() == 0


def test_a_line_three_people_reported_waits_for_a_decision(
    show: Livestream, shopper: User, staff: User
) -> None:
    row = say(show, shopper)
    for _ in range(2):
        reports.report_message(row, reporter=make_user(), reason="spam")
    assert sweeps.hold_reported() == 0
    reports.report_message(row, reporter=make_user(), reason="fraud")
    assert sweeps.hold_reported() == 1
    assert sweeps.hold_reported() == 0
    row.refresh_from_db()
    assert (row.state, sayings.say(row.why)) == (
        "held",
        "At least 3 people reported it; a moderator decides.",
    )
    chat.release_message(row, by=staff, reason="It is fine")
    assert sweeps.hold_reported() == 0
    row.refresh_from_db()
    assert row.state == "visible"
