"""Collaborations: offered above the floor, answered once, agreed at once."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog.access import (
    get_brand_collaboration_for,
    get_collaboration_for,
    get_proposal_for,
)
from catalog.errors import (
    CollaborationClosed,
    CollaborationMissing,
    CollaborationWrong,
    ProposalNotOpen,
)
from catalog.models import Brand, Collaboration, Proposal
from catalog.selectors.collaborations import count_openings, list_openings
from catalog.services import collaborations
from catalog.services.collaborations import (
    Invitation,
    accept_collaboration,
    accept_counter,
    counter_collaboration,
    decline_collaboration,
    offer_collaboration,
    refuse_counter,
    withdraw_collaboration,
)
from creators.errors import (
    AgreementClosed,
    BelowPayFloor,
    NotOwnGoods,
    ShowTooLong,
    TermsChanged,
    TermsNotAccepted,
    TermsTooSoon,
)
from creators.models import Agreement, Creator
from creators.selectors.agreements import find_agreement
from creators.services.agreements import (
    Offer,
    accept_agreement,
    decline_agreement,
    offer_agreement,
)
from creators.services.notices import choose_notices
from creators.services.terms import accept_terms, publish_terms
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services.outbox import relay
from tests.factories import (
    make_agreement,
    make_brand,
    make_brand_member,
    make_creator,
    make_market,
    make_product,
)

pytestmark = pytest.mark.django_db
FAIR = Offer(commission_bps=1200, guarantee_minor=2000, guarantee_per="hour")
POOR = Offer(commission_bps=9000, guarantee_minor=1270, preparation_minutes=30)


def invite(**changes: Any) -> Invitation:
    now = clock.now()
    facts: dict[str, Any] = {
        "title": "Stools in spring",
        "period": (now, now + dt.timedelta(days=30)),
        "closes_at": now + dt.timedelta(days=7),
    }
    return Invitation(**(facts | changes))


def make_collaboration(
    brand: Brand | None = None, *, offer: Offer = FAIR, **changes: Any
) -> Collaboration:
    """Offer a stool's collaboration to the British creators."""
    brand = brand or make_brand()
    member = make_brand_member(brand=brand)
    return offer_collaboration(
        brand,
        market=make_market(),
        invitation=invite(**changes),
        offer=offer,
        products=[make_product(brand=brand)],
        by=member.user,
    )


def test_what_a_creator_accepts_becomes_the_agreement_at_once(
    creator: Creator,
) -> None:
    offered = make_collaboration()
    assert [one.collaboration for one in list_openings(creator, clock.now())] == [
        offered
    ]
    assert count_openings(creator, clock.now()) == 1
    first = accept_collaboration(offered, creator=creator)
    assert accept_collaboration(offered, creator=creator) == first
    agreement = first.agreement
    assert agreement is not None
    assert Offer.of(agreement) == FAIR
    assert agreement.valid_until == offered.period_until
    payer = offered.brand.account
    assert find_agreement(creator, payer=payer, at=clock.now()) == agreement
    assert agreement.rule_version == offered.rule_version
    offered.refresh_from_db()
    assert offered.state == Collaboration.State.FULL
    with pytest.raises(CollaborationClosed):
        accept_collaboration(offered, creator=make_creator())
    assert count_openings(creator, clock.now()) == 0


def test_below_the_floor_nothing_is_offered_countered_or_accepted(
    creator: Creator,
) -> None:
    with pytest.raises(BelowPayFloor) as refusal:
        make_collaboration(offer=POOR)
    assert refusal.value.code == "creators.below_pay_floor"
    assert refusal.value.extra["missing"] == 1907 - 1270
    assert "£6.37" in refusal.value.message
    offered = make_collaboration()
    with pytest.raises(BelowPayFloor):
        counter_collaboration(offered, creator=creator, offer=POOR)
    with pytest.raises(BelowPayFloor):
        make_collaboration(offer=Offer(commission_bps=10_000))
    with pytest.raises(ShowTooLong):
        make_collaboration(
            offer=Offer(commission_bps=0, guarantee_minor=10**6, show_minutes=601)
        )
    assert not Proposal.objects.exists()


def test_a_floor_that_rose_meanwhile_refuses_the_yes(creator: Creator) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 20, tzinfo=dt.UTC), tick=False):
        at_floor = Offer(commission_bps=1000, guarantee_minor=1221)
        offered = make_collaboration(
            offer=at_floor, closes_at=clock.now() + dt.timedelta(days=20)
        )
        agreement = offer_agreement(
            creator, payer=offered.brand.account, offer=at_floor
        )
    with time_machine.travel(dt.datetime(2026, 4, 2, tzinfo=dt.UTC), tick=False):
        with pytest.raises(BelowPayFloor) as refusal:
            accept_collaboration(offered, creator=creator)
        assert refusal.value.extra["missing"] == 50
        with pytest.raises(BelowPayFloor):
            accept_agreement(agreement, by=creator.user)
    assert not Proposal.objects.exists()
    assert not Agreement.objects.filter(state=Agreement.State.ACCEPTED).exists()


