"""The facts that advice on a plan is made of, in a constant number of queries."""

import datetime as dt

from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import PriceVersion, Product, SampleRequest, Variant
from catalog.selectors.floors import list_below_floor
from catalog.selectors.vetoes import list_refused
from creators.models import Agreement, PayTerms
from creators.selectors.guarantees import find_guarantee
from livestreams.models import CoHost, DutyShift, Livestream
from livestreams.selectors.advice import GoodsFacts, PlanFacts, Stretch
from livestreams.selectors.briefings import count_unanswered
from livestreams.selectors.runs import prepared_minutes, read_run
from orders.selectors.quality import list_barred
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.markets import find_rules

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
    before = dt.timedelta(minutes=run.preparation_minutes)
    ends_at = starts_at + dt.timedelta(minutes=length)
    duties = CoHost.objects.filter(livestream=livestream)
    shifts = DutyShift.objects.filter(
        market=livestream.market_id, starts_at__lte=starts_at, ends_at__gt=starts_at
    )
    return PlanFacts(
        zone=livestream.market.time_zone,
        work=Stretch(livestream.title, starts_at - before, ends_at),
        show_minutes=length,
        others=_list_others(livestream, starts_at, ends_at),
        rule=find_rules(livestream.market, starts_at),
        break_minutes=sum(part.minutes for part in run.parts if part.is_break),
        over_minutes=run.shown_minutes - length if run.parts else 0,
        missing=_find_missing(livestream),
        has_moderator=duties.filter(duty=CoHost.Duty.MODERATOR).exists(),
        has_roster=shifts.exists(),
        goods=_list_goods(livestream),
        unanswered_lines=count_unanswered(livestream),
    )


def _list_others(
    livestream: Livestream, starts_at: dt.datetime, ends_at: dt.datetime
) -> tuple[Stretch, ...]:
    """Return the host's other shows and duties near by; two queries."""
    user = livestream.creator.user_id
    rows = (
        Livestream.objects.filter(
            Q(creator=livestream.creator_id) | Q(co_hosts__user=user),
            starts_at__gt=starts_at - AROUND,
            starts_at__lt=ends_at + AROUND,
            rehearsal_of=None,
        )
        .exclude(pk=livestream.pk)
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
