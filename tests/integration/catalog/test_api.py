"""The Shopping API shows a brand its own products and nothing of others."""

import json

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from pytest_django import DjangoAssertNumQueries

from catalog.models import Brand, BrandMember
from shopfront.models import User
from tests.factories import make_brand, make_product, make_user, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Harrow")


@pytest.fixture
def member(brand: Brand) -> User:
    user = make_user()
    BrandMember.objects.create(brand=brand, user=user)
    return user


def test_a_member_reads_products_with_prices_and_stock(
    client: Client, brand: Brand, member: User
) -> None:
    product = make_product(brand=brand, title="Stool")
    make_variant(product=product, stock=4, price=2500)
    client.force_login(member)
    (row,) = client.get("/api/v1/products/").json()["results"]
    assert row["title"] == "Stool"
    variant = row["variants"][0]
    assert (variant["on_hand"], variant["allocated"]) == (4, 0)
    assert variant["prices"][0]["amount_minor"] == 2500
    assert variant["prices"][0]["market"] == "GB"
    one = client.get(f"/api/v1/products/{product.public_id}/").json()
    assert one == row


def test_nobody_reads_another_brands_products(
    client: Client, brand: Brand, stranger: User
) -> None:
    product = make_product(brand=brand)
    client.force_login(stranger)
    assert client.get("/api/v1/products/").json()["results"] == []
    answer = client.get(f"/api/v1/products/{product.public_id}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "catalog.product_missing"


def test_the_api_asks_who_is_there(client: Client) -> None:
    answer = client.get("/api/v1/products/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "api.403"


def test_the_list_costs_the_same_queries_for_any_number(
    client: Client,
    brand: Brand,
    member: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(member)
    for _ in range(2):
        make_variant(product=make_product(brand=brand))
    with django_assert_num_queries(6):
        client.get("/api/v1/products/")
    for _ in range(12):
        make_variant(product=make_product(brand=brand))
    with django_assert_num_queries(6):
        assert len(client.get("/api/v1/products/").json()["results"]) == 14


def test_the_document_is_valid_openapi_of_what_exists(client: Client) -> None:
    answer = client.get(
        "/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json"
    )
    document = json.loads(answer.content)
    validate_schema(document)  # type: ignore[no-untyped-call]
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/products/" in document["paths"]
    assert "/api/v1/products/{public_id}/" in document["paths"]
