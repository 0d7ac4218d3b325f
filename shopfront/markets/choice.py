"""Which market a person shops in: the account's, the browser's, else the default."""

from dataclasses import dataclass

from babel import Locale
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing
from shopfront.common.sharing import read_shared
from shopfront.models import Market

MARKET_COOKIE = "sf_market"
SAFE_METHODS = ("GET", "HEAD")


class MarketMissing(Missing):
    """No market of this code is set up."""

    code = "shopfront.market_missing"
    default_message = _("We do not serve this country yet.")


def find_market(code: str) -> Market | None:
    """Return the market of an ISO 3166-1 alpha-2 country code, or None."""
    return Market.objects.filter(code=code.upper()).first()


def get_current_market(request: HttpRequest) -> Market:
    """Return the market of a request; one query, then kept on the request.

    Order: the signed-in person's market, the cookie of a selling market, the
    site's default.

    Raises:
        MarketMissing: not even the default market is set up.
    """
    kept = getattr(request, "current_market", None)
    if kept is None:
        kept = _choose(request)
        request.current_market = kept  # type: ignore[attr-defined]
    market: Market = kept
    return market


def list_selling_markets() -> list[Market]:
    """List the markets where orders may be placed, by code."""
    return list(
        Market.objects.filter(stage__in=[Market.Stage.PILOT, Market.Stage.OPEN])
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A market in one of its languages, as a person may choose it (M4)."""

    market: Market
    language: str
    """A code of `settings.LANGUAGES`."""

    @property
    def code(self) -> str:
        """What a form sends: market and language."""
        return f"{self.market.code}:{self.language}"

    @property
    def country(self) -> str:
        """The country's name in the language of the place."""
        return self.market.name_in(self.language)

    @property
    def speech(self) -> str:
        """The language's name in itself."""
        locale = Locale.parse(self.language, sep="-")
        return str(locale.languages[locale.language]).capitalize()


def list_places() -> list[Place]:
    """List every selling market in each language of its own that pages have.

    The site's first language is offered everywhere: who moved to a country may not
    read its language.
    """
    return [
        Place(market, code)
        for market in list_selling_markets()
        for code, _name in settings.LANGUAGES
        if code == settings.LANGUAGE_CODE or code[:2] in _list_languages(market)
    ]


def _list_languages(market: Market) -> set[str]:
    return {str(language)[:2] for language in market.languages}


def _choose(request: HttpRequest) -> Market:
    own: int | None = getattr(getattr(request, "user", None), "market_id", None)
    wanted = request.COOKIES.get(MARKET_COOKIE, "")[:2].upper()
    rows = {market.code: market for market in _read_markets(request)}
    if own is not None:
        mine = next((market for market in rows.values() if market.pk == own), None)
        return mine or Market.objects.get(pk=own)
    chosen = rows.get(wanted)
    if chosen is not None and chosen.is_selling:
        return chosen
    default = settings.DEFAULT_MARKET
    if default not in rows:
        raise MarketMissing
    return rows[default]


def _read_markets(request: HttpRequest) -> list[Market]:
    """Read all markets, which are few; who only looks takes what others read."""
    if request.method in SAFE_METHODS:
        return read_shared(lambda: list(Market.objects.all()), "markets")
    return list(Market.objects.all())
