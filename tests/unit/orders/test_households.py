"""However an address is typed, it is one household."""

from orders.access import Shopper
from orders.services.households import list_limit_keys

SAM, KIM = Shopper(None, "browser-of-sam"), Shopper(None, "browser-of-kim")
HOME = {"street": "12 Canal Street", "postcode": "LS1 4AP", "country": "GB"}


def test_people_at_one_address_share_a_key_and_nothing_else() -> None:
    typed = {"street": "12, canal  STREET", "postcode": "ls14ap", "country": "GB"}
    sam, kim = list_limit_keys(SAM, HOME), list_limit_keys(KIM, typed)
    assert len(sam) == len(kim) == 2
    assert set(sam) & set(kim) == {sam[1]}
    accents = {"street": "Müllerstraße 1", "postcode": "13353", "country": "DE"}
    plain = {"street": "Mullerstrasse 1", "postcode": "13353", "country": "DE"}
    assert list_limit_keys(SAM, accents) == list_limit_keys(SAM, plain)


def test_neighbours_and_half_an_address_are_no_household() -> None:
    next_door = HOME | {"street": "14 Canal Street"}
    assert list_limit_keys(SAM, next_door)[1] != list_limit_keys(SAM, HOME)[1]
    assert len(list_limit_keys(SAM, {"street": "12 Canal Street"})) == 1
    assert "canal" not in "".join(list_limit_keys(SAM, HOME))
