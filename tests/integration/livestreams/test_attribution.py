"""Attribution (N2): whose sale a line is, from the tap to the books."""

import datetime as dt
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from catalog.models import PriceVersion
from catalog.services.stock import hold_stock, release_stock
from creators.models import Account, Agreement, Commission, Entry, LedgerTransaction
from creators.selectors.books import find_book_faults
from creators.services import ledger
from creators.services.agreements import accept_agreement
from creators.services.reversals import reverse_line
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import LivestreamProduct
from livestreams.selectors.books import find_sale_faults
from livestreams.selectors.extras import list_extras
from livestreams.services import attribution
from livestreams.services.attribution import attribute_order
from livestreams.services.shows import start_livestream
from orders.access import Shopper
from orders.models import Checkout, Order
from orders.services.carts import Source
from orders.services.checkout import buy_now, set_details
from orders.services.payments import start_payment
from orders.services.placing import place_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox, User
from shopfront.services import outbox
from tests.factories import (
    make_agreement,
    make_brand,
    make_drop,
    make_market,
    make_paid_order,
    make_product,
    make_variant,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.livestreams.test_bundles import read_field
from tests.integration.orders.test_bundles import pay

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def stall(creator: Any) -> Stall:
    """Make the creator's stall."""
    return make_stall(creator)


def later(**span: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**span), tick=False)


def sides_of(posting: LedgerTransaction) -> dict[str, int]:
    return dict(posting.entries.values_list("account__kind", "amount_minor"))


def sell(stall: Stall, **changes: Any) -> Order:
    order = make_paid_order(
        stall.variant, **({"source_ref": stall.source_ref} | changes)
    )
    attribute_order(order.public_id)
    return order


def test_a_drop_tapped_in_a_show_is_a_sale_of_that_show(stall: Stall) -> None:
    make_drop(stall.variant.product)
    show, product = stall.show, stall.variant.product
    LivestreamProduct.objects.get_or_create(livestream=show, product=product)
    (link,) = list_extras(show, is_adult=True).drops
    tap = parse_qs(urlsplit(link.url).query)
    assert tap["show"] == [show.public_id]
    sell(stall, source_ref=tap["ref"][0])
    assert Commission.objects.get().show_ref == show.public_id


def test_a_line_tapped_in_a_show_is_posted_with_its_commission(stall: Stall) -> None:
    order = sell(stall)
    line = order.lines.get()
    commission = Commission.objects.get()
    assert commission.creator == stall.creator
    assert commission.agreement == stall.agreement
    assert (commission.line_ref, commission.show_ref) == (
        line.public_id,
        stall.show.public_id,
    )
    assert commission.base_minor == 2500
    assert (commission.rate_bps, commission.amount_minor) == (1000, 250)
    assert commission.settles_at - commission.sold_at == dt.timedelta(days=30)
    assert commission.rule_version == "sale-1"
    assert sides_of(commission.posting) == {
        Account.Kind.SHOPPER_CLEARING: 3000,
        Account.Kind.TAX: -500,
        Account.Kind.PLATFORM_FEE: -200,
        Account.Kind.CREATOR_PENDING: -250,
        Account.Kind.BRAND_PAYABLE: -2050,
    }
    assert find_book_faults() == []


def test_a_discount_lowers_the_base_and_delivery_earns_no_commission(
    stall: Stall,
) -> None:
    sell(stall, discount=600, shipping=995)
    assert Commission.objects.get().base_minor == 2000


def test_all_that_the_shopper_paid_is_in_the_books(stall: Stall) -> None:
    order = sell(stall, quantity=2)
    clearing = Entry.objects.filter(account__kind=Account.Kind.SHOPPER_CLEARING)
    assert sum(entry.amount_minor for entry in clearing) == order.total.minor
    tax = Entry.objects.filter(account__kind=Account.Kind.TAX)
    assert -sum(entry.amount_minor for entry in tax) == order.tax_minor


def test_a_line_without_a_source_is_posted_for_nobody(stall: Stall) -> None:
    order = sell(stall, source_ref="")
    assert not Commission.objects.exists()
    posting = LedgerTransaction.objects.get(cause_ref=order.lines.get().public_id)
    assert sides_of(posting)[Account.Kind.BRAND_PAYABLE] == -2300


@pytest.mark.parametrize("text", ["rubbish", "a.b", "bad:signature", "."])
def test_a_bad_source_counts_as_none(stall: Stall, text: str) -> None:
    sell(stall, source_ref=text)
    sell(stall, source_ref=stall.source_ref[:-2] + "xx")
    assert not Commission.objects.exists()


