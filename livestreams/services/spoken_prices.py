"""Earlier prices that captions speak of, in five languages; amounts in figures (D3).

Pure: a sentence in, amounts out. What it does not understand it leaves alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shopfront.common.money import Money

CURRENCIES: Mapping[str, str] = {
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "pfund": "GBP",
    "livre": "GBP",
    "livres": "GBP",
    "sterlina": "GBP",
    "sterline": "GBP",
    "libra": "GBP",
    "libras": "GBP",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
}
PLAIN: Mapping[str, str] = {
    "en": r"normally|usually|rrp|msrp|retails(?: at| for)?|worth|valued at|instead of"
    r"|down from|reduced from|list price|full price|originally|original price",
    "de": r"statt|anstatt|uvp|normalerweise|regulär|im wert von|ursprünglich"
    r"|listenpreis|originalpreis|unverbindliche preisempfehlung",
    "fr": r"au lieu de|normalement|d['\u2019]habitude|vaut|d['\u2019]une valeur de"
    r"|prix conseillé|prix d['\u2019]origine",
    "it": r"invece di|anziché|normalmente|di solito|del valore di|prezzo consigliato"
    r"|prezzo di listino|prezzo originale",
    "es": r"en lugar de|en vez de|normalmente|valorad[oa] en|con un valor de|pvp"
    r"|precio original|precio recomendado",
}
"""Words after which even a bare number is an earlier price."""
VAGUE: Mapping[str, str] = {
    "en": r"was|were|used to (?:be|cost)|before|previously",
    "de": r"war|waren|kostete|früher|vorher|sonst|eigentlich|wert",
    "fr": r"était|étaient|coûtait|coûtaient|avant|valait",
    "it": r"era|erano|costava|costavano|prima|valeva",
    "es": r"era|eran|costaba|costaban|antes|valía",
}
"""Words after which it is one if a currency stands beside it."""
DENIALS: Mapping[str, str] = {
    "en": r"not|never|no|isn['\u2019]t|wasn['\u2019]t",
    "de": r"nicht|nie|niemals|kein|keine",
    "fr": r"pas|jamais",
    "it": r"non|mai",
    "es": r"no|nunca",
}
"""Words before or within a claim that take it back."""
TURNS: Mapping[str, str] = {
    "en": r"now|today|only|to|under|over",
    "de": r"jetzt|heute|nur|auf|unter|über",
    "fr": r"maintenant|aujourd['\u2019]hui|seulement|moins|plus",
    "it": r"adesso|ora|oggi|solo|meno|più",
    "es": r"ahora|hoy|solo|sólo|menos|más",
}
"""Words after which an amount is no longer the earlier price."""
FOLLOWERS: Mapping[str, str] = {
    "en": r"but|now|today|and|so|for",
    "de": r"aber|jetzt|heute|und|nur|sondern",
    "fr": r"mais|maintenant|aujourd['\u2019]hui|et|seulement",
    "it": r"ma|adesso|ora|oggi|e|solo",
    "es": r"pero|ahora|hoy|y|solo|sólo",
}
"""Words that may follow a bare number that is a price, and no count of things."""
_NUMBER = (
    r"\d{1,3}(?:[.,'\u2019 \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?"
    r"|\d{1,6}(?:[.,]\d{1,2})?"
)
_SIGN = r"[£€$]|gbp\b|eur\b|usd\b"
_NAME = "|".join(sorted((re.escape(name) for name in CURRENCIES), key=len)[::-1])
_CENTS = re.compile(r"[.,](\d{1,2})$")
MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class SpokenPrice:
    """An earlier price as somebody said it, and where in the text.

    What follows the amount, a full stop or a word, may belong to a later line.
    """

    price: Money
    start: int
    end: int


def read_spoken_prices(
    text: str, language: str, currency: str
) -> Iterator[SpokenPrice]:
    """Yield the earlier prices that a text speaks of in a market's currency.

    "was £59", "worth 80 pounds", "statt 59 Euro", "UVP 59", "normally 40". None of
    a language that we do not read, and none in another currency.
    """
    if language not in PLAIN:
        return
    pattern, negated = _compile(language)
    for match in pattern.finditer(text):
        price = _read(match, currency)
        before = text[max(0, match.start() - 24) : match.start()]
        if price is not None and not negated.search(before):
            end = match.end("name" if match["name"] else "number")
            yield SpokenPrice(price, match.start(), end)


def _read(match: re.Match[str], currency: str) -> Money | None:
    """Return the price of a match; None where it is no price of this currency."""
    name = match["sign"] or match["name"]
    is_bare = name is None
    if is_bare and (match["vague"] or match["end"] is None):
        return None
    if name is not None and CURRENCIES[name.lower()] != currency:
        return None
    amount = _read_number(match["number"])
    return Money.from_decimal(amount, currency) if 0 < amount < MOST else None


def _read_number(written: str) -> Decimal:
    """Read a number with a point or comma before at most two decimals."""
    cents = _CENTS.search(written)
    whole = written[: cents.start()] if cents else written
    digits = re.sub(r"\D", "", whole)
    return Decimal(f"{digits}.{cents[1]}" if cents else digits)


@lru_cache(maxsize=len(PLAIN))
def _compile(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    denials, turns = DENIALS[language], TURNS[language]
    between = rf"(?:[:,]?\s+(?!(?:{denials}|{turns})\b)[^\W\d_]+\.?){{0,3}}?[:,]?\s*"
    claim = (
        rf"\b(?:(?P<plain>{PLAIN[language]})|(?P<vague>{VAGUE[language]}))\b"
        rf"{between}(?<![^\W_])(?P<sign>{_SIGN})?\s?(?P<number>{_NUMBER})"
        rf"(?![\d%k])(?:\s?(?P<name>{_NAME})(?!\w)"
        rf"|(?P<end>\s*(?:$|[.,;:!?)\"»…\u2013-](?!\w)|(?:{FOLLOWERS[language]})\b)))?"
    )
    negated = rf"\b(?:{denials})\s+(?:[^\W\d_]+\s+)?$"
    return re.compile(claim, re.I), re.compile(negated, re.I)
