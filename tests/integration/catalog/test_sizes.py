"""What helps to choose: tables of sizes, own pictures of variants, a size known."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog.errors.sizes import ChartOfOthers, VariantOfOthers
from catalog.models import Product, SizeChart, Variant
from catalog.selectors.cards import describe_picture
from catalog.services.pictures import add_picture
from catalog.services.sizes import set_size_chart, show_variant
from orders.models import OrderLine
from orders.templatetags.orders_tags import picture_of
from shopfront.models import Audit, User
from tests.factories import make_brand, make_paid_order, make_product, make_variant

pytestmark = pytest.mark.django_db

TABLE = "Size; EU; Foot, cm\nUK 7; 41; 26\nUK 8; 42; 27"


def make_chart(**changes: Any) -> SizeChart:
    facts: dict[str, Any] = {"title": "Shoes for adults", "table": TABLE}
    return SizeChart.objects.create(**(facts | changes))


def make_shoe(chart: SizeChart, **changes: Any) -> Product:
    """Make a shoe in three sizes."""
    product: Product = make_product(brand=chart.brand, size_chart=chart)
    for size in ("UK 7", "UK 8", "UK 9"):
        make_variant(product=product, title=size, **changes)
    return product


@pytest.fixture
def chart() -> SizeChart:
    """Make a table of the sizes of a brand's shoes."""
    texts = {"de": {"title": "Schuhe", "table": TABLE.replace("Size", "Größe")}}
    return make_chart(brand=make_brand(), texts=texts)


