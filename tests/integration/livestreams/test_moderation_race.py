"""Moderators who act and undo at once: a line is away exactly while an act holds it."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from creators.models import Creator
from livestreams.errors.moderation import ActionUndone, AppealedBefore
from livestreams.models import (
    Appeal,
    ChatMessage,
    Livestream,
    ModerationAction,
    Sanction,
)
from livestreams.services import appeals, chat, removals, sanctions
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user
from tests.meeting import Fault, meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def run_at_once(acts: list[Callable[[], object]]) -> list[object]:
    start, found = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=30)
        try:
            found.append(act())
        except (ActionUndone, AppealedBefore) as refusal:
            found.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.fixture
def line(creator: Creator, shopper: User) -> ChatMessage:
    """Make a line of chat in a show on air."""
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="Gold for all",
        )
    )


def test_a_line_is_away_exactly_while_an_act_holds_it(line: ChatMessage) -> None:
    first, second, third = make_user(), make_user(), make_user()
    for _ in range(5):
        line.refresh_from_db()
        chat.remove_message(line, by=first, reason="Rude")
        action = ModerationAction.objects.filter(undone_at=None).latest("id")
        run_at_once(
            [
                lambda: removals.undo_action(action, by=second, reason="Mistake"),  # noqa: B023
                lambda: removals.undo_action(action, by=third, reason="Mistake"),  # noqa: B023
                lambda: chat.remove_message(line, by=third, reason="Ruder"),
                lambda: removals.remove_phrase(line.livestream, "gold", by=first),
            ]
        )
        line.refresh_from_db()
        holder = line.taken_by
        is_away = line.state == ChatMessage.State.REMOVED
        assert is_away == (holder is not None and holder.undone_at is None)
        for left in ModerationAction.objects.filter(undone_at=None):
            removals.undo_action(left, by=first, reason="Next round")


def remove(line: ChatMessage) -> ModerationAction:
    chat.remove_message(line, by=make_user(), reason="Rude")
    return ModerationAction.objects.latest("id")


def test_two_appeals_at_one_instant_are_one(line: ChatMessage) -> None:
    action = remove(line)

    def appeal() -> object:
        return appeals.open_appeal(action, person=line.author, text="I did not")

    found = run_at_once([appeal] * 4)
    assert sum(isinstance(one, Appeal) for one in found) == 1
    assert sum(isinstance(one, AppealedBefore) for one in found) == 3
    assert Appeal.objects.count() == 1


def appeal_while_undone(line: ChatMessage) -> list[Fault]:
    """Open an appeal when its act is undone, but not yet committed."""
    action, by = remove(line), make_user()
    seen = ModerationAction.objects.get(pk=action.pk)
    return meet(
        lambda: removals.undo_action(action, by=by, reason="By mistake"),
        lambda: appeals.open_appeal(seen, person=line.author, text="I did not"),
        after=(appeals, "grant_open"),
    )


def test_an_appeal_beside_the_undoing_of_its_act_is_refused(line: ChatMessage) -> None:
    (refusal,) = appeal_while_undone(line)
    assert isinstance(refusal, ActionUndone)
    assert not Appeal.objects.exists()


def test_negative_control_an_appeal_that_locks_no_act_is_never_answered(
    line: ChatMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = SimpleNamespace(lock=lambda action: action)
    monkeypatch.setattr(appeals, "actions", unlocked)
    assert appeal_while_undone(line) == []
    assert Appeal.objects.filter(state=Appeal.State.OPEN).count() == 1
    assert ModerationAction.objects.filter(undone_at=None).count() == 0


def test_two_bans_at_once_are_one(line: ChatMessage) -> None:
    moderators = [make_user(), make_user(), make_user()]
    until = clock.now().replace(year=clock.now().year + 1)
    show, person = line.livestream, line.author

    def ban(by: User) -> Callable[[], object]:
        return lambda: sanctions.ban_person(
            show, person, by=by, reason="Threats", until=until
        )

    found = run_at_once([ban(by) for by in moderators])
    assert len(found) == 3
    assert Sanction.objects.count() == 1


def test_without_the_condition_two_undo_one_act(line: ChatMessage) -> None:
    """Negative control: reading first, both moderators find the act not undone."""
    chat.remove_message(line, by=make_user(), reason="Rude")
    action = ModerationAction.objects.get()
    both_read = threading.Barrier(2)

    def undo() -> bool:
        with transaction.atomic():
            row = ModerationAction.objects.get(pk=action.pk)
            both_read.wait(timeout=30)
            if row.undone_at is not None:
                return False
            ModerationAction.objects.filter(pk=row.pk).update(undone_at=clock.now())
            return True

    assert run_at_once([undo, undo]) == [True, True]
