"""What a show came to: sales by product, talk, and the shows before it (P7)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from creators.models import Creator
from livestreams.models import (
    ChatMessage,
    HelpCall,
    Livestream,
    ModerationAction,
    Question,
    RoomMinute,
)
from shopfront.common.money import Money

EARLIER_SHOWS = 10

# What shoppers paid and got back of each of a creator's lines, as the ledger has it.
MONEY_OF_LINES = """
WITH own AS (
    SELECT line_ref, show_ref, posting_id, amount_minor - reversed_minor AS due
    FROM creators_commission
    WHERE creator_id = %(creator)s AND currency = %(currency)s
        AND show_ref = ANY(%(shows)s)
),
moved AS (
    SELECT own.posting_id, entry.amount_minor AS paid, 0::bigint AS back
    FROM own
    JOIN creators_entry AS entry ON entry.transaction_id = own.posting_id
    JOIN creators_account AS account ON account.id = entry.account_id
    WHERE account.kind = 'shopper_clearing'
    UNION ALL
    SELECT own.posting_id, 0, -entry.amount_minor
    FROM own
    JOIN creators_ledgertransaction AS undo ON undo.reverses_id = own.posting_id
    JOIN creators_entry AS entry ON entry.transaction_id = undo.id
    JOIN creators_account AS account ON account.id = entry.account_id
    WHERE account.kind = 'shopper_clearing'
),
money AS (
    SELECT posting_id, sum(paid) AS gross, sum(back) AS back
    FROM moved GROUP BY posting_id
)
"""
BY_PRODUCT = f"""
{MONEY_OF_LINES}
SELECT product.title, sum(line.quantity), sum(line.refunded_count),
    sum(money.gross), sum(money.back), sum(own.due)
FROM own
JOIN money USING (posting_id)
JOIN orders_orderline AS line ON line.public_id = own.line_ref
JOIN catalog_variant AS variant ON variant.id = line.variant_id
JOIN catalog_product AS product ON product.id = variant.product_id
GROUP BY product.id, product.title
ORDER BY sum(money.gross) - sum(money.back) DESC, product.id
"""  # noqa: S608  no value of a request is in it
BY_SHOW = f"""
{MONEY_OF_LINES}
SELECT own.show_ref, sum(money.gross), sum(money.back), sum(own.due)
FROM own JOIN money USING (posting_id)
GROUP BY own.show_ref
"""  # noqa: S608  no value of a request is in it


@dataclass(frozen=True, slots=True)
class ProductSales:
    """What one product sold in a show, and what of it came back."""

    title: str
    pieces: int
    pieces_back: int
    gross: Money
    back: Money
    commission: Money

    @property
    def net(self) -> Money:
        """Sales net of returns (N1)."""
        return self.gross - self.back


@dataclass(frozen=True, slots=True)
class RoomTalk:
    """Who wrote and asked in a show, and what was done about it."""

    writers: int
    asked: int
    answered: int
    dismissed: int
    mutes: int
    bans: int
    help_calls: int


@dataclass(frozen=True, slots=True)
class ShowFigures:
    """One show in figures that can be compared."""

    public_id: str
    title: str
    ended_at: dt.datetime
    minutes: int
    viewers_total: int
    viewers_peak: int
    messages: int
    gross: Money
    back: Money
    commission: Money

    @property
    def net(self) -> Money:
        """Sales net of returns (N1)."""
        return self.gross - self.back

    @property
    def net_per_hour(self) -> Money:
        """Net sales of an hour on air."""
        return Money(self.net.minor * 60 // max(1, self.minutes), self.net.currency)


def sum_products(creator: Creator, livestream: Livestream) -> list[ProductSales]:
    """Return what each product of a show sold, the best first; one query.

    In the currency of the creator's market, tax included.
    """
    currency = creator.market.currency
    return [
        ProductSales(
            title,
            int(pieces),
            int(pieces_back),
            Money(int(gross), currency),
            Money(int(back), currency),
            Money(int(due), currency),
        )
        for title, pieces, pieces_back, gross, back, due in _run(
            BY_PRODUCT, creator, [livestream.public_id]
        )
    ]


def read_talk(livestream: Livestream) -> RoomTalk:
    """Return how a room talked, and what moderators had to do; four queries."""
    states = Question.State
    questions = Question.objects.filter(livestream=livestream).aggregate(
        asked=Count("id"),
        answered=Count("id", filter=Q(state=states.ANSWERED)),
        dismissed=Count("id", filter=Q(state=states.DISMISSED)),
    )
    kinds = ModerationAction.Kind
    acts = ModerationAction.objects.filter(livestream=livestream).aggregate(
        mutes=Count("id", filter=Q(kind=kinds.MUTE)),
        bans=Count("id", filter=Q(kind=kinds.BAN)),
    )
    lines = ChatMessage.objects.filter(livestream=livestream)
    writers = lines.aggregate(count=Count("author", distinct=True))["count"]
    calls = HelpCall.objects.filter(livestream=livestream).count()
    return RoomTalk(writers=writers, help_calls=calls, **questions, **acts)


def read_figures(creator: Creator, livestream: Livestream) -> list[ShowFigures]:
    """Return a show that is over and up to ten of its creator's before it.

    The show itself comes first, then the newest; three queries, however many there
    are.
    """
    rows = Livestream.objects.filter(
        creator=creator, state=Livestream.State.ENDED, rehearsal_of=None
    ).filter(started_at__isnull=False, ended_at__isnull=False)
    ended_at = livestream.ended_at or livestream.starts_at
    earlier = rows.filter(ended_at__lt=ended_at).order_by("-ended_at", "-id")
    return _describe(creator, [livestream, *earlier[:EARLIER_SHOWS]])


def _describe(creator: Creator, shows: Sequence[Livestream]) -> list[ShowFigures]:
    currency = creator.market.currency
    refs = [show.public_id for show in shows]
    sold = {ref: sums for ref, *sums in _run(BY_SHOW, creator, refs)}
    written = dict(
        RoomMinute.objects.filter(livestream__in=[show.pk for show in shows])
        .order_by()
        .values_list("livestream")
        .annotate(count=Coalesce(Sum("shown"), 0))
    )
    figures = []
    for show in shows:
        gross, back, due = map(int, sold.get(show.public_id, (0, 0, 0)))
        ended_at = show.ended_at or show.starts_at
        length = ended_at - (show.started_at or ended_at)
        figures.append(
            ShowFigures(
                public_id=show.public_id,
                title=show.title,
                ended_at=ended_at,
                minutes=int(length.total_seconds()) // 60,
                viewers_total=show.viewers_total,
                viewers_peak=show.viewers_peak,
                messages=written.get(show.pk, 0),
                gross=Money(gross, currency),
                back=Money(back, currency),
                commission=Money(due, currency),
            )
        )
    return figures


def _run(statement: str, creator: Creator, shows: list[str]) -> list[tuple[Any, ...]]:
    facts: dict[str, int | str | list[str]] = {
        "creator": creator.pk,
        "currency": creator.market.currency,
        "shows": shows,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())
