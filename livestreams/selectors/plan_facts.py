"""The facts that advice on a plan is made of, in a constant number of queries."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import PriceVersion, Product, SampleRequest, Variant
from catalog.selectors.floors import list_below_floor
from catalog.selectors.vetoes import list_refused
from creators.models import Account, Agreement, Creator, PayTerms
from creators.selectors.guarantees import find_guarantee
from creators.selectors.stretches import Stretch as Span
from creators.selectors.stretches import local_week, week_bounds
from creators.selectors.terms import find_terms_to_accept
from creators.selectors.worktime import find_work_rules, read_work
from livestreams.models import Livestream
from livestreams.selectors.advice import GoodsFacts, PlanFacts, Stretch
from livestreams.selectors.briefings import count_unanswered
from livestreams.selectors.duties import (
    has_moderator,
    is_anybody_on_duty,
    will_have_moderator,
)
from livestreams.selectors.paying import list_unpaid
from livestreams.selectors.runs import prepared_minutes, read_run
from orders.selectors.quality import list_barred
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Market

AROUND = dt.timedelta(days=2)
"""Shows so near may clash or leave too little rest."""


def read_plan_facts(
    livestream: Livestream,
    *,
    starts_at: dt.datetime | None = None,
    planned_minutes: int | None = None,
) -> PlanFacts:
    """Return the facts of a plan, as saved or with a start and length just typed.

    Always the same number of queries, however many shows and products there are.
    """
    starts_at = starts_at or livestream.starts_at
    length = planned_minutes or livestream.planned_minutes
    run = read_run(livestream)
    terms = find_terms_to_accept(livestream.creator, max(starts_at, clock.now()))
    before = dt.timedelta(minutes=run.preparation_minutes)
    ends_at = starts_at + dt.timedelta(minutes=length)
    time = _read_time(
        livestream.creator,
        Stretch(livestream.title, starts_at - before, ends_at),
        market=livestream.market,
        payer=livestream.agreement.payer if livestream.agreement else None,
        but=livestream,
    )
    return replace(
        time,
        show_minutes=length,
        break_minutes=sum(part.minutes for part in run.parts if part.is_break),
        over_minutes=run.shown_minutes - length if run.parts else 0,
        missing=_find_missing(livestream),
        terms_version=terms.version if terms else 0,
        has_moderator=has_moderator(livestream),
        has_roster=is_anybody_on_duty(livestream.market_id, starts_at),
        goods=_list_goods(livestream),
        unanswered_lines=count_unanswered(livestream),
    )


def read_new_facts(
    creator: Creator, *, starts_at: dt.datetime, planned_minutes: int
) -> PlanFacts:
    """Return what is known of the time of a show that is not saved yet."""
    ends_at = starts_at + dt.timedelta(minutes=planned_minutes)
    work = Stretch("", starts_at, ends_at)
    return replace(
        _read_time(creator, work, market=creator.market),
        has_moderator=will_have_moderator(creator),
        has_roster=is_anybody_on_duty(creator.market_id, starts_at),
    )


def _read_time(
    creator: Creator,
    work: Stretch,
    *,
    market: Market,
    payer: Account | None = None,
    but: Livestream | None = None,
) -> PlanFacts:
    """Return a piece of work with the rules, and what else its host does near by."""
    now, zone = clock.now(), ZoneInfo(market.time_zone)
    user = creator.user
    week = week_bounds(local_week(work.starts_at, zone), zone)
    worked = read_work([user.pk], since=week[0], until=min(now, week[1]))[user.pk]
    return PlanFacts(
        zone=market.time_zone,
        work=work,
        show_minutes=work.minutes,
        others=_list_others(creator, work, week, but),
        rules=find_work_rules(user, market, work.starts_at, payer=payer),
        now=now,
        worked=tuple(worked),
    )


def _list_others(
    creator: Creator, work: Stretch, week: Span, but: Livestream | None
) -> tuple[Stretch, ...]:
    """Return the host's other shows and duties near by and that week; two queries."""
    rows = (
        Livestream.objects.filter(
            Q(creator=creator) | Q(co_hosts__user=creator.user_id),
            starts_at__gt=min(work.starts_at - AROUND, week[0] - AROUND),
            starts_at__lt=max(work.ends_at + AROUND, week[1]),
            rehearsal_of=None,
        )
        .exclude(pk=but.pk if but else 0)
        .exclude(state=Livestream.State.ENDED, started_at=None)
        .order_by("starts_at", "id")
        .distinct()
    )
    shows = list(rows)
    prepared = prepared_minutes(show.pk for show in shows)
    return tuple(
        Stretch(
            show.title,
            (show.started_at or show.starts_at)
            - dt.timedelta(minutes=prepared[show.pk]),
            show.ended_at or show.planned_end,
        )
        for show in shows
    )


def _find_missing(livestream: Livestream) -> Money | None:
    """Return what is not paid in of the guarantee; at most two queries."""
    agreement = livestream.agreement
    if agreement is None or not agreement.guarantee_minor:
        return None
    guarantee = find_guarantee(livestream.public_id)
    if guarantee is None:
        return Money(agreement.guarantee_minor, livestream.market.currency)
    return None if guarantee.is_funded else guarantee.missing


def _list_goods(livestream: Livestream) -> tuple[GoodsFacts, ...]:
    now, market = clock.now(), livestream.market
    rows = _select_goods(livestream, now)
    keys = [row.pk for row in rows]
    barred = list_barred(keys, market, now)
    below = list_below_floor(keys, market, now)
    refused = list_refused(livestream.public_id)
    unpaid = list_unpaid(livestream, [row.public_id for row in rows])
    is_own = _sells_own_goods(livestream.agreement)
    return tuple(
        GoodsFacts(
            title=row.title,
            is_withdrawn=row.state != Product.State.ACTIVE or not row.brand.is_active,
            has_price=vars(row)["has_price"],
            available=vars(row)["left"],
            is_below_floor=row.pk in below,
            is_barred=row.pk in barred,
            is_refused=row.public_id in refused,
            has_sample=is_own or vars(row)["has_sample"],
            is_unpaid=row.public_id in unpaid,
        )
        for row in rows
    )


def _select_goods(livestream: Livestream, at: dt.datetime) -> list[Product]:
    """Return the products of a shelf with price, stock and sample; one query."""
    prices = PriceVersion.objects.in_force(at).filter(
        variant__product=OuterRef("pk"),
        variant__is_active=True,
        market=livestream.market_id,
    )
    samples = SampleRequest.objects.filter(
        product=OuterRef("pk"),
        creator=livestream.creator_id,
        state=SampleRequest.State.IN_HAND,
    )
    left = (
        Variant.objects.filter(product=OuterRef("pk"), is_active=True)
        .order_by()
        .values("product")
        .annotate(left=Sum(F("stock__on_hand") - F("stock__allocated")))
        .values("left")
    )
    return list(
        Product.objects.filter(livestreamproduct__livestream=livestream)
        .select_related("brand")
        .annotate(
            has_price=Exists(prices),
            has_sample=Exists(samples),
            left=Coalesce(Subquery(left, output_field=IntegerField()), 0),
        )
        .order_by("livestreamproduct__position", "pk")
    )


def _sells_own_goods(agreement: Agreement | None) -> bool:
    own = PayTerms.Engagement.OWN_GOODS
    return agreement is not None and agreement.engagement == own
