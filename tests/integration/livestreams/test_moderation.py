"""Acts of moderation: recorded, told, appealed, undone in one step (C5, C9)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail

from creators.models import Creator, Follow
from livestreams import broadcast
from livestreams.access.bans import is_banned
from livestreams.access.tickets import mint_ticket
from livestreams.errors import Banned, Muted
from livestreams.errors.moderation import (
    ActionMissing,
    ActionUndone,
    AppealDecided,
    AppealedBefore,
    AppealEmpty,
    NotOverHosts,
    OwnDecision,
    PhraseTooShort,
    ShieldOn,
)
from livestreams.errors.rules import SlowMode
from livestreams.models import (
    Appeal,
    ChatMessage,
    CoHost,
    DutyShift,
    HelpCall,
    Livestream,
    ModerationAction,
    Report,
    Sanction,
)
from livestreams.selectors.moderation import count_matching, list_own_actions
from livestreams.selectors.room import read_marks
from livestreams.services import (
    appeals,
    chat,
    help_calls,
    removals,
    reports,
    sanctions,
    shield_mode,
)
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_livestream, make_market, make_user
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db
State = ChatMessage.State
HOUR = dt.timedelta(hours=1)


def say(show: Livestream, person: User, text: str = "Hello") -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def states(*rows: ChatMessage) -> list[str]:
    found = dict(ChatMessage.objects.values_list("pk", "state"))
    return [found[row.pk] for row in rows]


def test_every_removal_says_who_why_and_whom(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    row = say(show, shopper)
    chat.remove_message(row, by=creator.user, reason="Private matters")
    action = ModerationAction.objects.get()
    assert (action.kind, action.person, action.by) == ("remove", shopper, creator.user)
    assert action.reason == "Private matters"
    (own,) = list_own_actions(shopper)
    assert own.texts == ("Hello",)


def test_a_wiping_mute_is_undone_in_one_step(
    show: Livestream, creator: Creator, shopper: User, stranger: User
) -> None:
    mine, before = say(show, shopper, "rude"), say(show, shopper, "ruder")
    other = say(show, stranger)
    chat.remove_message(before, by=creator.user, reason="Very rude")
    mute = sanctions.mute_person(
        show, shopper, by=creator.user, reason="Rude", is_wiping=True
    )
    assert states(mine, before, other) == ["removed", "removed", "visible"]
    with pytest.raises(Muted):
        say(show, shopper)
    sanctions.lift_sanction(mute, by=creator.user, reason="Apologised")
    assert states(mine, before) == ["visible", "removed"]
    say(show, shopper, "Thanks")
    mine.refresh_from_db()
    assert mine.seq is not None
    assert mine.seq > (other.seq or 0)


def test_an_act_is_undone_once(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    row = say(show, shopper)
    chat.remove_message(row, by=creator.user, reason="Rude")
    action = ModerationAction.objects.get()
    removals.undo_action(action, by=creator.user, reason="Mistake")
    with pytest.raises(ActionUndone):
        removals.undo_action(action, by=creator.user, reason="Again")
    assert states(row) == ["visible"]


def test_what_its_author_erased_never_comes_back(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    row = say(show, shopper)
    chat.remove_message(row, by=creator.user, reason="Rude")
    ChatMessage.objects.filter(pk=row.pk).update(text="", author_name="")
    action = ModerationAction.objects.get()
    removals.undo_action(action, by=creator.user, reason="Mistake")
    assert states(row) == ["removed"]


def test_a_second_mute_of_the_same_length_is_the_first(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    def mute(hours: int) -> Sanction:
        return sanctions.mute_person(
            show, shopper, by=creator.user, reason="Rude", until=now + hours * HOUR
        )

    now = clock.now()
    first = mute(1)
    assert mute(1) == first
    longer = mute(2)
    assert longer != first
    assert list(Sanction.objects.holding(clock.now())) == [longer]


def test_nobody_mutes_or_bans_who_runs_the_show(
    show: Livestream, creator: Creator, stranger: User
) -> None:
    CoHost.objects.create(livestream=show, user=stranger, duty=CoHost.Duty.MODERATOR)
    for person in (creator.user, stranger):
        with pytest.raises(NotOverHosts):
            sanctions.ban_person(show, person, by=creator.user, reason="Power")


def test_a_ban_everywhere_closes_all_rooms_of_the_creator(
    show: Livestream,
    creator: Creator,
    shopper: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(
        broadcast, "close_person", lambda room, _person, _why: closed.append(room)
    )
    other = make_livestream(creator=creator, state=Livestream.State.LIVE)
    elsewhere = make_livestream(state=Livestream.State.LIVE)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        ban = sanctions.ban_person(
            show, shopper, by=creator.user, reason="Threats", is_everywhere=True
        )
    assert sorted(closed) == sorted([show.public_id, other.public_id])
    with pytest.raises(Banned):
        mint_ticket(other, user=shopper)
    with pytest.raises(Banned):
        say(other, shopper)
    assert not is_banned(shopper, elsewhere)
    sanctions.lift_sanction(ban, by=creator.user, reason="Apologised")
    say(other, shopper)


def test_the_sweep_finds_a_ban_everywhere_that_the_bus_lost(
    show: Livestream, creator: Creator, shopper: User, stranger: User
) -> None:
    other = make_livestream(creator=creator, state=Livestream.State.LIVE)
    elsewhere = make_livestream(state=Livestream.State.LIVE)
    rooms = [show, other, elsewhere]
    for room in rooms:
        say(room, stranger)
    sanctions.ban_person(
        show, shopper, by=creator.user, reason="Threats", is_everywhere=True
    )
    sanctions.ban_person(elsewhere, stranger, by=creator.user, reason="Spam")
    marks = read_marks([room.public_id for room in rooms])
    assert [marks[room.public_id].banned for room in rooms] == [
        [shopper.public_id],
        [shopper.public_id],
        [stranger.public_id],
    ]


def test_a_banned_person_reads_why_by_mail_and_when_it_is_over(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    until = clock.now() + HOUR
    ban = sanctions.ban_person(
        show,
        shopper,
        by=creator.user,
        reason="Threats against Ada.",
        until=until,
        category="insult",
    )
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [shopper.email]
    for said in ("Threats against Ada.", "Insult or hate", "/accounts/moderation/"):
        assert said in letter.body
    sanctions.lift_sanction(ban, by=creator.user, reason="We were wrong.")
    outbox.relay()
    assert "We were wrong." in mail.outbox[1].body
    assert len(mail.outbox) == 2


def test_a_phrase_takes_all_its_lines_and_gives_them_back(
    show: Livestream, creator: Creator, shopper: User, stranger: User, listen: Listen
) -> None:
    rows = [say(show, shopper, "FREE gold"), say(show, stranger, "golden oak")]
    spared = say(show, shopper, "I like it")
    host = chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=creator.user.public_id,
            badges=("host",),
            text="The gold one is gone",
            is_host_side=True,
        )
    )
    reports.report_message(rows[0], reporter=stranger, reason="spam")
    assert count_matching(show, "gold") == 2
    with listen() as told:
        action = removals.remove_phrase(show, " gold ", by=creator.user)
    assert [one.key for one in told if one.seq] == [
        f"chat:{row.public_id}" for row in rows
    ]
    assert states(*rows, spared, host) == ["removed", "removed", "visible", "visible"]
    assert Report.objects.get().state == Report.State.UPHELD
    assert [one.texts for one in list_own_actions(stranger)] == [("golden oak",)]
    removals.undo_action(action, by=creator.user, reason="Too wide")
    assert states(*rows) == ["visible", "visible"]
    with pytest.raises(PhraseTooShort):
        removals.remove_phrase(show, " a ", by=creator.user)


def test_shield_mode_leaves_the_room_to_known_people_and_slows_them(
    show: Livestream, creator: Creator, shopper: User, stranger: User
) -> None:
    now = clock.now()
    Follow.objects.create(
        creator=creator, user=shopper, created_at=now - dt.timedelta(days=8)
    )
    Follow.objects.create(creator=creator, user=stranger, created_at=now)
    action = shield_mode.raise_shield(show, by=creator.user)
    assert shield_mode.raise_shield(show, by=creator.user) == action
    with time_machine.travel(now, tick=False):
        say(show, shopper)
        with pytest.raises(SlowMode):
            say(show, shopper)
    with pytest.raises(ShieldOn):
        say(show, stranger)
    removals.undo_action(action, by=creator.user, reason="Calm again")
    say(show, stranger)
    assert shield_mode.raise_shield(show, by=creator.user) != action


def test_an_appeal_is_decided_by_somebody_else_and_answered(
    show: Livestream, creator: Creator, shopper: User, staff: User, stranger: User
) -> None:
    sanctions.mute_person(show, shopper, by=staff, reason="Rude", is_wiping=True)
    action = ModerationAction.objects.get()
    with pytest.raises(AppealEmpty):
        appeals.open_appeal(action, person=shopper, text=" ")
    with pytest.raises(ActionMissing):
        appeals.open_appeal(action, person=stranger, text="Not mine")
    appeal = appeals.open_appeal(action, person=shopper, text="It was a quote.")
    with pytest.raises(AppealedBefore):
        appeals.open_appeal(action, person=shopper, text="Once more")
    for person in (staff, shopper):
        with pytest.raises(OwnDecision):
            removals.grant_appeal(appeal, by=person, answer="Mine")
    other = make_user(is_staff=True)
    removals.grant_appeal(appeal, by=other, answer="A quote indeed.")
    with pytest.raises(AppealDecided):
        appeals.refuse_appeal(appeal, by=other, answer="No")
    say(show, shopper)
    outbox.relay()
    assert "A quote indeed." in mail.outbox[0].body


def test_an_appeal_against_a_mass_act_gives_back_the_own_lines_only(
    show: Livestream, creator: Creator, shopper: User, stranger: User, staff: User
) -> None:
    mine, other = say(show, shopper, "golden oak"), say(show, stranger, "free gold")
    action = removals.remove_phrase(show, "gold", by=creator.user)
    appeal = appeals.open_appeal(action, person=shopper, text="Oak is golden.")
    removals.grant_appeal(appeal, by=staff, answer="So it is.")
    assert states(mine, other) == ["visible", "removed"]


def test_undoing_an_act_answers_its_open_appeals(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    mute = sanctions.mute_person(show, shopper, by=creator.user, reason="Rude")
    assert mute.action is not None
    appeal = appeals.open_appeal(mute.action, person=shopper, text="Please")
    sanctions.lift_sanction(mute, by=creator.user, reason="Fair")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer) == (Appeal.State.GRANTED, "Fair")


def test_help_reaches_who_is_on_duty_and_says_so_where_nobody_is(
    show: Livestream, creator: Creator, staff: User
) -> None:
    now = clock.now()
    on_duty = make_user(email="duty@people.example", is_staff=True)
    elsewhere = make_market(code="FR")
    for market, user, hours in (
        (show.market, on_duty, (-1, 1)),
        (show.market, staff, (-2, -1)),
        (elsewhere, staff, (-1, 1)),
        (show.market, make_user(), (-1, 1)),  # no staff any more
    ):
        starts_at, ends_at = (now + dt.timedelta(hours=hour) for hour in hours)
        DutyShift.objects.create(
            market=market, user=user, starts_at=starts_at, ends_at=ends_at
        )
    help_calls.call_for_help(show, by=creator.user)
    outbox.relay()
    assert mail.outbox[0].bcc == [on_duty.email]
    call = HelpCall.objects.get()
    assert call.reach == HelpCall.Reach.DUTY
    help_calls.answer_help(call, by=on_duty)
    with time_machine.travel(now + dt.timedelta(hours=2), tick=False):
        help_calls.call_for_help(show, by=creator.user)
        outbox.relay()
    assert mail.outbox[1].bcc == sorted([on_duty.email, staff.email])
    assert "Nobody is on duty now" in mail.outbox[1].body


def test_help_calls_the_moderators_then_everybody_of_staff(
    show: Livestream, creator: Creator, staff: User
) -> None:
    moderator = make_user(email="mo@people.example")
    CoHost.objects.create(livestream=show, user=moderator, duty=CoHost.Duty.MODERATOR)
    assert help_calls.call_for_help(show, by=creator.user, words="Threats")
    assert not help_calls.call_for_help(show, by=creator.user)
    outbox.relay()
    assert mail.outbox[0].bcc == [moderator.email]
    assert help_calls.call_next() == 0
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61), tick=False):
        assert help_calls.call_next() == 1
        assert help_calls.call_next() == 0
        outbox.relay()
    assert mail.outbox[1].bcc == [staff.email]
    call = HelpCall.objects.get()
    assert help_calls.answer_help(call, by=moderator)
    assert not help_calls.answer_help(call, by=staff)
    assert call.answered_by == moderator
    assert help_calls.call_for_help(show, by=creator.user)
