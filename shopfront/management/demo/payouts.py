"""Pay of the demo: a rule, payout details, statements and held lines."""

import datetime as dt
from collections.abc import Mapping

from catalog.models import Brand
from creators.models import (
    Account,
    Commission,
    Creator,
    Entry,
    PayoutDetails,
    PayoutRule,
    PayoutRun,
)
from creators.services.holds import hold_entry, hold_line
from creators.services.payout_details import TaxData, save_details
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
from creators.services.settlement import settle_commissions, start_return_window
from livestreams.services.attribution import attribute_order
from orders.models import OrderLine
from shopfront.common import clock
from shopfront.models import Market, User

PAID, HELD = "Studio pendant lamp", "Workshop stool"
BUYER = "shopper2@demo.example"


def ensure_payouts(
    host: Creator, brand: Brand, people: Mapping[str, User]
) -> PayoutRun | None:
    """Pay the first host, a brand and a helper; hold a line of the first two.

    The host for what settled, one sale's return window ending at once; the brand for
    what it sold weeks ago; the helper for overtime. Returns the run, or None where it
    was made before.
    """
    market = host.market
    rule = _ensure_rule(market)
    if PayoutDetails.objects.filter(owner_ref=host.public_id).exists():
        return None
    _save_all(host, brand, people, market)
    held, paid = _find_line(HELD), _find_line(PAID)
    if held is not None:
        _hold(_attribute(held), by=people["staff"])
    if paid is None:
        return None
    _attribute(paid)
    start_return_window(paid.public_id, ends_at=clock.now())
    settle_commissions()
    run = open_run(rule, clock.now().date())
    if claim_run(run):
        prepare_run(run, by=people["staff"])
        release_run(run, by=people["admin"])
    return run


def _hold(earned: Commission, *, by: User) -> None:
    """Hold a line of the host, and what it brought the brand."""
    reason = "One of the two stools has not arrived; a case is open."
    hold_line(earned, reason=reason, by=by)
    brought = Entry.objects.get(
        transaction=earned.posting, account__kind=Account.Kind.BRAND_PAYABLE
    )
    hold_entry(brought, reason=reason, by=by)


def _ensure_rule(market: Market) -> PayoutRule:
    rule, _ = PayoutRule.objects.get_or_create(
        market=market,
        valid_from=dt.date(2026, 1, 1),
        defaults={
            "rhythm": PayoutRule.Rhythm.WEEKLY,
            "day": 2,
            "minimum_minor": 100,
            "method": PayoutRule.Method.UK,
            "payer_name": "Shopfront Demo Ltd",
            "payer_bank_account": "200000 55779911",
            "payer_address": "1 Market Row\nLeeds LS1 6AA\nUnited Kingdom",
            "payer_vat_number": "GB980780684",
        },
    )
    return rule


def _save_all(
    host: Creator, brand: Brand, people: Mapping[str, User], market: Market
) -> None:
    """Say where each of the three is paid."""
    _save_details(
        Account.Owner.CREATOR,
        host.public_id,
        market,
        TaxData(
            legal_name=host.display_name,
            address="3 Mill Lane\nLeeds LS2 7EY",
            country=market.code,
            tax_number="1955839661",
            born_on=dt.date(1991, 5, 17),
        ),
        by=host.user,
    )
    _save_details(
        Account.Owner.BRAND,
        brand.public_id,
        market,
        TaxData(
            legal_name=brand.trader_name,
            address=brand.trader_address,
            country=market.code,
            tax_number="2860417395",
        ),
        by=people["brand"],
    )
    helper = people["moderator"]
    _save_details(
        Account.Owner.PERSON,
        helper.public_id,
        market,
        TaxData(
            legal_name=helper.name,
            address="8 Bobbin Street\nLeeds LS11 9DR",
            country=market.code,
            tax_number="3071856249",
            born_on=dt.date(1996, 11, 3),
        ),
        by=helper,
    )


def _save_details(
    owner: Account.Owner, public_id: str, market: Market, tax: TaxData, *, by: User
) -> None:
    save_details(
        owner,
        public_id,
        market=market,
        holder=tax.legal_name,
        bank_account="20-00-00 12345678",
        tax=tax,
        agrees_to_self_billing=owner == Account.Owner.CREATOR,
        by=by,
    )


def _find_line(product: str) -> OrderLine | None:
    return (
        OrderLine.objects.select_related("order")
        .filter(
            variant__product__title=product,
            order__user__email=BUYER,
            order__paid_at__isnull=False,
        )
        .first()
    )


def _attribute(line: OrderLine) -> Commission:
    """Return what a line earned; its order is posted now if it still waits."""
    attribute_order(line.order.public_id)
    return Commission.objects.get(line_ref=line.public_id)
