"""Applying, being verified, and saying yes to an agreement."""

import datetime as dt

import pytest
from django.core.mail import EmailMessage

from creators.access import get_agreement_for, get_creator_for
from creators.errors import (
    AgreementClosed,
    AgreementMissing,
    AlreadyApplied,
    HandleTaken,
    NotACreator,
    NotVerified,
    UnderAge,
)
from creators.models import Agreement, Creator
from creators.selectors.agreements import find_agreement
from creators.services.agreements import accept_agreement
from creators.services.people import apply_as_creator, verify_creator
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services.outbox import relay
from tests.factories import make_agreement, make_creator, make_market

pytestmark = pytest.mark.django_db


def apply(user: User, handle: str = "Sam-Sells") -> Creator:
    return apply_as_creator(
        user, market=make_market(), handle=handle, display_name="Sam"
    )


def test_an_application_waits_until_staff_verify_it(shopper: User, staff: User) -> None:
    with pytest.raises(NotACreator):
        get_creator_for(shopper)
    applied = apply(shopper)
    assert applied.handle == "sam-sells"
    with pytest.raises(NotVerified):
        get_creator_for(shopper)
    verify_creator(applied, by=staff, reason="passport seen")
    verify_creator(applied, by=staff)
    assert get_creator_for(shopper) == applied
    row = Audit.objects.get(action="creators.verify")
    assert (row.actor, row.reason) == (staff, "passport seen")


def test_who_is_verified_is_told_once(
    shopper: User, staff: User, mailoutbox: list[EmailMessage]
) -> None:
    applied = apply(shopper)
    verify_creator(applied, by=staff, reason="passport seen")
    verify_creator(applied, by=staff)
    relay()
    (letter,) = mailoutbox
    assert letter.to == [shopper.email]
    assert "your application is accepted" in letter.body
    assert "/creator/" in letter.body


def test_one_application_for_each_account(shopper: User) -> None:
    apply(shopper)
    with pytest.raises(AlreadyApplied):
        apply(shopper, "another")


def test_a_handle_is_given_once(shopper: User, stranger: User) -> None:
    apply(shopper)
    with pytest.raises(HandleTaken):
        apply(stranger)
    with pytest.raises(HandleTaken):
        apply(stranger, "Support")


def test_nobody_under_18_becomes_a_creator(teen: User) -> None:
    with pytest.raises(UnderAge):
        apply(teen)


def test_an_accepted_agreement_counts_from_its_acceptance(creator: Creator) -> None:
    offered = make_agreement(creator=creator, state=Agreement.State.OFFERED)
    before = clock.now()
    assert find_agreement(creator, payer=offered.payer, at=before) is None
    accept_agreement(offered, by=creator.user)
    accept_agreement(offered, by=creator.user)
    assert find_agreement(creator, payer=offered.payer, at=before) is None
    assert find_agreement(creator, payer=offered.payer, at=clock.now()) == offered
    assert Audit.objects.filter(action="creators.accept_agreement").count() == 1


def test_an_ended_agreement_still_pays_what_was_sold_while_it_held(
    creator: Creator,
) -> None:
    now = clock.now()
    ended = make_agreement(
        creator=creator, state=Agreement.State.ENDED, valid_until=now
    )
    earlier = now - dt.timedelta(days=1)
    assert find_agreement(creator, payer=ended.payer, at=earlier) == ended
    assert find_agreement(creator, payer=ended.payer, at=now) is None
    with pytest.raises(AgreementClosed):
        accept_agreement(ended, by=creator.user)


def test_an_agreement_of_somebody_else_does_not_exist(creator: Creator) -> None:
    foreign = make_agreement(creator=make_creator())
    with pytest.raises(AgreementMissing):
        get_agreement_for(creator, foreign.public_id)
