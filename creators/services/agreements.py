"""Agreements: offered and accepted only where they keep the market's pay floor (E0)."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from creators.errors import AgreementClosed, BelowPayFloor, NotOwnGoods, ShowTooLong
from creators.models import PAY_FIELDS, Account, Agreement, Creator, PayTerms
from creators.selectors.pay import Pay, measure_pay
from creators.services.terms import require_consent
from shopfront.common import clock
from shopfront.markets import rules_for
from shopfront.models import Market, User
from shopfront.services import audit

State = Agreement.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Terms as somebody proposes them; the fields are those of `PayTerms`."""

    commission_bps: int
    guarantee_minor: int = 0
    guarantee_per: str = PayTerms.Per.SHOW
    pays: str = PayTerms.Pays.GREATER
    engagement: str = PayTerms.Engagement.SELF_EMPLOYED
    show_minutes: int = 60
    preparation_minutes: int = 0

    @classmethod
    def of(cls, terms: PayTerms) -> "Offer":
        """Return the terms of a row."""
        return cls(**{name: getattr(terms, name) for name in PAY_FIELDS})

    def as_row(self) -> PayTerms:
        """Return the terms as an unsaved row, to measure."""
        return Agreement(**asdict(self))


def check_terms(terms: PayTerms, market: Market, *, at: dt.datetime) -> Pay:
    """Return what terms pay, or refuse what the market does not allow.

    Raises:
        BelowPayFloor: with `missing` and `floor`, minor units, for the whole show.
        ShowTooLong: the show alone is beyond the day's cap.
        RulesMissing: the market has no rules of work.
    """
    rules = rules_for(market, at)
    pay = measure_pay(terms, rules=rules, currency=market.currency)
    if not 1 <= terms.show_minutes <= rules.daily_cap_minutes:
        raise ShowTooLong(extra={"daily_cap_minutes": rules.daily_cap_minutes})
    if pay.missing and terms.engagement != PayTerms.Engagement.OWN_GOODS:
        sentence = _(
            "%(missing)s are missing to the floor of %(floor)s per hour for "
            "%(hours)s hours of show and preparation."
        )
        words = {
            "missing": pay.missing.format(),
            "floor": pay.floor_per_hour.format(),
            "hours": pay.hours_shown,
        }
        raise BelowPayFloor(
            sentence % words,
            extra={
                "missing": pay.missing.minor,
                "floor": pay.floor.minor,
                "currency": market.currency,
                "rule_version": pay.rule_version,
            },
        )
    return pay


def offer_agreement(
    creator: Creator,
    *,
    payer: Account,
    offer: Offer,
    title: str = "",
    valid_from: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
    replaces: Agreement | None = None,
    owns_goods: bool = False,
) -> Agreement:
    """Offer terms to a creator; they are measured by the rules of today.

    Args:
        creator: who would work.
        payer: whose account bears commission and guarantee.
        offer: the terms.
        title: what it is about, for people.
        valid_from: when the period begins; never before it is accepted.
        valid_until: when the period ends; None for good.
        replaces: an agreement of the same two that ends when this one is accepted.
        owns_goods: whether the payer is this creator's own trade.

    Raises:
        BelowPayFloor, ShowTooLong, RulesMissing: see `check_terms`.
        NotOwnGoods: terms for own goods, but the goods are somebody else's.
    """
    if offer.engagement == PayTerms.Engagement.OWN_GOODS and not owns_goods:
        raise NotOwnGoods
    pay = check_terms(offer.as_row(), creator.market, at=clock.now())
    return Agreement.objects.create(
        creator=creator,
        payer=payer,
        title=title[:120],
        version=replaces.version + 1 if replaces else 1,
        replaces=replaces,
        rule_version=pay.rule_version,
        valid_from=valid_from or clock.now(),
        valid_until=valid_until,
        **asdict(offer),
    )


def accept_agreement(agreement: Agreement, *, by: User) -> Agreement:
    """Accept an offered agreement; from then on its terms are fixed.

    Raises:
        AgreementClosed: it is not on offer any more, or its period is over.
        BelowPayFloor: the floor rose meanwhile; see `check_terms`.
        TermsNotAccepted: the creator has not agreed to the market's terms.

    Safe to repeat: yes, an accepted agreement stays accepted.
    """
    agreement.refresh_from_db()
    if agreement.state == State.OFFERED:
        _take_effect(agreement, by)
        agreement.refresh_from_db()
    if agreement.state != State.ACCEPTED:
        raise AgreementClosed
    return agreement


def decline_agreement(agreement: Agreement, *, by: User) -> Agreement:
    """Decline an offered agreement; nothing else reads that it was declined.

    Raises:
        AgreementClosed: it was accepted, or is not on offer any more.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        changed = Agreement.objects.filter(pk=agreement.pk, state=State.OFFERED).update(
            state=State.DECLINED
        )
        if changed:
            _record("creators.decline_agreement", agreement, by)
    agreement.refresh_from_db()
    if agreement.state != State.DECLINED:
        raise AgreementClosed
    return agreement


def end_agreement(agreement: Agreement, *, by: User, reason: str) -> Agreement:
    """End an accepted agreement; guarantees of shows that it was made for stand.

    Raises:
        AgreementClosed: it does not hold.
    """
    now = clock.now()
    with transaction.atomic():
        changed = Agreement.objects.filter(
            pk=agreement.pk, state=State.ACCEPTED
        ).update(state=State.ENDED, valid_until=now)
        if not changed:
            raise AgreementClosed
        _record("creators.end_agreement", agreement, by, reason)
    agreement.refresh_from_db()
    return agreement


def _take_effect(agreement: Agreement, by: User) -> None:
    now = clock.now()
    if agreement.valid_until is not None and agreement.valid_until <= now:
        raise AgreementClosed
    require_consent(agreement.creator, at=now)
    pay = check_terms(agreement, agreement.creator.market, at=now)
    with transaction.atomic():
        changed = Agreement.objects.filter(pk=agreement.pk, state=State.OFFERED).update(
            state=State.ACCEPTED,
            valid_from=max(now, agreement.valid_from),
            rule_version=pay.rule_version,
        )
        if not changed:
            return
        if agreement.replaces_id is not None:
            Agreement.objects.filter(
                pk=agreement.replaces_id, state=State.ACCEPTED
            ).update(state=State.ENDED, valid_until=now)
        _record("creators.accept_agreement", agreement, by)


def _record(action: str, agreement: Agreement, by: User, reason: str = "") -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="agreement",
        subject_ref=agreement.public_id,
        reason=reason,
    )
