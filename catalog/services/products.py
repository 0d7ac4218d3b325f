"""Products go off sale and back, by a person with a reason."""

from django.db import transaction

from catalog.models import Product
from catalog.services.quantities import refuse_unmeasured_product
from catalog.signals import product_withdrawn
from shopfront.models import User
from shopfront.services import audit

State = Product.State


def withdraw_product(product: Product, *, by: User, reason: str) -> bool:
    """Take a product off sale everywhere; False if it was off before.

    What is paid for is still delivered, and so is what was ordered before while its
    payment is under way; nobody orders it any more or pays in another attempt. The
    reason is for people: none, danger neither, cancels an order by itself. Higher apps
    are told and follow.

    Safe to repeat: yes; the audit row is written once.
    """
    return _move(product, {State.ACTIVE, State.DRAFT}, State.WITHDRAWN, by, reason)


def offer_product(product: Product, *, by: User, reason: str) -> bool:
    """Put a draft or withdrawn product on sale; False if it was before.

    Raises:
        QuantityMissing: it is priced where its shelf asks for a net quantity.

    Safe to repeat: yes; the audit row is written once.
    """
    return _move(product, {State.WITHDRAWN, State.DRAFT}, State.ACTIVE, by, reason)


def restore_product(
    product: Product, *, state: Product.State, by: User, reason: str
) -> bool:
    """Give a withdrawn product the state back that it had; False if it is not off.

    Raises:
        QuantityMissing: as `offer_product` does.

    Safe to repeat: yes; the audit row is written once.
    """
    return _move(product, {State.WITHDRAWN}, state, by, reason)


def _move(
    product: Product, sources: set[State], target: State, by: User, reason: str
) -> bool:
    with transaction.atomic():
        if target == State.ACTIVE:
            refuse_unmeasured_product(product)
        moved = Product.objects.filter(pk=product.pk, state__in=sources).update(
            state=target
        )
        if moved:
            audit.record(
                f"catalog.product_{target}",
                actor=by,
                subject_kind="product",
                subject_ref=product.public_id,
                reason=reason,
            )
        if moved and target == State.WITHDRAWN:
            product_withdrawn.send(sender=Product, product=product)
    product.refresh_from_db()
    return bool(moved)
