"""What a market's records count to in a period, by group and by month (S5).

A thing counts where it began, a notice when it came in, an act when it was done, with
what became of it until now. What people erase leaves the record of the act.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    DurationField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Concat, TruncMonth

from catalog.models import (
    PriceVersion,
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
)
from livestreams.access.transparency import Period
from livestreams.models import (
    Appeal,
    Category,
    ChatMessage,
    CoHost,
    GoodsAlert,
    Livestream,
    ModerationAction,
    PictureAppeal,
    PictureReport,
    Report,
    ReporterAppeal,
    RoomMinute,
    Shielding,
    VeiledPicture,
)
from livestreams.models.sayings import PREFIX, Saying
from shopfront.models import Audit, User
from shopfront.models.appeals import AppealFacts

AT_ONCE = dt.timedelta(minutes=1)
"""A decision about a reported product and its withdrawal are this close at most."""
RULE_WORDS, RULE_REPEATS = "rule_words", "rule_repeats"
ACT_COUNTS = ("person", "rule", "undone", "rule_undone")
Kind = ModerationAction.Kind
REMOVED = (Kind.REMOVE, Kind.PHRASE)
GROUNDED = (*REMOVED, Kind.MUTE, Kind.BAN)
Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one group in one month."""

    code: str
    month: dt.date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """Acts in rooms of one kind, ground and language in one month."""

    kind: str
    ground: str
    language: str
    month: dt.date
    counts: Mapping[str, int]


class Median(Aggregate):
    """The middle of a set of lengths of time."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def list_notices(period: Period) -> list[Found]:
    """Count what people reported, by kind of content and reason; three queries."""
    return [
        found
        for rows, state, chosen in _select_notices(period)
        for found in _find(rows, period, "created_at", **_count_states(state, chosen))
    ]


def read_notice_hours(period: Period) -> dict[str, float]:
    """Return the median hours from notice to decision; three queries."""
    kept = {}
    for rows, state, _chosen in _select_notices(period):
        decided = state.removesuffix("state") + "decided_at"
        kept.update(_read_hours(_within(rows, period, "created_at"), decided))
    return kept


def list_acts(period: Period) -> list[Act]:
    """Count acts in rooms that nobody's notice had asked for; one query."""
    noticed = Report.objects.filter(
        message__taken_by=OuterRef("pk"), state=Report.State.UPHELD
    )
    rows = ModerationAction.objects.filter(_in_rooms(period)).exclude(Exists(noticed))
    ground = Case(
        When(by=None, kind__in=REMOVED, then=Value(RULE_WORDS)),
        When(by=None, kind=Kind.MUTE, then=Value(RULE_REPEATS)),
        default=F("category"),
        output_field=CharField(),
    )
    replaced = Q(undo_reason__startswith=PREFIX + Saying.REPLACED)
    is_undone = Q(undone_at__isnull=False) & ~replaced
    keys = ("kind", "ground", "livestream__language")
    found = _group(rows.annotate(ground=ground), period, "created_at", *keys)
    return [
        Act(
            row["kind"],
            row["ground"],
            row["livestream__language"],
            row["month"].date(),
            {name: row[name] for name in ACT_COUNTS},
        )
        for row in found.annotate(
            person=Count("pk", filter=Q(by__isnull=False)),
            rule=Count("pk", filter=Q(by=None)),
            undone=Count("pk", filter=is_undone),
            rule_undone=Count("pk", filter=is_undone & Q(by=None)),
        )
    ]


def list_held(period: Period) -> list[Found]:
    """Count the lines that rules held, by language; one query.

    They were counted as it happened: erasing a line changes nothing here.
    """
    rows = RoomMinute.objects.filter(_in_rooms(period), held__gt=0)
    rows = rows.annotate(code=F("livestream__language"))
    return _find(rows, period, "at", held=Sum("held"))


def list_let_through(period: Period) -> list[Found]:
    """Count the held lines that were shown after all, by language; one query."""
    rows = ChatMessage.objects.filter(_in_rooms(period), let_through())
    rows = rows.annotate(code=F("livestream__language"))
    return _find(rows, period, "at", let_through=Count("pk"))


