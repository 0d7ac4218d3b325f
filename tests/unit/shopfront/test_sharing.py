"""What pages keep for all: ages, bounds, gaps, and one reader at a time."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from pytest_django.fixtures import Settings

from shopfront.common import clock, sharing
from shopfront.common.sharing import (
    KeptPage,
    Onlooker,
    PersonalFact,
    finish,
    read_shared,
)

SHOW = SimpleNamespace(public_id="SHOW")
RSVP = "components/_rsvp.html"


@dataclass(frozen=True, kw_only=True, eq=False)
class ShowPage(KeptPage):
    """A page with one fact."""

    show: SimpleNamespace


@pytest.fixture(autouse=True)
def moment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[time_machine.Traveller]:
    """Keep as the shop does, in a moment that stands still."""
    settings.SHARED_SECONDS = 0.9
    monkeypatch.setattr(sharing, "_kept", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_what_was_read_is_as_old_as_the_moment_before_reading(
    moment: time_machine.Traveller,
) -> None:
    def read() -> dt.datetime:
        at = clock.now()
        moment.shift(0.5)
        return at

    first = read_shared(read, "slow")
    assert read_shared(read, "slow") == first
    moment.shift(0.4)
    assert read_shared(read, "slow") > first


def test_a_reader_that_fails_keeps_nothing() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        read_shared(fail, "one")
    assert read_shared(lambda: "read", "one") == "read"


def test_made_up_addresses_fill_no_memory(moment: time_machine.Traveller) -> None:
    for number in range(sharing.MOST_KEPT + 10):
        read_shared(lambda: "page", number)
        assert len(sharing._kept) <= sharing.MOST_KEPT
    read_shared(lambda: "page", "new")
    moment.shift(0.9)
    for number in range(sharing.MOST_KEPT):
        read_shared(lambda: "page", "later", number)
    assert len(sharing._kept) == sharing.MOST_KEPT


def test_of_many_who_want_the_same_at_once_one_reads() -> None:
    reads: list[int] = []
    together = threading.Barrier(4)
    found: list[str] = []

    def read() -> str:
        reads.append(1)
        threading.Event().wait(0.05)
        return "page"

    def ask() -> None:
        together.wait()
        found.append(read_shared(read, "busy"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, reads) == (["page"] * 4, [1])


def test_who_waits_too_long_for_another_reads_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "LONGEST_WAIT", 0.01)
    for lock in sharing._reading:
        lock.acquire()
    try:
        assert read_shared(lambda: "alone", "stuck") == "alone"
    finally:
        for lock in sharing._reading:
            lock.release()


def test_a_gap_takes_a_persons_own_fact_as_text() -> None:
    part = finish(RSVP, {"show": SHOW}, gaps=("csrf_token",))
    assert part.pieces[1::2] == ("csrf_token",)
    page = part.fill(csrf_token='"><b>', more="not asked for")
    assert 'value="&quot;&gt;&lt;b&gt;"' in page
    with pytest.raises(KeyError):
        part.fill()


def test_a_part_for_all_that_asks_who_looks_is_a_fault() -> None:
    with pytest.raises(PersonalFact):
        finish("components/_offer.html", {})
    with pytest.raises(PersonalFact):
        finish("components/_header.html", {})


def test_parts_are_finished_once_for_each_kind_and_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = ShowPage(show=SHOW)
    first = page.get_part(RSVP, gaps=("csrf_token",), is_wanted=False)
    assert page.get_part(RSVP, gaps=("csrf_token",), is_wanted=False) is first
    other = page.get_part(RSVP, gaps=("csrf_token",), is_wanted=True)
    assert "Reminder set" in other.fill(csrf_token="")
    assert "Reminder set" not in first.fill(csrf_token="")
    monkeypatch.setattr(sharing, "MOST_KINDS", 3)
    for number in range(9):
        page.get_part(RSVP, gaps=("csrf_token",), is_wanted=number)
        assert len(page._parts) <= 3


def test_an_onlooker_says_no_more_than_three_things_of_a_person() -> None:
    person = SimpleNamespace(
        is_authenticated=True, is_adult=True, is_under_18=False, name="Mia", pk=7
    )
    assert Onlooker.of(person) == Onlooker(is_authenticated=True, is_adult=True)
    assert Onlooker.of(AnonymousUser()) == Onlooker()
