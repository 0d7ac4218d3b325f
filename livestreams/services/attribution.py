"""Attribution (N2): whose sale a paid line is, and its posting in the books.

The source of a tap is signed (`livestreams.access.sources`), lies in the cart line and
needs no cookie; a bad or old one counts as none.
"""

import datetime as dt

from django.db import transaction

from creators.models import Agreement
from creators.selectors.agreements import find_agreement, find_show_agreement
from creators.services.sales import SoldLine, post_delivery, post_sale
from livestreams.access.sources import Source, find_source
from livestreams.models import Livestream
from livestreams.selectors.cast import list_parts
from livestreams.selectors.origins import is_tap_on
from livestreams.services import evidence
from orders.models import Order, OrderLine
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "livestreams.order_paid"
VISIT = dt.timedelta(hours=12)
"""How long a guest's visit may be; a source from before belongs to another visit."""


def post_order_paid(order_ref: str) -> None:
    """Write into the open transaction that an order waits for its attribution."""
    outbox.post(TOPIC, f"attribution:{order_ref}", {"order": order_ref})


def carry_order_paid(message: Outbox) -> None:
    """Attribute the order that an outbox message names. Safe to repeat: yes."""
    attribute_order(str(message.payload["order"]))


def attribute_order(order_ref: str) -> None:
    """Post every line of a paid order, each to the creator it belongs to, or to none.

    Where a line was bought in a show, the moment is recorded too (B8).

    Runs after the payment has committed, so no fault here undoes it.

    Safe to repeat: yes, a line is posted once; also side by side.
    """
    order = Order.objects.select_related("market", "brand__account").get(
        public_id=order_ref
    )
    related = ("variant__product", "price_version")
    lines = list(order.lines.select_related(*related).order_by("id"))
    with transaction.atomic():
        for line in lines:
            post_sale(_describe(order, line))
        evidence.record_lines(lines, at=order.created_at)
        if order.shipping_minor:
            post_delivery(
                order.public_id,
                payable=order.brand.account,
                total_minor=order.shipping_minor,
                tax_minor=order.tax_minor - sum(line.tax_minor for line in lines),
                currency=order.currency,
            )


def find_owner(order: Order, line: OrderLine) -> tuple[Livestream, Agreement] | None:
    """Return the show and agreement that a line belongs to, or None.

    The source must be ours, for this product and not too old for the order (N2); an
    agreement with the brand, else the show's, must have held when it was sold.
    """
    source = find_source(line.source_ref, at=order.created_at)
    if source is None or _is_other_visit(order, source):
        return None
    if not is_tap_on(source, line):
        return None
    shows = Livestream.objects.select_related("creator")
    show = shows.filter(public_id=source.livestream, rehearsal_of=None).first()
    if show is None:
        return None
    payer, sold_at = order.brand.account, order.paid_at or order.created_at
    agreement = find_agreement(
        show.creator, payer=payer, at=sold_at
    ) or find_show_agreement(
        show.agreement_id, creator=show.creator, payer=payer, at=sold_at
    )
    return None if agreement is None else (show, agreement)


def _describe(order: Order, line: OrderLine) -> SoldLine:
    owner = find_owner(order, line)
    show, agreement = owner or (None, None)
    sold_at = order.paid_at or order.created_at
    return SoldLine(
        line_ref=line.public_id,
        title=line.title,
        market=order.market,
        payable=order.brand.account,
        total_minor=line.total_minor,
        tax_minor=line.tax_minor,
        currency=line.currency,
        sold_at=sold_at,
        agreement=agreement,
        show_ref=show.public_id if show else "",
        parts=list_parts(*owner, at=sold_at) if owner else (),
    )


def _is_other_visit(order: Order, source: Source) -> bool:
    return order.user_id is None and order.created_at - source.minted_at > VISIT
