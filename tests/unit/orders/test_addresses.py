"""Addresses per country: strict where sure, lenient where the map may be newer."""

from typing import Any

import pytest

from orders.errors import BadAddress
from orders.forms import DetailsForm
from orders.services.addresses import check_address, check_email, get_address_rules
from orders.services.numbers import new_order_number

LEEDS = {
    "name": " Sam  Example ",
    "street": "1 High Street",
    "city": "Leeds",
    "postcode": "ls1 1aa",
}


def faults_of(given: dict[str, str], country: str) -> Any:
    with pytest.raises(BadAddress) as refusal:
        check_address(given, country)
    return refusal.value.extra["fields"]


def test_a_clean_address_comes_back_with_its_country() -> None:
    assert check_address(LEEDS, "GB") == {
        "name": "Sam Example",
        "street": "1 High Street",
        "city": "Leeds",
        "postcode": "LS1 1AA",
        "country": "GB",
    }


@pytest.mark.parametrize(
    ("country", "postcode"), [("GB", "75001"), ("DE", "1234"), ("FR", "ABC")]
)
def test_a_postcode_of_elsewhere_is_named(country: str, postcode: str) -> None:
    assert set(faults_of(LEEDS | {"postcode": postcode}, country)) == {"postcode"}


def test_what_is_missing_or_too_long_is_named() -> None:
    given = {"street": "x" * 201, "postcode": "LS1 1AA"}
    assert set(faults_of(given, "GB")) == {"name", "street", "city"}


def test_a_region_is_asked_where_it_belongs_to_the_address() -> None:
    rome = LEEDS | {"city": "Roma", "postcode": "00118"}
    assert set(faults_of(rome, "IT")) == {"region"}
    assert check_address(rome | {"region": "A new one"}, "IT")["region"] == "A new one"
    assert get_address_rules("IT").has_region
    assert "Roma" in " ".join(get_address_rules("IT").region_names)


@pytest.mark.parametrize("text", ["", "sam", "sam@", "sam@example", "a b@c.example"])
def test_what_is_no_address_for_mail_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        check_email(text)


@pytest.mark.parametrize("country", ["GB", "DE", "FR", "IT", "ES", "US"])
def test_a_guest_fills_in_at_most_eight_fields_with_autofill(country: str) -> None:
    form = DetailsForm(country=country, asks_age=True)
    assert len(form.fields) <= 8
    typed = [field for name, field in form.fields.items() if name != "is_adult"]
    assert all(field.widget.attrs["autocomplete"] for field in typed)
    assert ("region" in form.fields) == (country in {"IT", "ES", "US"})
    assert "is_adult" not in DetailsForm(country=country, asks_age=False).fields


def test_order_numbers_can_be_read_out() -> None:
    number = new_order_number("GB")
    assert len(number) == 14
    assert number.startswith("GB-")
    assert not set("ILOU") & set(number[3:])
    assert number != new_order_number("GB")
