"""Which earlier prices captions speak of, in five languages."""

import time

import pytest

from livestreams.services.spoken_prices import read_spoken_prices


def hear(text: str, language: str, currency: str) -> list[int]:
    found = read_spoken_prices(text, language, currency)
    return [one.price.minor for one in found]


@pytest.mark.parametrize(
    ("language", "currency", "text", "minor"),
    [
        ("en", "GBP", "This was £59 last week", 5900),
        ("en", "GBP", "and it is worth 80 pounds!", 8000),
        ("en", "GBP", "Normally 40, today 30", 4000),
        ("en", "GBP", "It used to cost about £1,299.50 and now", 129_950),
        ("en", "GBP", "RRP: £59.99.", 5999),
        ("en", "GBP", "it was, I think, £59", 5900),
        ("de", "EUR", "heute statt 59 Euro", 5900),
        ("de", "EUR", "UVP: 1.299,00 €", 129_900),
        ("de", "EUR", "Das kostete früher 59,90 Euro", 5990),
        ("de", "GBP", "statt 59 Pfund", 5900),
        ("fr", "EUR", "au lieu de 59 €", 5900),
        ("fr", "EUR", "c'était à 1 299 euros", 129_900),
        ("it", "EUR", "costava 59,90 euro", 5990),
        ("it", "EUR", "invece di 59 euro", 5900),
        ("es", "EUR", "antes 59 euros", 5900),
        ("es", "EUR", "PVP 80.", 8000),
    ],
)
def test_an_earlier_price_is_heard(
    language: str, currency: str, text: str, minor: int
) -> None:
    assert hear(text, language, currency) == [minor]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "it was 40 minutes long"),
        ("en", "worth 5 minutes of your time"),
        ("en", "normally 40 people come"),
        ("en", "it was never £59"),
        ("en", "not worth £80"),
        ("en", "was €59 in Ireland"),
        ("en", "now it was reduced to £49"),
        ("en", "was 40% of that"),
        ("en", "was £0"),
        ("en", "was £59k"),
        ("en", "worth eighty pounds"),
        ("en", "today only £59"),
        ("de", "statt 59 Stück"),
        ("de", "war 3 Tage weg"),
        ("fr", "jamais au lieu de 59 £"),
        ("tlh", "was £59"),
    ],
)
def test_what_is_no_earlier_price_is_left_alone(language: str, text: str) -> None:
    assert hear(text, language, "GBP") == []


@pytest.mark.parametrize("text", ["was " * 60_000, "1" * 200_000, "was a " * 40_000])
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    assert hear(text, "en", "GBP") == []
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("This was £59 . It is soft", "was £59"),
        ("Normally 40, but look", "Normally 40"),
        ("worth 80 pounds and more", "worth 80 pounds"),
    ],
)
def test_a_price_ends_with_its_amount(text: str, said: str) -> None:
    (found,) = read_spoken_prices(text, "en", "GBP")
    assert text[found.start : found.end] == said
