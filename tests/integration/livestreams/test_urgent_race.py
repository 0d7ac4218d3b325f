"""Urgent news carried by several at the same instant: done once, told harmlessly.

A carrier that is alive but slower than its short lease is joined by another.
"""

import pytest

from catalog.services.products import withdraw_product
from creators.models import LedgerTransaction
from creators.selectors.books import find_book_faults
from creators.services.reversals import reverse_line
from livestreams import broadcast
from livestreams.models import Pin
from livestreams.protocol.envelopes import Envelope
from livestreams.services import withdrawn_goods
from livestreams.services.attribution import attribute_order
from livestreams.services.pins import place_pin
from livestreams.services.shows import start_livestream
from shopfront.models import Outbox
from tests.factories import make_creator
from tests.integration.creators.conftest import make_stall
from tests.integration.livestreams.test_attribution_race import make_order, run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_refund_carried_by_many_is_taken_back_once() -> None:
    order = make_order()
    attribute_order(order.public_id)
    line = order.lines.get()

    def carry() -> None:
        reverse_line(line.public_id, refund_ref="refund-1", amount_minor=1000)

    assert run_at_once(carry) == []
    assert LedgerTransaction.objects.filter(kind="reversal").count() == 1
    assert find_book_faults() == []


def test_goods_withdrawn_by_many_leave_the_screen_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stall = make_stall(make_creator())
    start_livestream(stall.show)
    stall.show.refresh_from_db()
    place_pin(stall.show, stall.variant.product, by=stall.creator.user)
    withdraw_product(stall.variant.product, by=stall.creator.user, reason="Recalled")
    message = Outbox.objects.get(topic=withdrawn_goods.TOPIC)
    told: list[Envelope] = []
    monkeypatch.setattr(broadcast, "publish", lambda _show, some: told.extend(some))

    assert run_at_once(lambda: withdrawn_goods.carry_product_withdrawn(message)) == []
    assert not Pin.objects.filter(removed_at=None).exists()
    assert len(told) == 1
