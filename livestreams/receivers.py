"""What follows from facts of lower apps: an outbox row, and nothing else."""

import datetime as dt
from typing import Any

from catalog.models import Drop, Offer, Product
from creators.models import Creator, WorkDecision, WorkEntry
from livestreams.services import (
    attribution,
    drops,
    funding,
    goods_alerts,
    leaving,
    offers,
    pin_decisions,
    withdrawn_goods,
)
from orders.models import Case, Order
from shopfront.models import User


def post_order_paid(sender: type[Order], order: Order, **_facts: Any) -> None:
    """Note in the payment's transaction that an order waits for its attribution."""
    attribution.post_order_paid(order.public_id)


def post_case_opened(sender: type[Case], case: Case, **_facts: Any) -> None:
    """Note in the case's transaction that its goods may need a look."""
    goods_alerts.post_case_opened(case)


def post_drop_changed(sender: type[Drop], drop: Drop, **_facts: Any) -> None:
    """Note in the drop's transaction that the rooms must hear of it."""
    drops.post_drop_changed(drop)


def post_offer_changed(sender: type[Offer], offer: Offer, **_facts: Any) -> None:
    """Note in the offer's transaction that the rooms must hear of it."""
    offers.post_offer_changed(offer)


def post_product_withdrawn(
    sender: type[Product], product: Product, **_facts: Any
) -> None:
    """Note in the product's transaction that it leaves the screens."""
    withdrawn_goods.post_product_withdrawn(product)


def post_decision_overturned(
    sender: type[WorkDecision], decision: WorkDecision, **_facts: Any
) -> None:
    """Note in the decision's transaction that goods go back on a screen."""
    pin_decisions.post_overturned(decision)


def post_creator_closed(
    sender: type[Creator], creator: Creator, why: str, **_facts: Any
) -> None:
    """Note in the closing's transaction that coming shows are called off."""
    leaving.post_creator_closed(creator, why)


def post_work_entered(
    sender: type[WorkEntry],
    user: User,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    **_facts: Any,
) -> None:
    """Note in the entry's transaction that shows may have had overtime."""
    funding.post_work_entered(user, starts_at, ends_at)
