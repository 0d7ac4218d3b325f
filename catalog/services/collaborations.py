"""Collaborations: offered by brands, answered by creators, each at most once (P4)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.errors import CollaborationClosed, CollaborationWrong, ProposalNotOpen
from catalog.models import Brand, Collaboration, Product, Proposal
from creators.errors import NotOwnGoods
from creators.models import Creator, PayTerms
from creators.services.agreements import (
    Offer,
    accept_agreement,
    check_terms,
    offer_agreement,
)
from creators.services.notices import (
    post_counter_agreed,
    post_counter_refused,
    post_offer_made,
)
from creators.services.terms import require_consent
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit

MOST_PRODUCTS = 60
LONGEST_WORDS = 2000
State = Collaboration.State
Said = Proposal.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a brand decides about a collaboration beside its terms of pay.

    `period` is when shows may take place, `closes_at` until when answers are taken,
    `creator` whom it is for (None: every creator of the market).
    """

    title: str
    period: tuple[dt.datetime, dt.datetime]
    closes_at: dt.datetime
    text: str = ""
    creator: Creator | None = None
    places: int = 1


def offer_collaboration(
    brand: Brand,
    *,
    market: Market,
    invitation: Invitation,
    offer: Offer,
    products: Collection[Product],
    by: User,
) -> Collaboration:
    """Offer a collaboration to a market's creators, or to one of them.

    Raises:
        BelowPayFloor, ShowTooLong, RulesMissing: see `check_terms`.
        NotOwnGoods: commission alone is for a creator's own goods.
        CollaborationWrong: period, places or products do not fit.
    """
    now = clock.now()
    _check_invitation(brand, market, invitation, products, now)
    _check_own_goods(brand, invitation.creator, offer)
    pay = check_terms(offer.as_row(), market, at=now)
    begins, ends = invitation.period
    with transaction.atomic():
        collaboration = Collaboration.objects.create(
            brand=brand,
            market=market,
            creator=invitation.creator,
            title=invitation.title[:120],
            text=invitation.text[:LONGEST_WORDS],
            places=invitation.places,
            period_from=begins,
            period_until=ends,
            closes_at=invitation.closes_at,
            rule_version=pay.rule_version,
            created_by=by,
            **asdict(offer),
        )
        collaboration.products.set(products)
        _record("catalog.offer_collaboration", collaboration, by)
        if invitation.creator is not None:
            post_offer_made(
                invitation.creator,
                ref=collaboration.public_id,
                title=collaboration.title,
                brand=brand.name,
            )
    return collaboration


def withdraw_collaboration(
    collaboration: Collaboration, *, by: User, reason: str = ""
) -> None:
    """Take no more answers; what was accepted stands.

    Raises:
        CollaborationClosed: it takes none anyway.
    """
    with transaction.atomic():
        changed = Collaboration.objects.filter(
            pk=collaboration.pk, state=State.OPEN
        ).update(state=State.WITHDRAWN)
        if not changed:
            raise CollaborationClosed
        _record("catalog.withdraw_collaboration", collaboration, by, reason)
    collaboration.refresh_from_db()


def accept_collaboration(collaboration: Collaboration, *, creator: Creator) -> Proposal:
    """Accept a collaboration as it was offered; it becomes an agreement at once.

    Raises:
        CollaborationClosed: all places are taken, it was withdrawn or is too late.
        BelowPayFloor: the floor rose meanwhile.
        TermsNotAccepted: the creator has not agreed to the market's terms.

    Locks: the collaboration. Safe to repeat: yes, once accepted it stays so.
    """
    with transaction.atomic():
        row = _lock(collaboration)
        known = _find(row, creator)
        if known is not None and known.state == Said.ACCEPTED:
            return known
        _check_open(row, creator)
        proposal = known or Proposal(collaboration=row, creator=creator)
        _keep_terms(proposal, Offer.of(row))
        _conclude(row, proposal, by=creator.user)
    return proposal


def counter_collaboration(
    collaboration: Collaboration, *, creator: Creator, offer: Offer, note: str = ""
) -> Proposal:
    """Propose other terms, which wait for the brand; a later counter replaces them.

    Raises:
        CollaborationClosed: no answers are taken.
        ProposalNotOpen: the creator has accepted already.
        BelowPayFloor, ShowTooLong: not even the creator may go below the floor.
        TermsNotAccepted: the creator has not agreed to the market's terms.

    Locks: the collaboration.
    """
    now = clock.now()
    with transaction.atomic():
        row = _lock(collaboration)
        _check_open(row, creator)
        _check_own_goods(row.brand, creator, offer)
        require_consent(creator, at=now)
        check_terms(offer.as_row(), row.market, at=now)
        proposal = _find(row, creator) or Proposal(collaboration=row, creator=creator)
        if proposal.state == Said.ACCEPTED:
            raise ProposalNotOpen
        _keep_terms(proposal, offer)
        proposal.state, proposal.changed_at = Said.COUNTERED, now
        proposal.note, proposal.answer = note[:LONGEST_WORDS], ""
        proposal.save()
    return proposal


def decline_collaboration(
    collaboration: Collaboration, *, creator: Creator, note: str = ""
) -> Proposal:
    """Say no; nothing but this row ever reads it, and a yes is possible until closing.

    Raises:
        ProposalNotOpen: the creator has accepted already.
        CollaborationClosed: no answers are taken.

    Locks: the collaboration. Safe to repeat: yes.
    """
    with transaction.atomic():
        row = _lock(collaboration)
        proposal = _find(row, creator)
        if proposal is None:
            _check_open(row, creator)
            proposal = Proposal(collaboration=row, creator=creator)
            _keep_terms(proposal, Offer.of(row))
        if proposal.state == Said.ACCEPTED:
            raise ProposalNotOpen
        proposal.state, proposal.changed_at = Said.DECLINED, clock.now()
        proposal.note = note[:LONGEST_WORDS]
        proposal.save()
    return proposal