def test_commission_alone_is_for_own_goods(creator: Creator) -> None:
    own = Offer(commission_bps=5000, engagement="own_goods")
    with pytest.raises(NotOwnGoods):
        make_collaboration(offer=own, creator=creator)
    offered = make_collaboration()
    with pytest.raises(NotOwnGoods):
        counter_collaboration(offered, creator=creator, offer=own)
    brand = make_brand()
    make_brand_member(brand=brand, user=creator.user)
    mine = make_collaboration(brand, offer=own, creator=creator)
    agreed = accept_collaboration(mine, creator=creator).agreement
    assert agreed is not None
    assert agreed.guarantee_minor == 0


def test_an_offer_to_one_creator_does_not_exist_for_another(creator: Creator) -> None:
    offered = make_collaboration(creator=creator)
    other = make_creator()
    assert get_collaboration_for(creator, offered.public_id) == offered
    with pytest.raises(CollaborationMissing):
        get_collaboration_for(other, offered.public_id)
    with pytest.raises(CollaborationClosed):
        accept_collaboration(offered, creator=other)
    assert list_openings(other, clock.now()) == []


def test_a_counter_waits_for_the_brand_and_binds_once(
    creator: Creator, stranger: User
) -> None:
    offered = make_collaboration(places=2)
    member = offered.created_by
    more = Offer(commission_bps=1500, guarantee_minor=3000, guarantee_per="hour")
    counter_collaboration(offered, creator=creator, offer=FAIR, note="First")
    proposal = counter_collaboration(
        offered, creator=creator, offer=more, note="I bring my own light."
    )
    assert Proposal.objects.count() == 1
    with pytest.raises(CollaborationMissing):
        get_proposal_for(stranger, proposal.public_id)
    with pytest.raises(CollaborationMissing):
        get_brand_collaboration_for(stranger, offered.public_id)
    assert get_brand_collaboration_for(member, offered.public_id) == offered
    found = get_proposal_for(member, proposal.public_id)
    agreed = accept_counter(found, by=member)
    assert accept_counter(found, by=member).agreement == agreed.agreement
    assert agreed.agreement is not None
    assert Offer.of(agreed.agreement) == more
    with pytest.raises(ProposalNotOpen):
        counter_collaboration(offered, creator=creator, offer=FAIR)
    with pytest.raises(ProposalNotOpen):
        decline_collaboration(offered, creator=creator)
    assert Audit.objects.filter(action="catalog.accept_counter").count() == 1
    choose_notices(creator, [])
    relay()
    (letter,) = mail.outbox
    assert letter.to == [creator.user.email]
    assert "agrees to the terms" in letter.body, "what binds is told to everybody"
    offered.refresh_from_db()
    assert offered.state == Collaboration.State.OPEN


def test_a_refused_counter_leaves_the_first_terms_on_offer(creator: Creator) -> None:
    offered = make_collaboration()
    proposal = counter_collaboration(offered, creator=creator, offer=FAIR)
    refuse_counter(proposal, by=offered.created_by, answer="Too much for us.")
    with pytest.raises(ProposalNotOpen):
        refuse_counter(proposal, by=offered.created_by)
    with pytest.raises(ProposalNotOpen):
        accept_counter(proposal, by=offered.created_by)
    counter_collaboration(offered, creator=creator, offer=FAIR)
    refuse_counter(proposal, by=offered.created_by, answer="Still too much.")
    relay()
    assert len(mail.outbox) == 2
    assert all("does not agree to the terms" in row.body for row in mail.outbox)
    choose_notices(creator, [])
    counter_collaboration(offered, creator=creator, offer=FAIR)
    refuse_counter(proposal, by=offered.created_by)
    relay()
    assert len(mail.outbox) == 2, "switched off"
    assert accept_collaboration(offered, creator=creator).agreement is not None


def test_the_admin_shows_terms_in_money(admin_client: Client, creator: Creator) -> None:
    offered = make_collaboration()
    counter_collaboration(offered, creator=creator, offer=FAIR)
    for name in ("collaboration", "proposal"):
        page = admin_client.get(reverse(f"admin:catalog_{name}_changelist")).text
        assert "£" in page


def test_a_no_can_become_a_yes_until_it_closes(creator: Creator) -> None:
    offered = make_collaboration()
    decline_collaboration(offered, creator=creator, note="No time")
    declined = decline_collaboration(offered, creator=creator)
    assert declined.state == Proposal.State.DECLINED
    (opening,) = list_openings(creator, clock.now())
    assert (opening.proposal, opening.is_open) == (declined, True)
    with time_machine.travel(offered.closes_at, tick=False):
        with pytest.raises(CollaborationClosed):
            accept_collaboration(offered, creator=creator)
        assert get_collaboration_for(creator, offered.public_id) == offered
        with pytest.raises(CollaborationMissing):
            get_collaboration_for(make_creator(), offered.public_id)
    assert accept_collaboration(offered, creator=creator).agreement is not None


