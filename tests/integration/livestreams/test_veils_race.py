"""Reports and decisions about one picture at once: one veil, one decision."""

import threading
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from creators.models import Creator
from livestreams.errors.moderation import AppealDecided, AppealedBefore
from livestreams.errors.veils import PictureDecided
from livestreams.models import PictureAppeal, VeiledPicture
from livestreams.models.veils import VEILS
from livestreams.services import veil_decisions, veils
from shopfront.common.errors import DomainError
from shopfront.models import Audit, Outbox, User
from tests.factories import make_user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[DomainError | None]:
    """Do all of it at the same moment; return what each was refused with."""
    start = threading.Barrier(len(acts))
    refused: list[DomainError | None] = []

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=30)
        refusal: DomainError | None = None
        try:
            act()
        except DomainError as fault:
            refusal = fault
        finally:
            connection.close()
        refused.append(refusal)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == len(acts)
    return refused


def count_veils() -> int:
    """Count the blurred copies that are stored."""
    return (
        len(default_storage.listdir(VEILS)[1]) if default_storage.exists(VEILS) else 0
    )


def test_reports_and_decisions_at_once_leave_one_of_each(
    creator: Creator, portrait: str
) -> None:
    before = count_veils()
    people: list[User] = [make_user() for _ in range(4)]
    refused = at_once(
        *(
            lambda one=one: veils.report_portrait(
                Creator.objects.get(pk=creator.pk), reporter=one
            )
            for one in people
        )
    )
    assert refused == [None] * 4
    picture = VeiledPicture.objects.get()
    assert picture.reports.count() == 4
    assert count_veils() == before + 1
    creator.refresh_from_db()
    assert str(creator.picture) == picture.veil

    def decide(by: User, *, is_offensive: bool) -> None:
        row = VeiledPicture.objects.get(pk=picture.pk)
        veil_decisions.decide_picture(
            row, is_offensive=is_offensive, by=by, reason="Looked at"
        )

    refused = at_once(
        lambda: decide(people[0], is_offensive=True),
        lambda: decide(people[1], is_offensive=False),
        lambda: decide(people[2], is_offensive=True),
    )
    assert [type(one) for one in refused if one] == [PictureDecided] * 2
    picture.refresh_from_db()
    creator.refresh_from_db()
    is_fine = picture.state == VeiledPicture.State.FINE
    assert str(creator.picture) == (portrait if is_fine else "")
    assert default_storage.exists(picture.original)
    assert Outbox.objects.filter(topic=veils.TOPIC).count() == 4
    assert Audit.objects.filter(action="livestreams.decide_picture").count() == 1


def test_of_two_appeals_and_two_answers_one_of_each_stands(
    creator: Creator, portrait: str
) -> None:
    first, second, third = (make_user() for _ in range(3))
    picture = veils.report_portrait(creator, reporter=first).picture
    veil_decisions.decide_picture(picture, is_offensive=True, by=first, reason="Cruel")

    def appeal() -> None:
        row = VeiledPicture.objects.get(pk=picture.pk)
        veil_decisions.appeal_picture(row, person=creator.user, text="A chair!")

    refused = at_once(appeal, appeal)
    assert [type(one) for one in refused if one] == [AppealedBefore]
    open_one = PictureAppeal.objects.select_related("picture").get()

    def answer(act: Callable[..., None], by: User) -> None:
        row = PictureAppeal.objects.select_related("picture").get(pk=open_one.pk)
        act(row, by=by, answer="Looked at")

    refused = at_once(
        lambda: answer(veil_decisions.grant_picture_appeal, second),
        lambda: answer(veil_decisions.refuse_picture_appeal, third),
    )
    assert [type(one) for one in refused if one] == [AppealDecided]
    open_one.refresh_from_db()
    creator.refresh_from_db()
    is_granted = open_one.state == PictureAppeal.State.GRANTED
    assert bool(creator.picture) == is_granted
    picture.refresh_from_db()
    assert default_storage.exists(picture.original) == is_granted
