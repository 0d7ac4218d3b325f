"""A ban and the acceptance of its list at one instant: told of the takers once."""

import pytest

from creators.models import Creator
from livestreams.models import BanShare, Livestream, Sanction
from livestreams.services import actions, ban_lists, sanctions
from shopfront.models import Outbox, User
from tests.factories import make_creator, make_livestream
from tests.meeting import Act, meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

BANS = (sanctions, "list_rooms")
ACCEPTS = (ban_lists, "select_shared")


@pytest.fixture
def pair(creator: Creator, shopper: User) -> tuple[Act, Act]:
    """Make a list on offer; return a ban by its giver, and its acceptance."""
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    other = make_creator(handle="bea", display_name="Bea")
    share = ban_lists.offer_list(creator, other)

    def ban() -> Sanction:
        return sanctions.ban_person(
            show, shopper, by=creator.user, reason="Rude", is_everywhere=True
        )

    return ban, lambda: ban_lists.accept_list(share, by=other)


def count_told() -> int:
    told = Outbox.objects.filter(topic=actions.TOPIC, key__contains=":shared:")
    return told.count()


def test_a_ban_before_the_acceptance_is_told_by_it(pair: tuple[Act, Act]) -> None:
    ban, accept = pair
    assert meet(ban, accept, after=BANS) == []
    assert count_told() == 1


def test_a_ban_after_the_acceptance_tells_itself(pair: tuple[Act, Act]) -> None:
    ban, accept = pair
    assert meet(accept, ban, after=ACCEPTS) == []
    assert count_told() == 1


def test_the_control_without_the_lists_row_neither_tells(
    pair: tuple[Act, Act], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(made: Sanction) -> None:
        shares = BanShare.objects.filter(giver=made.creator_id, ended_at=None)
        assert not shares.exclude(accepted_at=None).exists()

    monkeypatch.setattr(ban_lists, "tell_of_takers", read_only)
    ban, accept = pair
    assert meet(ban, accept, after=BANS) == []
    assert count_told() == 0