def test_a_withdrawn_offer_takes_no_answers_and_keeps_what_was_agreed(
    creator: Creator,
) -> None:
    offered = make_collaboration(places=3)
    agreed = accept_collaboration(offered, creator=creator)
    countered = counter_collaboration(offered, creator=make_creator(), offer=FAIR)
    withdraw_collaboration(offered, by=offered.created_by, reason="Sold out")
    with pytest.raises(CollaborationClosed):
        withdraw_collaboration(offered, by=offered.created_by)
    with pytest.raises(CollaborationClosed):
        accept_counter(countered, by=offered.created_by)
    with pytest.raises(CollaborationClosed):
        decline_collaboration(offered, creator=make_creator())
    agreed.refresh_from_db()
    assert agreed.agreement is not None
    assert agreed.agreement.state == Agreement.State.ACCEPTED


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"places": 0},
        {"closes_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"closes_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)},
        {
            "period": (
                dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
                dt.datetime(2020, 2, 1, tzinfo=dt.UTC),
            )
        },
    ],
)
def test_an_offer_that_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CollaborationWrong):
        make_collaboration(**wrong)


def test_only_the_brand_s_own_products_are_offered(creator: Creator) -> None:
    brand = make_brand()
    for products in ([], [make_product()]):
        with pytest.raises(CollaborationWrong):
            offer_collaboration(
                brand,
                market=make_market(),
                invitation=invite(),
                offer=FAIR,
                products=products,
                by=creator.user,
            )
    with pytest.raises(CollaborationWrong):
        make_collaboration(creator=creator, places=2)


def test_the_market_s_terms_come_before_any_yes(creator: Creator) -> None:
    first = publish_terms(creator.market, text="Be kind.")
    offered = make_collaboration()
    with pytest.raises(TermsNotAccepted):
        accept_collaboration(offered, creator=creator)
    with pytest.raises(TermsNotAccepted):
        counter_collaboration(offered, creator=creator, offer=FAIR)
    assert not Agreement.objects.exists()
    with pytest.raises(TermsChanged):
        accept_terms(creator, version=2)
    consent = accept_terms(creator, version=first.version)
    assert accept_terms(creator, version=1) == consent
    assert accept_collaboration(offered, creator=creator).agreement is not None
    with pytest.raises(TermsTooSoon):
        publish_terms(
            creator.market, text="x", valid_from=clock.now() + dt.timedelta(days=14)
        )
    second = publish_terms(creator.market, text="Be kinder.", changes="Kinder.")
    assert second.valid_from - second.published_at == dt.timedelta(days=15)
    other = make_collaboration()
    assert accept_collaboration(other, creator=creator).agreement is not None
    with time_machine.travel(second.valid_from, tick=False):
        third = make_collaboration()
        with pytest.raises(TermsNotAccepted):
            accept_collaboration(third, creator=creator)
        accept_terms(creator, version=2)
        assert accept_collaboration(third, creator=creator).agreement is not None


def test_a_new_version_ends_the_agreement_that_it_replaces(creator: Creator) -> None:
    old = make_agreement(creator=creator)
    new = offer_agreement(creator, payer=old.payer, offer=FAIR, replaces=old)
    assert new.version == 2
    accept_agreement(new, by=creator.user)
    old.refresh_from_db()
    assert (old.state, old.valid_until) == (Agreement.State.ENDED, new.valid_from)
    unwanted = offer_agreement(creator, payer=old.payer, offer=FAIR)
    decline_agreement(unwanted, by=creator.user)
    decline_agreement(unwanted, by=creator.user)
    for late in (unwanted, old):
        with pytest.raises(AgreementClosed):
            accept_agreement(late, by=creator.user)
    with pytest.raises(AgreementClosed):
        decline_agreement(new, by=creator.user)


def take_at_once(offered: Collaboration, count: int = 4) -> list[str]:
    """Let so many creators accept at the same moment; return what they heard."""
    creators = [make_creator() for _ in range(count)]
    outcomes: list[str] = []
    gate = threading.Barrier(count)

    def accept(creator: Creator) -> None:
        gate.wait()
        try:
            accept_collaboration(offered, creator=creator)
            outcomes.append("yes")
        except CollaborationClosed:
            outcomes.append("no")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(one,)) for one in creators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_creators_at_once_take_one_place_once() -> None:
    assert take_at_once(make_collaboration()) == ["no", "no", "no", "yes"]
    assert Agreement.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_its_lock_one_place_would_be_taken_more_than_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_have_read = threading.Barrier(4)

    def read(row: Collaboration) -> Collaboration:
        found = Collaboration.objects.select_related("brand__account").get(pk=row.pk)
        all_have_read.wait()
        return found

    monkeypatch.setattr(collaborations, "_lock", read)
    assert take_at_once(make_collaboration()).count("yes") > 1
