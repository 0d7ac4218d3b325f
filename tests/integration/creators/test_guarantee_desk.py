"""The desk: staff offer for brands, book receipts with four eyes, publish terms."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from catalog.models import Collaboration, SampleCriteria, SampleRequest
from catalog.services.collaborations import counter_collaboration
from catalog.services.samples import request_sample
from creators.models import Agreement, Creator, Guarantee, MarketTerms
from creators.services.agreements import Offer
from creators.services.guarantees import open_guarantee
from shopfront.common import clock
from shopfront.models import User
from tests.factories import (
    make_agreement,
    make_brand,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.shopfront.test_admin import act

pytestmark = pytest.mark.django_db
TERMS = {
    "commission_bps": 1000,
    "guarantee_minor": 2000,
    "guarantee_per": "show",
    "pays": "greater",
    "engagement": "self_employed",
    "show_minutes": 60,
    "preparation_minutes": 0,
}


def test_staff_offer_a_collaboration_and_decide_its_counter(
    client: Client, staff: User, creator: Creator
) -> None:
    brand = make_brand()
    variant = make_variant(product=make_product(brand=brand))
    said = TERMS | {
        "reason": "The brand asked us to",
        "title": "Stools in spring",
        "market": "GB",
        "handle": creator.handle,
        "skus": variant.sku,
        "places": 1,
        "days_to_answer": 7,
        "days_of_period": 30,
    }
    client.force_login(staff)
    poor = said | {"guarantee_minor": 1}
    too_little = act(client, brand, "offer_collaboration", **poor)
    assert b"12.70 are missing" in client.get(too_little.url).content
    for wrong in ({"skus": "NONE"}, {"handle": "nobody"}):
        refused = act(client, brand, "offer_collaboration", **(said | wrong))
        assert b"There is no such" in refused.content
    act(client, brand, "offer_collaboration", **said)
    offered = Collaboration.objects.get()
    assert (offered.creator, offered.products.get()) == (creator, variant.product)
    offer = Offer(commission_bps=1500, guarantee_minor=2500)
    proposal = counter_collaboration(offered, creator=creator, offer=offer)
    act(client, proposal, "refuse", reason="Too much")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == ("refused", "Too much")
    proposal = counter_collaboration(offered, creator=creator, offer=offer)
    act(client, proposal, "accept", reason="Fine")
    agreement = Agreement.objects.get()
    assert agreement.guarantee_minor == 2500
    act(client, agreement, "end", reason="The season is over")
    agreement.refresh_from_db()
    assert agreement.state == Agreement.State.ENDED


def test_two_members_of_staff_fund_a_guarantee(
    client: Client, staff: User, creator: Creator
) -> None:
    agreement = make_agreement(creator=creator)
    with transaction.atomic():
        guarantee = open_guarantee(
            agreement,
            show_ref="s" * 16,
            title="Stools",
            starts_at=clock.now() + dt.timedelta(days=1),
        )
    assert guarantee is not None
    client.force_login(staff)
    act(client, guarantee, "book", reference="BANK-7", amount_minor=2000)
    receipt = guarantee.fundings.get()
    act(client, receipt, "confirm", reason="Seen")
    receipt.refresh_from_db()
    assert receipt.state == "booked"
    client.force_login(make_user(is_staff=True, is_superuser=True))
    act(client, receipt, "confirm", reason="Seen on the statement")
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.FUNDED
    page = reverse("admin:creators_guarantee_change", args=[guarantee.pk])
    assert b"BANK-7" in client.get(page).content


def test_terms_come_from_a_file_and_change_with_notice(
    creator: Creator, tmp_path: Path
) -> None:
    file = tmp_path / "terms.txt"
    for words in ("Be kind.", "Be kinder."):
        file.write_text(words)
        call_command("publish_terms", "GB", str(file), "--changes", "Kinder.")
    first, second = MarketTerms.objects.order_by("version")
    assert (first.version, first.text, second.version) == (1, "Be kind.", 2)
    assert second.valid_from > clock.now() + dt.timedelta(days=14)
    for wrong in (["XX", str(file)], ["GB", str(tmp_path / "none.txt")]):
        with pytest.raises(CommandError):
            call_command("publish_terms", *wrong)


def test_staff_send_a_sample(client: Client, staff: User, creator: Creator) -> None:
    product = make_product()
    SampleCriteria.objects.create(brand=product.brand, needs_agreement=False)
    sample = request_sample(product, creator=creator, address="1 High Street, Leeds")
    client.force_login(staff)
    act(client, sample, "approve", reason="Good fit")
    shown = act(client, sample, "show_address", reason="Packing")
    assert b"1 High Street, Leeds" in client.get(shown.url).content
    act(client, sample, "send", carrier="Royal Mail", tracking="RM1")
    sample.refresh_from_db()
    assert (sample.state, sample.tracking) == (SampleRequest.State.SENT, "RM1")
