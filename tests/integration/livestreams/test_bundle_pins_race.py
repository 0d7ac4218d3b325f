"""Two at once about a bundle on screen: pinned once, and gone with a part of it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import Bundle, Product
from catalog.selectors.bundles import find_bundle_view
from catalog.services.products import offer_product, withdraw_product
from livestreams.errors import ProductNotPinnable
from livestreams.errors.planning import ProductRefused
from livestreams.models import Pin
from livestreams.services.pins import pin_bundle
from livestreams.services.shows import start_livestream
from livestreams.services.vetoes import refuse_product
from shopfront.common.errors import DomainError
from shopfront.services import outbox
from tests.factories import make_bundle, make_product, make_variant
from tests.integration.creators.conftest import Stall, make_stall

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stall(creator: Any) -> Stall:
    """Make a show on air that sells a product."""
    stall = make_stall(creator)
    start_livestream(stall.show)
    stall.show.refresh_from_db()
    return stall


@pytest.fixture
def rug(stall: Stall) -> Product:
    """Make a product of the same brand that is not on the shelf."""
    product: Product = make_product(brand=stall.brand, title="Rug")
    make_variant(product=product, price=2000)
    return product


@pytest.fixture
def bundle(stall: Stall, rug: Product) -> Bundle:
    """Make a bundle of the rug and the product."""
    return make_bundle((rug.variants.get(), 1), (stall.variant, 1))


def run_together(*acts: Callable[[], object]) -> list[Exception]:
    """Do things at the same moment; return the refusals of some."""
    together, faults = threading.Barrier(len(acts)), list[Exception]()

    def work(act: Callable[[], object]) -> None:
        together.wait()
        try:
            act()
        except (DomainError, IntegrityError) as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def look_and_pin(stall: Stall, bundle: Bundle, looked: threading.Barrier) -> None:
    """Pin as one would without the show's lock: look first, then write."""
    show = stall.show
    is_sold = find_bundle_view(bundle, show.market) is not None
    is_new = not Pin.objects.filter(bundle=bundle, removed_at=None).exists()
    looked.wait()
    if is_sold and is_new:
        Pin.objects.create(
            livestream=show,
            product=stall.variant.product,
            bundle=bundle,
            placed_by=stall.creator.user,
        )


def test_hosts_who_pin_a_bundle_at_once_have_one_pin(
    stall: Stall, bundle: Bundle
) -> None:
    pins: list[Pin] = []

    def pin() -> None:
        pins.append(pin_bundle(stall.show, bundle, by=stall.creator.user))

    assert run_together(*[pin] * 4) == []
    assert set(pins) == {Pin.objects.get()}
    assert len(pins) == 4


def test_without_the_lock_hosts_at_once_run_into_each_other(
    stall: Stall, bundle: Bundle
) -> None:
    """Negative control: all but one get a fault of the database."""
    looked = threading.Barrier(4)
    faults = run_together(*[lambda: look_and_pin(stall, bundle, looked)] * 4)
    assert [type(fault) for fault in faults] == [IntegrityError] * 3


def test_a_bundle_pinned_while_a_part_is_refused_is_not_on_screen(
    stall: Stall, bundle: Bundle, rug: Product
) -> None:
    host = stall.creator.user
    faults = run_together(
        lambda: pin_bundle(stall.show, bundle, by=host),
        lambda: refuse_product(stall.show, rug, by=host, reason="quality"),
    )
    assert all(isinstance(fault, ProductRefused) for fault in faults)
    assert not Pin.objects.filter(removed_at=None).exists()


def test_a_bundle_pinned_while_a_part_is_withdrawn_leaves_the_screen(
    stall: Stall, bundle: Bundle, rug: Product
) -> None:
    """The pin has looked at its parts when the withdrawal is carried out."""
    host, carried = stall.creator.user, threading.Event()

    def withdraw() -> None:
        withdraw_product(rug, by=host, reason="Recalled")
        outbox.relay()
        carried.set()
        connection.close()

    worker = threading.Thread(target=withdraw)
    with transaction.atomic():
        pin_bundle(stall.show, bundle, by=host)
        worker.start()
        assert not carried.wait(timeout=0.3)
    worker.join()
    assert not Pin.objects.filter(removed_at=None).exists()
    with pytest.raises(ProductNotPinnable):
        pin_bundle(stall.show, bundle, by=host)
    offer_product(rug, by=host, reason="Sound after all")
    outbox.relay()
    assert pin_bundle(stall.show, bundle, by=host).removed_at is None


def test_a_pin_that_looked_before_the_withdrawal_would_stay(
    stall: Stall, bundle: Bundle, rug: Product
) -> None:
    """Negative control: who pins without the show's lock is not waited for."""
    looked, carried = threading.Barrier(2), threading.Barrier(2)

    def withdraw() -> None:
        looked.wait()
        withdraw_product(rug, by=stall.creator.user, reason="Recalled")
        outbox.relay()
        carried.wait()

    def pin() -> None:
        is_sold = find_bundle_view(bundle, stall.show.market) is not None
        looked.wait()
        carried.wait()
        if is_sold:
            Pin.objects.create(
                livestream=stall.show,
                product=stall.variant.product,
                bundle=bundle,
                placed_by=stall.creator.user,
            )

    assert run_together(withdraw, pin) == []
    assert Pin.objects.filter(removed_at=None).exists()