def test_a_source_of_another_product_counts_as_none(stall: Stall) -> None:
    other = make_variant(product=make_product(brand=stall.brand))
    attribute_order(make_paid_order(other, source_ref=stall.source_ref).public_id)
    assert not Commission.objects.exists()


def test_signed_in_a_tap_counts_for_seven_days(stall: Stall, shopper: User) -> None:
    ref = stall.source_ref
    with later(days=6):
        sell(stall, source_ref=ref, user=shopper)
    assert Commission.objects.count() == 1
    with later(days=8):
        sell(stall, source_ref=ref, user=shopper)
    assert Commission.objects.count() == 1


def test_a_guests_tap_counts_in_the_same_visit_only(stall: Stall) -> None:
    ref = stall.source_ref
    with later(hours=11):
        sell(stall, source_ref=ref)
    assert Commission.objects.count() == 1
    with later(hours=13):
        sell(stall, source_ref=ref)
    assert Commission.objects.count() == 1


def test_late_attribution_judges_the_source_as_it_was_at_the_sale(
    stall: Stall,
) -> None:
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    with later(days=20):
        attribute_order(order.public_id)
    assert Commission.objects.count() == 1


def test_without_an_agreement_a_sale_is_nobodys(stall: Stall) -> None:
    Agreement.objects.update(state=Agreement.State.OFFERED)
    sell(stall)
    assert not Commission.objects.exists()


def test_the_shows_agreement_counts_where_the_operator_pays(stall: Stall) -> None:
    fee = ledger.ensure_operator_account(Account.Kind.PLATFORM_FEE, "GBP")
    own = make_agreement(creator=stall.creator, payer=fee, commission_bps=500)
    Agreement.objects.exclude(pk=own.pk).update(state=Agreement.State.OFFERED)
    stall.show.agreement = own
    stall.show.save()
    sell(stall)
    commission = Commission.objects.get()
    assert commission.amount_minor == 125
    assert sides_of(commission.posting)[Account.Kind.BRAND_PAYABLE] == -2300
    assert sides_of(commission.posting)[Account.Kind.PLATFORM_FEE] == -75
    assert find_book_faults() == []


def test_a_brand_never_pays_for_the_goods_of_another(stall: Stall) -> None:
    foreign = make_agreement(creator=stall.creator, payer=make_brand().account)
    Agreement.objects.exclude(pk=foreign.pk).update(state=Agreement.State.OFFERED)
    stall.show.agreement = foreign
    stall.show.save()
    sell(stall)
    assert not Commission.objects.exists()


def test_rates_changed_during_a_show_count_from_their_moment_however_late_they_post(
    stall: Stall,
) -> None:
    stall.show.agreement = stall.agreement
    stall.show.save()
    ref = stall.source_ref
    first = make_paid_order(stall.variant, source_ref=ref)
    with later(minutes=10):
        raised = make_agreement(
            creator=stall.creator,
            payer=stall.agreement.payer,
            commission_bps=1500,
            replaces=stall.agreement,
            state=Agreement.State.OFFERED,
        )
        accept_agreement(raised, by=stall.creator.user)
    with later(minutes=20):
        second = make_paid_order(stall.variant, source_ref=ref)
    with later(minutes=30):
        for order in (second, first):
            attribute_order(order.public_id)
        line = first.lines.get().public_id
        reverse_line(line, refund_ref=line, amount_minor=1500)
    before, after = Commission.objects.order_by("sold_at")
    assert (before.agreement, before.rate_bps) == (stall.agreement, 1000)
    assert (before.amount_minor, before.reversed_minor) == (250, 125)
    assert (after.agreement, after.rate_bps, after.amount_minor) == (raised, 1500, 375)
    assert find_book_faults() == []
    assert find_sale_faults() == []


def test_attributing_twice_changes_nothing(stall: Stall) -> None:
    order = sell(stall)
    before = Entry.objects.count()
    attribute_order(order.public_id)
    assert Entry.objects.count() == before
    assert Commission.objects.count() == 1