def read(client: Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def list_addresses(product: Product) -> tuple[str, str]:
    return product.get_absolute_url(), reverse(
        "catalog:product-sheet", args=[product.slug]
    )


def find_checked(client: Client, product: Product) -> set[str]:
    """Return the sizes that page and sheet offer first."""
    names = set()
    for address in list_addresses(product):
        choices = read(client, address).split('<input type="radio"')[1:]
        checked = [one for one in choices if "checked" in one.partition(">")[0]]
        names |= {one.split('"grow">')[1].partition("<")[0] for one in checked}
    return names


def test_page_and_sheet_show_the_table_in_the_readers_language(
    client: Client, chart: SizeChart
) -> None:
    shoe = make_shoe(chart)
    for address in list_addresses(shoe):
        page = read(client, address)
        assert "Which size fits?" in page
        assert '<th scope="col">Foot, cm</th>' in page
        assert '<th scope="row">UK 8</th><td>42</td><td>27</td>' in page
        assert "Größe" not in page
        assert '<th scope="col">Größe</th>' in read(client, address, "de")
    plain = make_variant().product
    assert "size-help" not in read(client, plain.get_absolute_url())


def test_the_size_that_was_bought_and_kept_is_chosen_again(
    client: Client, chart: SizeChart, shopper: User
) -> None:
    shoe, other = make_shoe(chart), make_shoe(chart)
    bought = Variant.objects.get(product=shoe, title="UK 8")
    order = make_paid_order(bought, user=shopper)
    assert find_checked(client, other) == {"UK 7"}
    client.force_login(shopper)
    assert find_checked(client, other) == {"UK 8"}
    assert find_checked(client, make_shoe(make_chart(brand=chart.brand))) == {"UK 7"}
    sold_out = make_shoe(chart, stock=0)
    assert find_checked(client, sold_out) == {"UK 7"}
    OrderLine.objects.filter(order=order).update(dispatched_count=1, returned_count=1)
    assert find_checked(client, other) == {"UK 7"}


def test_a_picture_stands_beside_the_variant_that_it_shows(
    client: Client, staff: User
) -> None:
    product = make_product()
    green, grey = (
        make_variant(product=product, title=one) for one in ("Green", "Grey")
    )
    for colour, variant in (("green", None), ("grey", grey)):
        file = io.BytesIO()
        Image.new("RGB", (40, 50), colour).save(file, "PNG")
        file.seek(0)
        picture = add_picture(product, file, alt=colour, variant=variant)
    for address in list_addresses(product):
        assert read(client, address).count("buy__picture") == 1
    first = product.pictures.earliest("position")
    assert picture_of(green) == describe_picture(first)
    assert picture_of(grey) == describe_picture(picture)
    show_variant(first, green, by=staff, reason="It is green")
    show_variant(first, green, by=staff, reason="Again")
    assert read(client, product.get_absolute_url()).count("buy__picture") == 2
    with pytest.raises(VariantOfOthers):
        show_variant(picture, make_variant(), by=staff, reason="Wrong")
    show_variant(picture, None, by=staff, reason="It shows both")
    assert read(client, product.get_absolute_url()).count("buy__picture") == 1
    assert Audit.objects.filter(action="catalog.picture_of_variant").count() == 2


def test_a_table_is_given_to_goods_of_its_brand_alone(
    chart: SizeChart, staff: User
) -> None:
    product = make_product(brand=chart.brand)
    set_size_chart(product, chart, by=staff, reason="Shoes")
    set_size_chart(product, chart, by=staff, reason="Twice")
    assert chart.products.get() == product
    with pytest.raises(ChartOfOthers):
        set_size_chart(make_product(), chart, by=staff, reason="Wrong")
    set_size_chart(product, None, by=staff, reason="One size")
    assert not chart.products.exists()
    assert Audit.objects.filter(action="catalog.size_chart_set").count() == 2


@pytest.mark.parametrize(
    "table",
    [
        "",
        "Size; EU",
        "Size\nUK 7",
        "Size; EU\nUK 7; 41; 26",
        "a;" * 9 + "\n" + "b;" * 9,
    ],
)
def test_a_table_that_is_none_is_refused(table: str) -> None:
    with pytest.raises(ValidationError):
        SizeChart(brand=make_brand(), title="Shoes", table=table).clean()
    texts = {"de": {"table": table or "Größe"}}
    with pytest.raises(ValidationError):
        SizeChart(brand=make_brand(), title="Shoes", table=TABLE, texts=texts).clean()


def test_staff_make_a_table_and_give_it_to_a_product(
    admin_client: Client, chart: SizeChart
) -> None:
    product = make_product(brand=chart.brand)
    make_chart(brand=make_brand(), title="Of another brand")
    facts = {"brand": chart.brand_id, "title": "Sandals", "table": "Size\nUK 7"}
    add = reverse("admin:catalog_sizechart_add")
    assert "Each line needs" in admin_client.post(add, facts).content.decode()
    facts |= {"table": TABLE, "title_de": "Sandalen"}
    assert admin_client.post(add, facts).status_code == 302
    sandals = SizeChart.objects.get(title="Sandals")
    assert sandals.texts == {"de": {"title": "Sandalen"}}
    act = {"action": "sizes", "_selected_action": product.pk}
    products = reverse("admin:catalog_product_changelist")
    form = admin_client.post(products, act).content.decode()
    assert "Sandals" in form
    assert "Of another brand" not in form
    said = {"decided": "1", "chart": sandals.pk, "reason": "Sandals"}
    admin_client.post(products, act | said)
    product.refresh_from_db()
    assert product.size_chart == sandals


def test_staff_say_which_variant_a_picture_shows(
    admin_client: Client, chart: SizeChart
) -> None:
    shoe, other = make_shoe(chart), make_shoe(chart)
    file = io.BytesIO()
    Image.new("RGB", (40, 50), "green").save(file, "PNG")
    file.seek(0)
    picture = add_picture(shoe, file)
    mine, foreign = (one.variants.get(title="UK 8") for one in (shoe, other))
    act = {"action": "show", "_selected_action": picture.pk}
    pictures = reverse("admin:catalog_productpicture_changelist")
    form = admin_client.post(pictures, act).content.decode()
    assert f'value="{mine.pk}"' in form
    assert f'value="{foreign.pk}"' not in form
    said = {"decided": "1", "variant": mine.pk, "reason": "It is this one"}
    admin_client.post(pictures, act | said)
    picture.refresh_from_db()
    assert picture.variant == mine
