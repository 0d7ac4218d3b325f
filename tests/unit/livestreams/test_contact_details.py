"""Links, contact details, card and account numbers in lines of chat."""

import pytest

from livestreams.services.contact_details import Private, find_private, has_link
from livestreams.services.words import tidy


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example",
        "HTTP://x.example/a?b",
        "hxxp://a.example",
        "see www.somewhere now",
        "shop.com",
        "my-shop.co.uk is cheaper",
        "look at zalando.de please",
        "zalando.de",
        "kauf bei laden.de heute",
        "t.me/somebody",
        "wa.me/4479",
        "bit.ly/abc",
        "myshop.it/sale",
        "example dot com",
        "example [.] com",
        "laden punkt de",
        "negozio punto it",
        "\uff57\uff57\uff57\uff0eshop\uff0ecom",
        "sh\u043ep.com",
        "shop\u3002com",
        "shop\uff61com",
    ],
)
def test_links_are_seen(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "great.it fits",
        "vestido.de lana",
        "so nice.me too",
        "e.g. this one",
        "3.50 each, v2.0.1",
        "I liked the dot com era",
        "le point de vente",
        "el punto es que no",
        "Hello...",
        "10.30 till 11.00",
    ],
)
def test_sentences_without_a_space_are_no_links(text: str) -> None:
    assert not has_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "ada@people.example",
        "ADA.L+shop@mail.people.example!",
        "ada (at) people.example",
        "sam at gmail dot com",
        "ada chiocciola gmail punto com",
        "07911 123456",
        "+44 7911 123456",
        "+44 7700 900123",
        "0044 7911 123456",
        "(0171) 234 5678",
        "+49 (0)171 2345678",
        "ruf an: 0176/12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "612 345 678",
        "333 123 4567",
        "\u0660\u0667\u0669\u0661\u0661 \u0661\u0662\u0663\u0664\u0665\u0666",
        "\uff10\uff17\uff19\uff11\uff11 \uff11\uff12\uff13\uff14\uff15\uff16",
    ],
)
def test_contact_details_are_seen(text: str) -> None:
    assert find_private(text) is Private.CONTACT


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "my card 5500-0000-0000-0004 exp 12/29",
        "378282246310005",
        "\uff14111111111111111",
        "DE89 3704 0044 0532 0130 00",
        "to 50 people GB29NWBK60161331926819 thanks",
        "fr14 2004 1010 0505 0001 3m02 606",
        "sort code 12-34-56 account 12345678",
    ],
)
def test_card_and_account_numbers_are_seen(text: str) -> None:
    assert find_private(text) is Private.PAYMENT


@pytest.mark.parametrize(
    "text",
    [
        "order 123456789",
        "1 299,00 or 2 499,00",
        "1.299,00 or 2.499,00",
        "20.11.2026 12:30",
        "1000000000 hearts",
        "sizes 36 37 38 39 40 41 42",
        "38 40 42 44 46",
        "1234 5678 9012 3456",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "look at home, at web speed",
        "@sam hello",
        "EAN 4006381333931",
    ],
)
def test_prices_sizes_dates_and_orders_are_not_private(text: str) -> None:
    assert find_private(text) is None


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  a\tb \n c ", "a b c"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\u200bb\ufeffc", "abc"),
        ("a\x00b", "a b"),
        ("e\u0301", "\u00e9"),
        ("z" + "\u0300" * 50, "z\u0300\u0300"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        ("\u05e9\u05dc\u05d5\u05dd, 5!", "\u05e9\u05dc\u05d5\u05dd, 5!"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\u2028\u2029", ""),
    ],
)
def test_lines_are_tidied(text: str, tidied: str) -> None:
    assert tidy(text) == tidied