def pay_by_sandbox(stall: Stall, shopper: User) -> None:
    buyer = Shopper(shopper, "")
    product = stall.variant.product.public_id
    source = mint_source_ref(
        Surface.PIN, livestream=stall.show.public_id, product=product
    )
    price = PriceVersion.objects.get(variant=stall.variant, valid_until=None)
    checkout = buy_now(
        buyer,
        stall.variant,
        market=make_market(),
        quantity=1,
        price_version=price.public_id,
        source=Source("", source),
        key=new_public_id(),
        return_path="/",
    )
    address = {
        "name": "Sam Example",
        "street": "1 High Street",
        "city": "Leeds",
        "postcode": "LS1 1AA",
    }
    set_details(
        checkout,
        shopper=buyer,
        email=shopper.email,
        address=address,
        is_adult_stated=True,
    )
    place_order(checkout, shopper=buyer, shown_total=checkout.total.minor)
    start_payment(
        checkout,
        shopper=buyer,
        method="approve",
        key=new_public_id(),
        return_url="/",
    )


def test_from_the_tap_to_the_commission(stall: Stall, shopper: User) -> None:
    pay_by_sandbox(stall, shopper)
    order = Order.objects.get()
    assert order.state == Order.State.PAID
    message = Outbox.objects.get(topic=attribution.TOPIC)
    assert message.payload == {"order": order.public_id}
    outbox.relay()
    assert Commission.objects.get().line_ref == order.lines.get().public_id
    message.refresh_from_db()
    assert message.state == Outbox.State.DONE
    assert find_sale_faults() == []
    Order.objects.update(goods_minor=1)  # a fault seeded behind the services' backs
    assert find_sale_faults() == [
        f"the ledger does not hold what was paid for order {order.public_id}"
    ]


def test_a_fault_in_attribution_never_undoes_the_payment(
    stall: Stall, shopper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_line: object) -> None:
        raise RuntimeError

    pay_by_sandbox(stall, shopper)
    with monkeypatch.context() as patch:
        patch.setattr(attribution, "post_sale", fail)
        outbox.relay()
    assert Order.objects.get().state == Order.State.PAID
    assert not LedgerTransaction.objects.filter(kind="sale").exists()
    with later(minutes=5):
        outbox.relay()
    assert Commission.objects.count() == 1


@pytest.mark.parametrize("by_sheet", [False, True])
def test_the_products_page_keeps_the_tap_that_led_to_it(
    client: Client, stall: Stall, by_sheet: bool
) -> None:
    """Without script the shelf leads there, and from the sheet "All about it" does."""
    start_livestream(stall.show)
    product = stall.variant.product
    show = client.get(stall.show.get_absolute_url()).content.decode()
    begin = f"/p/{product.slug}/sheet/" if by_sheet else f"/p/{product.slug}/"
    link = find_link(show, begin)
    page = client.get(link).content.decode()
    if by_sheet:
        page = client.get(find_link(page, f"/p/{product.slug}/")).content.decode()
    names = ("source_id", "source_ref", "key")
    facts = {name: read_field(page, name) for name in names}
    price = stall.variant.price_versions.get().public_id
    facts |= {"variant": stall.variant.public_id, "price_version": price}
    client.post("/buy/", facts | {"quantity": "1"})
    checkout = Checkout.objects.get()
    order = pay(checkout, Shopper(None, checkout.browser_key))
    attribute_order(order.public_id)
    assert Commission.objects.get().creator == stall.creator


def test_a_piece_waited_for_is_the_sale_of_whoever_showed_it(
    client: Client, stall: Stall
) -> None:
    start_livestream(stall.show)
    hold = hold_stock(stall.variant.pk, quantity=1000, holder="browser:all")
    show = client.get(stall.show.get_absolute_url()).content.decode()
    link = find_link(show, f"/p/{stall.variant.product.slug}/sheet/")
    sheet = client.get(link).content.decode()
    waiting = sheet[sheet.index('id="waiting-title"') :]
    names = ("variant", "source_id", "source_ref")
    facts = {name: read_field(waiting, name) for name in names}
    client.post(reverse("catalog:place-join"), facts | {"email": "sam@people.example"})
    release_stock([hold.pk])
    page = client.get(reverse("catalog:place-list")).content.decode()
    wanted = (*names, "quantity", "price_version", "key")
    client.post("/buy/", {name: read_field(page, name) for name in wanted})
    checkout = Checkout.objects.get()
    order = pay(checkout, Shopper(None, checkout.browser_key))
    attribute_order(order.public_id)
    assert Commission.objects.get().creator == stall.creator


def find_link(page: str, begin: str) -> str:
    """Return the first address that begins so and carries a source."""
    found = re.search(rf'"({re.escape(begin)}\?[^"]*ref=[^"]+)"', page)
    assert found is not None
    return unescape(found[1])
