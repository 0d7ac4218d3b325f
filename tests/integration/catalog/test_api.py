"""The Shopping API as a brand's own systems meet it."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as Away

from catalog.models import Brand, Product
from catalog.services.stock import hold_stock
from shopfront.common.throttles import PersonThrottle
from shopfront.models import User
from tests.factories import (
    make_brand,
    make_brand_member,
    make_product,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"
PROBLEM = "application/problem+json"


@pytest.fixture
def brand() -> Brand:
    """Make the brand whose systems ask."""
    return make_brand(name="Oak & Ash")


@pytest.fixture
def member(brand: Brand, client: Client) -> User:
    """Sign in a person who acts for the brand."""
    user = make_user()
    make_brand_member(brand=brand, user=user)
    client.force_login(user)
    return user


def test_a_brand_reads_its_products_with_prices_and_stock(
    client: Client, member: User, brand: Brand
) -> None:
    product = make_product(brand=brand, title="Walnut stool", slug="walnut-stool")
    variant = make_variant(product=product, title="Low", price=2500, stock=7)
    hold_stock(variant.pk, quantity=2, holder="browser:one")
    answer = client.get(PRODUCTS)
    assert answer.status_code == 200
    body = answer.json()
    assert body["next"] is None
    (found,) = body["results"]
    assert found["id"] == product.public_id
    assert found["url"] == "http://testserver/p/walnut-stool/"
    assert found["brand"]["name"] == "Oak & Ash"
    (choice,) = found["variants"]
    assert choice["sku"] == variant.sku
    (price,) = choice["prices"]
    assert (price["market"], price["amount_minor"]) == ("GB", 2500)
    stock = choice["stock"]
    assert (stock["on_hand"], stock["allocated"], stock["available"]) == (7, 2, 5)
    assert client.get(f"{PRODUCTS}{product.public_id}/").json() == found


def test_a_brand_reads_drafts_and_variants_without_stock_or_price(
    client: Client, member: User, brand: Brand
) -> None:
    product = make_product(brand=brand, state=Product.State.DRAFT)
    product.variants.create(sku="BARE-1")
    found = client.get(f"{PRODUCTS}{product.public_id}/").json()
    assert found["state"] == "draft"
    assert found["variants"][0]["stock"] is None
    assert found["variants"][0]["prices"] == []


def test_primary_keys_never_leave_by_the_api(
    client: Client, member: User, brand: Brand
) -> None:
    for _ in range(2):
        make_variant(product=make_product(brand=brand))
    body = client.get(f"{PRODUCTS}?limit=1").json()

    def numbers(value: Any) -> list[str]:
        if isinstance(value, list):
            return [name for part in value for name in numbers(part)]
        if isinstance(value, dict):
            own = [key for key, part in value.items() if isinstance(part, int)]
            return own + [name for part in value.values() for name in numbers(part)]
        return []

    known = {"amount_minor", "on_hand", "allocated", "available", "version"}
    assert set(numbers(body)) <= known | {"minimum_age", "is_active"}


def test_pages_by_cursor_stay_true_while_products_are_added(
    client: Client, member: User, brand: Brand
) -> None:
    old = [make_product(brand=brand) for _ in range(5)]
    page = client.get(f"{PRODUCTS}?limit=2").json()
    seen = [found["id"] for found in page["results"]]
    make_product(brand=brand)
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [found["id"] for found in page["results"]]
    assert seen == [product.public_id for product in reversed(old)]


def test_many_products_cost_the_same_queries(
    client: Client,
    member: User,
    brand: Brand,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_variant(product=make_product(brand=brand))
    # Session, person; products, variants, their prices and stock, pictures.
    with django_assert_num_queries(7):
        client.get(PRODUCTS)
    for _ in range(20):
        make_variant(product=make_product(brand=brand))
    with django_assert_num_queries(7):
        assert len(client.get(PRODUCTS).json()["results"]) == 21


def test_nothing_is_sent_twice_and_nothing_stale_is_kept(
    client: Client, member: User, brand: Brand
) -> None:
    variant = make_variant(product=make_product(brand=brand), stock=7)
    address = f"{PRODUCTS}{variant.product.public_id}/"
    first = client.get(address)
    assert "no-cache" in first["Cache-Control"]
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    hold_stock(variant.pk, quantity=1, holder="browser:one")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_another_brands_products_do_not_exist(
    client: Client, member: User, brand: Brand
) -> None:
    product = make_product()
    assert client.get(PRODUCTS).json()["results"] == []
    answer = client.get(f"{PRODUCTS}{product.public_id}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["code"] == "catalog.product_missing"


def test_a_stranger_reads_nothing_not_even_of_a_brand_without_members(
    client: Client, stranger: User
) -> None:
    product = make_product()
    client.force_login(stranger)
    assert client.get(PRODUCTS).json()["results"] == []
    assert client.get(f"{PRODUCTS}{product.public_id}/").status_code == 404


def test_who_is_not_signed_in_reads_nothing(client: Client) -> None:
    product = make_product()
    for address in (PRODUCTS, f"{PRODUCTS}{product.public_id}/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert answer["Content-Type"] == PROBLEM
        assert answer.json()["status"] == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=%00", 200),
        ("cursor=cD1ub25zZW5zZQ%3D%3D", 404),  # p=nonsense
        ("cursor=cD0yMDI2LTEzLTAxIDA5OjAw", 404),  # p=2026-13-01 09:00
        ("cursor=cD0yMDI2LTEyLTAxIDA5OjAw", 404),  # p=2026-12-01 09:00
        ("limit=nine", 200),
    ],
)
def test_a_nonsense_page_is_never_our_fault(
    client: Client, member: User, brand: Brand, query: str, status: int
) -> None:
    make_product(brand=brand)
    assert client.get(f"{PRODUCTS}?{query}").status_code == status


def test_writing_is_not_offered_yet(client: Client, member: User) -> None:
    answer = client.post(PRODUCTS, {}, content_type="application/json")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert answer.json()["code"] == "api.405"


def test_too_many_requests_are_told_when_to_come_back(
    client: Client, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PersonThrottle, "rate", "2/min", raising=False)
    for _ in range(2):
        assert client.get(PRODUCTS).status_code == 200
    answer = client.get(PRODUCTS)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_reads_go_on_while_valkey_is_away(
    client: Client, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing:
        def get(self, *args: object) -> None:
            raise Away

    monkeypatch.setattr(PersonThrottle, "cache", Nothing())
    assert client.get(PRODUCTS).status_code == 200


def test_the_root_names_the_parts(client: Client) -> None:
    parts = client.get("/api/v1/").json()
    assert parts["products"] == "http://testserver/api/v1/products/"
    assert client.get(parts["schema"]).status_code == 200


def test_the_schema_is_valid_openapi_of_what_exists(client: Client) -> None:
    answer = client.get("/api/v1/schema/?format=json")
    assert answer.status_code == 200
    schema = answer.json()
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert "nullable" not in answer.content.decode()  # a word of OpenAPI 3.0
    assert {PRODUCTS, f"{PRODUCTS}{{public_id}}/"} <= set(schema["paths"])


def test_the_schema_is_made_without_a_warning() -> None:
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    assert not GENERATOR_STATS
