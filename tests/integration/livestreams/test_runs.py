"""The run of a show: planned until the start, followed part by part (P2)."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from creators.models import Creator
from livestreams.errors import ShowBegun, ShowNotOnAir
from livestreams.errors.planning import RunFull, RunItemChanged, RunItemUnsound
from livestreams.models import Livestream, RunItem
from livestreams.selectors.runs import planned_breaks, prepared_minutes, read_run
from livestreams.services.pins import place_pin
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.runs import (
    MOST_ITEMS,
    RunPlan,
    add_item,
    change_item,
    move_item,
    pass_item,
    remove_item,
    return_item,
)
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from tests.factories import make_livestream, make_variant

pytestmark = pytest.mark.django_db
Kind = RunItem.Kind


@pytest.fixture
def planned(creator: Creator) -> Livestream:
    """Make a planned show of 60 minutes with a product on its shelf."""
    return make_livestream(creator=creator, products=(make_variant().product,))


def add(show: Livestream, kind: str, minutes: int = 10, text: str = "x") -> RunItem:
    product = show.shelf.get().product if kind == Kind.PRODUCT else None
    return add_item(
        show, RunPlan(kind=kind, minutes=minutes, text=text, product=product)
    )


def kinds(show: Livestream) -> list[str]:
    return [part.kind for part in read_run(show).parts]


def test_a_run_says_what_comes_when_and_what_is_left_to_fill(
    planned: Livestream,
) -> None:
    add(planned, Kind.TALK, 15)
    add(planned, Kind.PRODUCT, 20)
    add(planned, Kind.BREAK, 5)
    add(planned, Kind.PREPARATION, 45)
    run = read_run(planned)
    assert kinds(planned) == ["preparation", "talk", "product", "break"]
    assert (run.shown_minutes, run.short_minutes, run.over_minutes) == (40, 20, -20)
    starts = [part.starts_at for part in run.parts]
    after = [planned.starts_at + dt.timedelta(minutes=n) for n in (0, 15, 35)]
    assert starts == [None, *after]
    assert prepared_minutes([planned.pk, 0]) == {planned.pk: 45, 0: 0}
    (pause,) = planned_breaks(planned)
    assert (pause.starts_after, pause.minutes) == (35, 5)


def test_the_minutes_of_many_shows_are_read_in_one_query(
    planned: Livestream, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add(planned, Kind.PREPARATION, 30)
    rehearsal = open_rehearsal(planned)
    with django_assert_num_queries(1):
        minutes = prepared_minutes([planned.pk, rehearsal.pk])
    assert minutes == {planned.pk: 30, rehearsal.pk: 0}


def test_a_part_named_before_another_stands_there_however_often_it_is_sent(
    planned: Livestream,
) -> None:
    first, second, third = (add(planned, Kind.TALK, text=word) for word in "abc")
    for _ in range(2):
        move_item(third, before=second)
    assert [part.text for part in read_run(planned).parts] == ["a", "c", "b"]
    move_item(first, before=None)
    assert [part.text for part in read_run(planned).parts] == ["c", "b", "a"]
    ready = add(planned, Kind.PREPARATION)
    move_item(ready, before=None)
    assert kinds(planned)[0] == Kind.PREPARATION
    remove_item(planned, second.public_id)
    remove_item(planned, second.public_id)
    move_item(second, before=first)
    assert [part.text for part in read_run(planned).parts] == ["x", "c", "a"]


def test_a_form_that_is_sent_twice_adds_one_part(planned: Livestream) -> None:
    plan = RunPlan(kind=Kind.TALK, minutes=5, text="Hello")
    assert add_item(planned, plan, key="k") == add_item(planned, plan, key="k")
    assert planned.run.count() == 1


def test_who_read_an_older_part_does_not_write_over_the_newer(
    planned: Livestream,
) -> None:
    item = add(planned, Kind.TALK)
    change_item(item, minutes=7, text="Mine", version=1)
    change_item(item, minutes=7, text="Mine", version=1)
    with pytest.raises(RunItemChanged):
        change_item(item, minutes=9, text="Theirs", version=1)
    item.refresh_from_db()
    assert (item.minutes, item.text, item.version) == (7, "Mine", 2)
    item.delete()
    with pytest.raises(RunItemChanged):
        change_item(item, minutes=9, text="Late", version=2)


@pytest.mark.parametrize(
    ("kind", "minutes", "text"),
    [("talk", 0, "x"), ("talk", 241, "x"), ("talk", 5, " "), ("nap", 5, "x")],
)
def test_what_is_no_part_is_refused(
    planned: Livestream, kind: str, minutes: int, text: str
) -> None:
    with pytest.raises(RunItemUnsound):
        add(planned, kind, minutes, text)
    product = RunPlan(kind=Kind.PRODUCT, minutes=5)
    with pytest.raises(RunItemUnsound):
        add_item(planned, product)
    with pytest.raises(RunItemUnsound):
        add_item(planned, RunPlan(kind=Kind.TALK, minutes=5, text="x" * 1001))


def test_a_run_has_an_end_and_the_database_keeps_its_form(planned: Livestream) -> None:
    RunItem.objects.bulk_create(
        RunItem(livestream=planned, kind=Kind.BREAK, minutes=1)
        for _ in range(MOST_ITEMS)
    )
    with pytest.raises(RunFull):
        add(planned, Kind.BREAK)
    with pytest.raises(IntegrityError), transaction.atomic():
        RunItem.objects.create(livestream=planned, kind=Kind.PRODUCT, minutes=1)


def test_from_the_start_on_the_run_stays_and_is_ticked_off(
    planned: Livestream, creator: Creator
) -> None:
    talk, product = add(planned, Kind.TALK), add(planned, Kind.PRODUCT)
    with pytest.raises(ShowNotOnAir):
        pass_item(RunItem.objects.select_related("livestream").get(pk=talk.pk))
    start_livestream(planned)
    rows = RunItem.objects.select_related("livestream")
    talk, product = rows.get(pk=talk.pk), rows.get(pk=product.pk)
    for act in (
        lambda: add(planned, Kind.BREAK),
        lambda: change_item(talk, minutes=1, text="y", version=1),
        lambda: move_item(talk, before=None),
        lambda: remove_item(planned, talk.public_id),
    ):
        with pytest.raises(ShowBegun):
            act()
    coming = read_run(planned).next
    assert coming is not None
    assert coming.public_id == talk.public_id
    pass_item(talk)
    pass_item(talk)
    assert product.product is not None
    place_pin(planned, product.product, by=creator.user)
    assert read_run(planned).next is None
    return_item(talk)
    assert [part.kind for part in read_run(planned).coming] == [Kind.TALK]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_windows_at_once_leave_one_order(creator: Creator) -> None:
    show = make_livestream(creator=creator)
    known = add(show, Kind.TALK)
    start = threading.Barrier(4)

    def work(act: Callable[[], object]) -> None:
        start.wait()
        act()
        connection.close()

    acts: list[Callable[[], object]] = [lambda: move_item(known, before=None)]
    acts += [lambda: add(show, Kind.TALK)] * 3
    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    positions = show.run.values_list("position", flat=True)
    assert sorted(positions) == [0, 1, 2, 3]


def test_numbering_without_the_lock_gives_one_place_twice(planned: Livestream) -> None:
    """Negative control: two who counted before either wrote take the same place."""
    places = [planned.run.count() for _ in range(2)]
    for place in places:
        RunItem.objects.create(
            livestream=planned, kind=Kind.BREAK, minutes=1, position=place
        )
    assert len(set(planned.run.values_list("position", flat=True))) == 1


def test_a_show_that_began_late_shows_the_times_as_they_come(
    planned: Livestream,
) -> None:
    add(planned, Kind.TALK)
    later = planned.starts_at + dt.timedelta(minutes=12)
    with time_machine.travel(later, tick=False):
        start_livestream(planned)
        (part,) = read_run(planned).parts
        assert part.starts_at == clock.now()