def let_through(line: str = "") -> Q:
    """Return what tells a held line that a second look or a person let through.

    Erasure leaves who decided and why, and whether an act took the line.
    """
    free = Q(**{f"{line}taken_by": None})
    held = Q(**{f"{line}taken_by__kind__in": (Kind.HOLD, Kind.FLOOD)})
    by_rule = Q(**{f"{line}why__startswith": PREFIX + Saying.LOOK_RELEASED})
    by_person = Q(**{f"{line}decided_by__isnull": False}) & ~Q(**{f"{line}why": ""})
    return (free | held) & (by_rule | by_person)


def list_other_acts(period: Period) -> list[Found]:
    """Count acts on shows, goods and accounts by kind; four queries."""
    goods = GoodsAlert.objects.filter(
        _in_rooms(period), decision=GoodsAlert.Decision.UNPINNED
    )
    return [
        *_find(_select_show_acts(period), period, "at", **_count_by("actor")),
        *_find(_select_withdrawn(period), period, "at", **_count_by("actor")),
        *_find(_select_closed(period), period, "at", **_count_by("actor")),
        *_find(_name(goods, "unpin"), period, "decided_at", **_count_by("decided_by")),
    ]


def list_shieldings(period: Period) -> list[Found]:
    """Count what the shield took aside, by class and its author's choice; one query."""
    answers = Shielding.Answer
    rows = Shielding.objects.filter(_in_rooms(period)).annotate(code=F("kind"))
    return _find(
        rows,
        period,
        "at",
        case=Count("pk", filter=Q(answer=answers.CASE)),
        room=Count("pk", filter=Q(answer=answers.ROOM)),
        no_choice=Count("pk", filter=Q(answer=answers.WAITING)),
        let_through=Count("pk", filter=let_through("message__")),
    )


def list_appeals(period: Period) -> list[Found]:
    """Count appeals by what they were about and how they ended; five queries."""
    states = AppealFacts.State
    chosen = {
        "upheld": states.REFUSED,
        "reversed": states.GRANTED,
        "open": states.OPEN,
    }
    return [
        found
        for rows in _select_appeals(period)
        for found in _find(rows, period, "created_at", **_count_states("state", chosen))
    ]


def read_appeal_hours(period: Period) -> dict[str, float]:
    """Return the median hours from appeal to decision; five queries."""
    kept = {}
    for rows in _select_appeals(period):
        kept.update(_read_hours(_within(rows, period, "created_at"), "decided_at"))
    return kept


def _select_notices(period: Period) -> list[tuple[Rows, str, dict[str, str]]]:
    """Return notices of rooms, pictures and goods, named; where their state stands."""
    said = Report.objects.filter(_in_rooms(period)).annotate(
        code=Concat(
            Case(When(message=None, then=Value("show.")), default=Value("message.")),
            _read_ground("reason"),
        )
    )
    portrayed = Q(picture__creator__market=period.market)
    sold = Q(picture__product__in=_select_sold(period))
    seen = PictureReport.objects.filter(portrayed | sold).annotate(
        code=Concat(Value("picture."), F("picture__kind"), output_field=CharField())
    )
    goods = ProductReport.objects.filter(case__product__in=_select_sold(period))
    goods = goods.annotate(
        code=Concat(Value("product."), F("reason"), output_field=CharField())
    )
    told, veiled, cases = Report.State, VeiledPicture.State, ReportedProduct.State
    return [
        (said, "state", _name_states(told.UPHELD, told.DISMISSED, told.OPEN)),
        (
            seen,
            "picture__state",
            _name_states(veiled.REMOVED, veiled.FINE, veiled.OPEN),
        ),
        (
            goods,
            "case__state",
            _name_states(cases.WITHDRAWN, cases.FINE, cases.OPEN),
        ),
    ]


def _select_appeals(period: Period) -> list[Rows]:
    acts = Appeal.objects.filter(
        action__livestream__market=period.market,
        action__livestream__rehearsal_of=None,
    )
    portrayed = Q(picture__creator__market=period.market)
    sold = Q(picture__product__in=_select_sold(period))
    pictures = PictureAppeal.objects.filter(portrayed | sold)
    goods = ProductAppeal.objects.filter(case__product__in=_select_sold(period))
    told = ReportAppeal.objects.filter(report__case__product__in=_select_sold(period))
    reports = Report.objects.filter(_in_rooms(period))
    heard = ReporterAppeal.objects.filter(report__in=reports)
    return [
        _name(acts, "room"),
        _name(pictures, "picture"),
        _name(goods, "product"),
        _name(told, "reporter"),
        _name(heard, "room-reporter"),
    ]


