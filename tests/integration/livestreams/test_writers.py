"""Shows and people of a batch, read by hand as the ORM would read them."""

from typing import Any

import pytest
from django.db.models import Model

from creators.models import Creator
from livestreams.models import Livestream, RoomRules
from livestreams.selectors.rules import find_rules
from livestreams.selectors.writers import read_people, read_shows
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
        found = read_shows(wanted)
        rules = [find_rules(found[one.public_id]) for one in (show, other)]
        people = {row.creator.user_id for row in found.values()}
    assert [one.slow_seconds for one in rules] == [30, 0]
    assert people == {creator.user_id}
    for row in Livestream.objects.select_related("creator"):
        assert facts(found[row.public_id]) == facts(row)
        assert facts(found[row.public_id].creator) == facts(row.creator)
        assert not found[row.public_id]._state.adding


def test_people_are_read_whole_and_closed_accounts_are_not(
    shopper: User, stranger: User, creator: Creator
) -> None:
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    people = [shopper, stranger, creator.user]
    found = read_people([person.public_id for person in people])
    assert set(found) == {shopper.public_id, creator.user.public_id}
    for row in User.objects.filter(is_active=True, public_id__in=found):
        assert facts(found[row.public_id]) == facts(row)
