"""One invitation and many who open its link at once: one has the place."""

import pytest

from livestreams.models import ShowInvitation
from livestreams.services.audiences import claim_invitation, invite
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user
from tests.integration.livestreams.test_attribution_race import WORKERS, run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def make_place() -> tuple[ShowInvitation, list[User]]:
    show = make_livestream(audience="invited")
    people = [make_user() for _ in range(WORKERS)]
    return invite(show, name="One place", by=show.creator.user), people


def test_of_many_accounts_at_once_one_has_the_place() -> None:
    place, people = make_place()
    waiting = list(people)
    faults = run_at_once(lambda: claim_invitation(place, waiting.pop()))
    place.refresh_from_db()
    assert len(faults) == WORKERS - 1
    assert {type(fault).__name__ for fault in faults} == {"InvitationTaken"}
    assert place.user in people


def test_without_the_condition_many_believe_they_have_it() -> None:
    place, people = make_place()
    waiting, believers = list(people), []

    def claim_blindly() -> None:
        person = waiting.pop()
        row = ShowInvitation.objects.filter(pk=place.pk)
        if row.update(user=person, claimed_at=clock.now()):
            believers.append(person)

    assert run_at_once(claim_blindly) == []
    assert len(believers) > 1
