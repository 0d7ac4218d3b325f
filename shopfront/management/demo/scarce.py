"""Scarce things of the demo: two drops ahead, a waiting list, a giveaway."""

import datetime as dt

from catalog.models import Drop, Product, Stock, WaitingPlace
from catalog.services.drops import plan_drop
from catalog.services.movements import count_stock
from catalog.services.waiting import join_waiting_list
from livestreams.models import Giveaway, GiveawayTerms, Livestream
from livestreams.services.giveaways import open_giveaway
from shopfront.common import clock
from shopfront.models import Market, User

SOLD_OUT = "Common match football"
DROPPED = {
    "Penny cruiser board": ("Boards at a set moment", Drop.Rule.HOLD),
    "Night runner": ("Shoes for who pays first", Drop.Rule.FIRST_PAID),
}
WAITING = ("maya", "jonas")
OPENS_IN = dt.timedelta(minutes=10)


def ensure_scarce(market: Market, staff: User) -> None:
    """Keep drops of both rules ahead, a list of who waits, and a giveaway open."""
    GiveawayTerms.objects.get_or_create(
        market=market,
        defaults={"is_allowed": True, "words": "The prize cannot be paid out."},
    )
    _ensure_drops(market, staff)
    _ensure_waiting_list(market, staff)
    _ensure_giveaway(market)


def _ensure_drops(market: Market, staff: User) -> None:
    now = clock.now()
    ahead = Drop.objects.filter(ends_at__gt=now).values("product")
    for product in Product.objects.filter(title__in=DROPPED).exclude(pk__in=ahead):
        title, rule = DROPPED[product.title]
        plan_drop(
            product,
            title=title,
            market=market,
            entry_from=now,
            opens_at=now + OPENS_IN,
            ends_at=now + OPENS_IN + dt.timedelta(hours=2),
            rule=rule,
            by=staff,
        )


def _ensure_waiting_list(market: Market, staff: User) -> None:
    stocks = Stock.objects.filter(variant__product__title=SOLD_OUT)
    stock = stocks.select_related("variant").first()
    if stock is None or WaitingPlace.objects.filter(variant=stock.variant).exists():
        return
    count_stock(stock.variant, stock.allocated, actor=staff, note="Sold in the shop")
    for name in WAITING:
        person = User.objects.filter(email=f"{name}@demo.example").first()
        if person is not None:
            join_waiting_list(
                stock.variant,
                market=market,
                holder=f"account:{person.public_id}",
                user=person,
                email="",
                language=person.language,
            )


def _ensure_giveaway(market: Market) -> None:
    now, live = clock.now(), Livestream.State.LIVE
    shows = Livestream.objects.filter(is_demo=True, market=market, state=live)
    show = shows.select_related("creator__user", "market").order_by("id").first()
    if show is None or Giveaway.objects.filter(closes_at__gt=now).exists():
        return
    open_giveaway(
        show,
        title="The stool of the evening",
        prize="The workshop stool from this show, delivered to your door.",
        closes_at=now + dt.timedelta(hours=6),
        by=show.creator.user,
    )
