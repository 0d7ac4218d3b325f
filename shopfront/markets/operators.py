"""Who runs the site in a market, and which markets nobody is named for (L5)."""

from django.db.models import Exists, F, OuterRef, Q

from shopfront.models import Market, Operator

Stage = Market.Stage


def find_operator(market: Market | None) -> Operator | None:
    """Return who runs the site in a market, or None where nobody is named; one query.

    Its own operator, else the one for all markets without their own.
    """
    rows = Operator.objects.filter(Q(market=market) | Q(market=None))
    return rows.order_by(F("market").asc(nulls_last=True)).first()


def count_unnamed() -> int:
    """Count the markets with visitors whose imprint names nobody; one query."""
    named = Operator.objects.filter(Q(market=OuterRef("pk")) | Q(market=None))
    closed = [Stage.PLANNED, Stage.CLOSED]
    return Market.objects.exclude(stage__in=closed).exclude(Exists(named)).count()