def accept_counter(proposal: Proposal, *, by: User) -> Proposal:
    """Accept a creator's counter-offer for the brand; it becomes an agreement at once.

    Raises:
        ProposalNotOpen: it is no counter-offer any more.
        CollaborationClosed: all places are taken, it was withdrawn or is too late.
        BelowPayFloor: the floor rose meanwhile.
        TermsNotAccepted: newer terms of the market wait for the creator.

    Locks: the collaboration. Safe to repeat: yes, once accepted it stays so.
    """
    with transaction.atomic():
        row = _lock(proposal.collaboration)
        proposal.refresh_from_db()
        if proposal.state == Said.ACCEPTED:
            return proposal
        if proposal.state != Said.COUNTERED:
            raise ProposalNotOpen
        _check_open(row, proposal.creator)
        _conclude(row, proposal, by=by)
        _record("catalog.accept_counter", row, by)
        post_counter_agreed(
            proposal.creator,
            ref=row.public_id,
            title=row.title,
            brand=row.brand.name,
        )
    return proposal


def refuse_counter(proposal: Proposal, *, by: User, answer: str = "") -> Proposal:
    """Refuse a creator's counter-offer; the first terms stay on offer.

    Raises:
        ProposalNotOpen: it is no counter-offer any more.
    """
    with transaction.atomic():
        changed = Proposal.objects.filter(pk=proposal.pk, state=Said.COUNTERED).update(
            state=Said.REFUSED, answer=answer[:LONGEST_WORDS], changed_at=clock.now()
        )
        if not changed:
            raise ProposalNotOpen
        row = proposal.collaboration
        _record("catalog.refuse_counter", row, by, answer)
        post_counter_refused(
            proposal.creator,
            ref=row.public_id,
            title=row.title,
            brand=row.brand.name,
        )
    proposal.refresh_from_db()
    return proposal


def _lock(collaboration: Collaboration) -> Collaboration:
    return (
        Collaboration.objects.select_for_update(of=("self",))
        .select_related("brand__account", "market")
        .get(pk=collaboration.pk)
    )


def _find(collaboration: Collaboration, creator: Creator) -> Proposal | None:
    return Proposal.objects.filter(collaboration=collaboration, creator=creator).first()


def _keep_terms(proposal: Proposal, offer: Offer) -> None:
    for name, value in asdict(offer).items():
        setattr(proposal, name, value)


def _conclude(collaboration: Collaboration, proposal: Proposal, *, by: User) -> None:
    """Make the agreement of a proposal's terms, and close when the places are taken."""
    creator, brand = proposal.creator, collaboration.brand
    agreement = offer_agreement(
        creator,
        payer=brand.account,
        offer=Offer.of(proposal),
        title=collaboration.title,
        valid_from=collaboration.period_from,
        valid_until=collaboration.period_until,
        owns_goods=_is_own_trade(brand, creator),
    )
    proposal.agreement = accept_agreement(agreement, by=by)
    proposal.state, proposal.changed_at = Said.ACCEPTED, clock.now()
    proposal.save()
    taken = collaboration.proposals.filter(state=Said.ACCEPTED).count()
    if taken >= collaboration.places:
        collaboration.state = State.FULL
        collaboration.save(update_fields=["state"])


def _check_open(collaboration: Collaboration, creator: Creator) -> None:
    is_for = collaboration.creator_id in {None, creator.pk}
    is_here = collaboration.market_id == creator.market_id
    if not (is_for and is_here and collaboration.is_open(clock.now())):
        raise CollaborationClosed


def _check_own_goods(brand: Brand, creator: Creator | None, offer: Offer) -> None:
    if offer.engagement != PayTerms.Engagement.OWN_GOODS:
        return
    if creator is None or not _is_own_trade(brand, creator):
        raise NotOwnGoods


def _is_own_trade(brand: Brand, creator: Creator) -> bool:
    return brand.members.filter(user=creator.user).exists()


def _check_invitation(
    brand: Brand,
    market: Market,
    invitation: Invitation,
    products: Collection[Product],
    now: dt.datetime,
) -> None:
    begins, ends = invitation.period
    creator = invitation.creator
    wrongs: list[tuple[bool, str | Promise]] = [
        (not invitation.title.strip(), _("It needs a title.")),
        (not begins < ends or ends <= now, _("The period must end later.")),
        (
            not now < invitation.closes_at <= ends,
            _("Answers end before the period does, and not before now."),
        ),
        (invitation.places < 1, _("It needs at least one place.")),
        (
            creator is not None and invitation.places > 1,
            _("An offer to one creator has one place."),
        ),
        (
            creator is not None and creator.market_id != market.pk,
            _("The creator works in another market."),
        ),
        (
            not 1 <= len(products) <= MOST_PRODUCTS
            or any(product.brand_id != brand.pk for product in products),
            _("Choose products of the brand, 60 at most."),
        ),
    ]
    for is_wrong, words in wrongs:
        if is_wrong:
            raise CollaborationWrong(str(words))


def _record(
    action: str, collaboration: Collaboration, by: User, reason: str = ""
) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="collaboration",
        subject_ref=collaboration.public_id,
        reason=reason[:200],
    )
