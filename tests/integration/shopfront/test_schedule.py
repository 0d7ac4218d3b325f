"""Exactly one beat schedules, whoever dies."""

import pytest

from shopfront.common.schedule import BeatLock

pytestmark = pytest.mark.django_db


def test_a_second_beat_waits_until_the_first_is_gone() -> None:
    first, second = BeatLock(), BeatLock()
    assert first.try_take()
    assert first.try_take()
    assert not second.try_take()
    first.free()
    assert second.try_take()
    assert not first.try_take()
    second.free()


def test_a_beat_that_lost_its_connection_must_take_the_lock_anew() -> None:
    first, second = BeatLock(), BeatLock()
    assert first.try_take()
    assert first._connection is not None
    first._connection.close()
    while not second.try_take():  # the server notices the end a moment later
        pass
    assert not first.try_take()
    second.free()
