"""Shows, people and sanctions of a batch, read as the ORM would read them."""

from typing import Any

import pghistory
import pytest
from django.db.models import Model

from creators.models import Creator
from livestreams.models import Livestream, RoomRules, Sanction
from livestreams.selectors.rules import find_rules
from livestreams.selectors.writers import read_writers
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db


def facts(row: Model) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in type(row)._meta.concrete_fields
    }


def test_a_show_is_read_with_creator_and_rules_in_one_query(
    show: Livestream, creator: Creator, django_assert_num_queries: "object"
) -> None:
    RoomRules.objects.create(livestream=show, slow_seconds=30, changed_by=creator.user)
    other = make_livestream(creator=creator)
    wanted = [show.public_id, other.public_id, "nothing"]
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = read_writers(wanted, []).shows
        rules = [find_rules(found[one.public_id]) for one in (show, other)]
        people = {row.creator.user_id for row in found.values()}
    assert [one.slow_seconds for one in rules] == [30, 0]
    assert people == {creator.user_id}
    for row in Livestream.objects.select_related("creator"):
        assert facts(found[row.public_id]) == facts(row)
        assert facts(found[row.public_id].creator) == facts(row.creator)
        assert not found[row.public_id]._state.adding


def test_a_request_that_keeps_history_reads_the_same(
    show: Livestream, shopper: User
) -> None:
    plain = read_writers([show.public_id], [shopper.public_id])
    with pghistory.context(user=shopper.pk):
        kept = read_writers([show.public_id], [shopper.public_id])
    assert kept == plain
    assert set(kept.shows) == {show.public_id}
    assert set(kept.people) == {shopper.public_id}


def test_people_are_read_whole_and_closed_accounts_are_not(
    shopper: User, stranger: User, creator: Creator
) -> None:
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    people = [shopper, stranger, creator.user]
    found = read_writers([], [person.public_id for person in people]).people
    assert set(found) == {shopper.public_id, creator.user.public_id}
    for row in User.objects.filter(is_active=True, public_id__in=found):
        assert facts(found[row.public_id]) == facts(row)


def test_what_holds_of_these_people_is_read_and_nothing_else(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    now = clock.now()
    facts_of_all = {"livestream": show, "kind": Sanction.Kind.BAN, "by": creator.user}
    ban = Sanction.objects.create(user=shopper, **facts_of_all)
    Sanction.objects.create(user=stranger, **facts_of_all)
    Sanction.objects.create(user=shopper, lifted_at=now, **facts_of_all)
    Sanction.objects.create(user=shopper, until=now, **facts_of_all)
    found = read_writers([], [shopper.public_id]).sanctions
    assert found == [(show.pk, None, shopper.pk, Sanction.Kind.BAN, ban.created_at)]
