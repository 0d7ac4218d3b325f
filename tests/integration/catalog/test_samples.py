"""Samples within a brand's criteria; showcases of chosen products."""

import pytest

from catalog.access import get_sample_for
from catalog.errors import (
    SampleCriteriaUnmet,
    SampleMissing,
    SampleNotReady,
    ShowcaseFull,
)
from catalog.models import Product, SampleCriteria, SampleRequest
from catalog.selectors.samples import list_samples, list_showcase
from catalog.services.samples import (
    approve_sample,
    cancel_sample,
    confirm_in_hand,
    read_address,
    refuse_sample,
    request_sample,
    send_sample,
)
from catalog.services.showcases import MOST_SHOWN, choose_product, drop_product
from creators.models import Creator
from shopfront.models import Audit, User
from tests.factories import make_agreement, make_brand, make_creator, make_product

pytestmark = pytest.mark.django_db
HOME = "Ada, 1 High Street, Leeds"


@pytest.fixture
def product() -> Product:
    """Make a product whose brand sends samples to everybody."""
    brand = make_brand()
    SampleCriteria.objects.create(brand=brand, needs_agreement=False)
    return make_product(brand=brand)


def test_a_sample_goes_from_the_wish_into_the_hand(
    creator: Creator, product: Product, staff: User
) -> None:
    sample = request_sample(product, creator=creator, address=HOME, note="For Sunday")
    with pytest.raises(SampleNotReady):
        request_sample(product, creator=creator, address=HOME)
    with pytest.raises(SampleNotReady):
        read_address(sample, by=staff)
    assert "Leeds" not in sample.sealed_address
    with pytest.raises(SampleNotReady):
        send_sample(sample, by=staff, carrier="Royal Mail", tracking="RM1")
    approve_sample(sample, by=staff)
    with pytest.raises(SampleNotReady):
        refuse_sample(sample, by=staff, answer="Changed our mind")
    assert read_address(sample, by=staff) == HOME
    with pytest.raises(SampleNotReady):
        confirm_in_hand(sample)
    send_sample(sample, by=staff, carrier="Royal Mail", tracking="RM1")
    with pytest.raises(SampleNotReady):
        cancel_sample(sample)
    confirm_in_hand(sample)
    assert (sample.state, sample.sealed_address) == ("in_hand", "")
    assert sample.in_hand_at is not None
    with pytest.raises(SampleNotReady):
        read_address(sample, by=staff)
    assert Audit.objects.filter(subject_ref=sample.public_id).count() == 3
    assert list(list_samples(creator)) == [sample]
    with pytest.raises(SampleMissing):
        get_sample_for(make_creator(), sample.public_id)


def test_a_refused_or_unwanted_sample_can_be_asked_for_again(
    creator: Creator, product: Product, staff: User
) -> None:
    first = request_sample(product, creator=creator, address=HOME)
    refuse_sample(first, by=staff, answer="None left")
    assert first.sealed_address == ""
    second = request_sample(product, creator=creator, address=HOME)
    cancel_sample(second)
    with pytest.raises(SampleNotReady):
        cancel_sample(second)
    third = request_sample(product, creator=creator, address=HOME)
    assert SampleRequest.objects.filter(creator=creator).count() == 3
    assert third.state == SampleRequest.State.ASKED


def test_a_brand_s_criteria_are_told_one_by_one(creator: Creator) -> None:
    product = make_product()
    with pytest.raises(SampleCriteriaUnmet) as none:
        request_sample(product, creator=creator, address=HOME)
    assert none.value.extra == {"unmet": ["none"]}
    criteria = SampleCriteria.objects.create(
        brand=product.brand, least_shows=1, least_followers=5, most_open=0
    )
    with pytest.raises(SampleCriteriaUnmet) as all_four:
        request_sample(product, creator=creator, address=HOME)
    assert all_four.value.extra == {
        "unmet": ["least_shows", "least_followers", "needs_agreement", "most_open"]
    }
    criteria.least_shows = criteria.least_followers = 0
    criteria.most_open = 1
    criteria.save()
    make_agreement(creator=creator, payer=product.brand.account)
    with pytest.raises(SampleNotReady):
        request_sample(product, creator=creator, address=" ")
    request_sample(product, creator=creator, address=HOME)
    with pytest.raises(SampleCriteriaUnmet):
        request_sample(make_product(brand=product.brand), creator=creator, address=HOME)


def test_a_showcase_holds_what_is_for_sale_in_its_order(creator: Creator) -> None:
    products = [make_product() for _ in range(MOST_SHOWN)]
    for product in products:
        choose_product(creator, product)
        choose_product(creator, product)
    with pytest.raises(ShowcaseFull):
        choose_product(creator, make_product())
    drop_product(creator, products[0])
    Product.objects.filter(pk=products[1].pk).update(state=Product.State.WITHDRAWN)
    assert list_showcase(creator) == [product.pk for product in products[2:]]
    assert list_showcase(make_creator()) == []