def _select_show_acts(period: Period) -> Rows:
    """Return slates and ends of shows by somebody who does not host them."""
    shows = Livestream.objects.filter(market=period.market, rehearsal_of=None)
    hosting = CoHost.objects.filter(
        livestream__public_id=OuterRef("subject_ref"),
        user=OuterRef("actor"),
        duty=CoHost.Duty.CO_HOST,
    )
    rows = Audit.objects.filter(
        action__in=("livestreams.pause", "livestreams.end"),
        subject_kind="livestream",
        subject_ref__in=shows.values("public_id"),
    ).exclude(Exists(hosting))
    is_end = When(action="livestreams.end", then=Value("end"))
    return rows.annotate(code=Case(is_end, default=Value("slate")))


def _select_withdrawn(period: Period) -> Rows:
    """Return withdrawals of goods that followed no notice."""
    cases = ReportedProduct.objects.filter(
        product__public_id=OuterRef(OuterRef("subject_ref"))
    )
    decided = Audit.objects.filter(
        action="catalog.reported_product_withdrawn",
        at__gte=OuterRef("at"),
        at__lte=OuterRef("at") + AT_ONCE,
        subject_ref__in=cases.values("public_id"),
    )
    sold = PriceVersion.objects.filter(market=period.market)
    rows = Audit.objects.filter(
        action="catalog.product_withdrawn",
        subject_ref__in=sold.values("variant__product__public_id"),
    )
    return _name(rows.exclude(Exists(decided)), "product")


def _select_closed(period: Period) -> Rows:
    people = User.objects.filter(market=period.market).values("public_id")
    rows = Audit.objects.filter(
        action="shopfront.close_account", subject_ref__in=people
    )
    return _name(rows.exclude(actor__public_id=F("subject_ref")), "account")


def _select_sold(period: Period) -> Rows:
    """Return the goods that ever had a price in the market: goods have no country."""
    sold = PriceVersion.objects.filter(market=period.market)
    return sold.values("variant__product")


def _in_rooms(period: Period) -> Q:
    return Q(livestream__market=period.market, livestream__rehearsal_of=None)


def _read_ground(field: str) -> Case:
    """Return the category that a report begins with; words may stand behind it."""
    cases = [
        When(
            Q(**{field: one}) | Q(**{f"{field}__startswith": f"{one}:"}),
            then=Value(one),
        )
        for one in Category.values
    ]
    return Case(*cases, default=Value(Category.OTHER), output_field=CharField())


def _name(rows: Rows, code: str) -> Rows:
    named: Rows = rows.annotate(code=Value(code))
    return named


def _name_states(acted: str, refused: str, waits: str) -> dict[str, str]:
    return {"acted": acted, "refused": refused, "open": waits}


def _count_states(field: str, chosen: Mapping[str, str]) -> dict[str, Aggregate]:
    return {
        name: Count("pk", filter=Q(**{field: state})) for name, state in chosen.items()
    }


def _count_by(field: str) -> dict[str, Aggregate]:
    return {
        "person": Count("pk", filter=Q(**{f"{field}__isnull": False})),
        "rule": Count("pk", filter=Q(**{field: None})),
    }


def _find(rows: Rows, period: Period, at: str, **sums: Aggregate) -> list[Found]:
    """Sum up rows that have a `code`, month by month; one query."""
    grouped = _group(rows, period, at, "code").annotate(**sums)
    return [
        Found(row["code"], row["month"].date(), {name: row[name] for name in sums})
        for row in grouped
    ]


def _group(rows: Rows, period: Period, at: str, *keys: str) -> Rows:
    month = TruncMonth(at, tzinfo=period.zone)
    inside = _within(rows, period, at).order_by().annotate(month=month)
    grouped: Rows = inside.values("month", *keys)
    return grouped


def _within(rows: Rows, period: Period, at: str) -> Rows:
    since, until = period.begins_at, period.ends_at
    return rows.filter(**{f"{at}__gte": since, f"{at}__lt": until})


def _read_hours(rows: Rows, decided: str) -> dict[str, float]:
    """Return the median hours to a decision by code; one query."""
    length = F(decided) - F("created_at")
    done: Iterable[tuple[str, dt.timedelta]] = (
        rows.filter(**{f"{decided}__isnull": False})
        .order_by()
        .values_list("code")
        .annotate(middle=Median(length))
        .filter(middle__isnull=False)
    )
    return {code: round(middle / dt.timedelta(hours=1), 1) for code, middle in done}
