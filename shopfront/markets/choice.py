"""Which market a person shops in: the account's, the browser's, else the default."""

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing
from shopfront.models import Market

MARKET_COOKIE = "sf_market"


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


def _choose(request: HttpRequest) -> Market:
    own: int | None = getattr(getattr(request, "user", None), "market_id", None)
    wanted = request.COOKIES.get(MARKET_COOKIE, "")[:2].upper()
    wanted = wanted if wanted.isalpha() else ""  # a forged cookie may hold anything
    default = settings.DEFAULT_MARKET
    rows = {
        market.code: market
        for market in Market.objects.filter(
            Q(code__in={wanted, default}) | Q(pk=own or 0)
        )
    }
    if own is not None:
        return next(market for market in rows.values() if market.pk == own)
    chosen = rows.get(wanted)
    if chosen is not None and chosen.is_selling:
        return chosen
    if default not in rows:
        raise MarketMissing
    return rows[default]
