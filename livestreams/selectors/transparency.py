"""The transparency report of a market: its tables, with small groups left unsaid (S5).

Regulation (EU) 2022/2065 Art. 15 and 24 and the UK's Online Safety Act 2023, s. 77, ask
for it; the tables hold what Implementing Regulation (EU) 2024/2835 has counted, not in
its form.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache

from catalog.models import ReportReason
from livestreams.access.transparency import Period
from livestreams.models import Category, ModerationAction, Shielding, VeiledPicture
from livestreams.selectors import transparency_counts as counts
from livestreams.selectors.transparency_counts import (
    GROUNDED,
    REMOVED,
    RULE_REPEATS,
    RULE_WORDS,
    Act,
    Found,
)
from shopfront.common import clock

LEAST = 5
"""Smaller groups could point at somebody."""
FEW, UNSAID = "<5", "hidden"
KEPT_SECONDS = 3600
"""A period that is over is counted anew after this: appeals still change it."""
VERSION = 1
"""Of what is kept; another shape has another number."""
COLUMNS = ("market", "period", "table", "row", "measure", "value")
Kind = ModerationAction.Kind
Value = int | float | str
Groups = dict[str, Counter[str]]

NOTICES = (
    *(f"message.{reason}" for reason in Category.values),
    *(f"show.{reason}" for reason in Category.values),
    *(f"picture.{kind}" for kind in VeiledPicture.Kind.values),
    *(f"product.{reason}" for reason in ReportReason.values),
)
ACTS = (
    "held",
    *(Kind.REMOVE, Kind.PHRASE, Kind.MUTE, Kind.BAN, Kind.DISMISS, Kind.SHIELD),
    *("slate", "end", "product", "unpin", "account"),
)
GROUNDS = (*Category.values, RULE_WORDS, RULE_REPEATS)
APPEALS = ("room", "picture", "product", "reporter", "room-reporter")
SERIES = ("notices", "acts", "shielded", "appeals")


@dataclass(frozen=True, slots=True)
class Row:
    """A group with its values, in the order of the table's columns."""

    code: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind; codes stay the same in every language."""

    code: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted."""
        return not any(row.values[0] for row in self.rows)


@dataclass(frozen=True, slots=True)
class TransparencyReport:
    """All tables of a market and period, as they stood at a moment."""

    counted_at: dt.datetime
    tables: tuple[Table, ...]

    def get_table(self, code: str) -> Table:
        """Return one table by its code."""
        return next(table for table in self.tables if table.code == code)


def read_report(period: Period) -> TransparencyReport:
    """Return a report: of a period that is over as it was kept within the hour.

    Twenty-two queries where it is counted, however much there is to count.
    """
    if not period.is_over:
        return count_report(period)
    key = f"transparency:{VERSION}:{period.market.pk}:{period.name}"
    kept: TransparencyReport | None = cache.get(key)
    if kept is None:
        kept = count_report(period)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def count_report(period: Period) -> TransparencyReport:
    """Count a report now; `read_report` says what it costs."""
    notices, appeals = counts.list_notices(period), counts.list_appeals(period)
    acts, others = counts.list_acts(period), counts.list_other_acts(period)
    held, released = counts.list_held(period), counts.list_let_through(period)
    shielded = counts.list_shieldings(period)
    done = [*_name_acts(acts), *_name_held(held), *others]
    months = {
        "notices": _sum_months(notices, "acted", "refused", "open"),
        "acts": _sum_months(done, "person", "rule"),
        "shielded": _sum_months(shielded, "case", "room", "no_choice"),
        "appeals": _sum_months(appeals, "upheld", "reversed", "open"),
    }
    tables = (
        _draw_months(period, months),
        *_split_notices(
            _draw_table(
                "notices",
                _sum_up(notices),
                NOTICES,
                parts=("acted", "refused", "open"),
                hours=counts.read_notice_hours(period),
            )
        ),
        _draw_acts(done, released),
        _draw_table(
            "grounds",
            _sum_up(_name_grounds(acts)),
            GROUNDS,
            parts=("removed", "muted", "banned"),
            beside=("undone",),
        ),
        _draw_languages(acts, held, released),
        _draw_table(
            "shieldings",
            _sum_up(shielded),
            Shielding.Kind.values,
            parts=("case", "room", "no_choice"),
            beside=("let_through",),
        ),
        _draw_table(
            "appeals",
            _sum_up(appeals),
            APPEALS,
            parts=("upheld", "reversed", "open"),
            hours=counts.read_appeal_hours(period),
        ),
    )
    return TransparencyReport(clock.now(), tables)


def list_values(
    period: Period, report: TransparencyReport
) -> Iterator[Sequence[object]]:
    """List every value of a report as the rows of a file with `COLUMNS`."""
    market = period.market.code
    for table in report.tables:
        for row in table.rows:
            for measure, value in zip(table.columns, row.values, strict=True):
                yield market, period.name, table.code, row.code, measure, value


def hide_small(numbers: Sequence[int]) -> list[Value]:
    """Return numbers with those under five unsaid, and no way to work them out.

    Where fewer than two are unsaid, or fewer than five are in them together, the next
    smallest is unsaid too: else the sum of all would tell it.
    """
    hidden = {place for place, count in enumerate(numbers) if 0 < count < LEAST}
    larger = sorted((count, place) for place, count in enumerate(numbers) if count)
    for count, place in larger:
        unsaid = sum(numbers[one] for one in hidden)
        if not hidden or (len(hidden) > 1 and unsaid >= LEAST):
            break
        if count >= LEAST:
            hidden.add(place)
    return [
        count if place not in hidden else FEW if count < LEAST else UNSAID
        for place, count in enumerate(numbers)
    ]


def _draw_months(period: Period, months: Mapping[str, Counter[dt.date]]) -> Table:
    columns = [
        hide_small([months[name][month] for month in period.months]) for name in SERIES
    ]
    rows = zip(period.months, zip(*columns, strict=True), strict=True)
    drawn = tuple(Row(f"{month:%Y-%m}", values) for month, values in rows)
    return Table("months", SERIES, drawn)


def _draw_table(
    code: str,
    groups: Groups,
    codes: Iterable[str],
    *,
    parts: tuple[str, ...],
    beside: tuple[str, ...] = (),
    hours: Mapping[str, float] | None = None,
) -> Table:
    """Lay out groups: all of each, the parts of that, what else is known of them.

    Args:
        code: the table's.
        groups: what was counted.
        codes: the rows, in order; those that are empty too.
        parts: measures that add up to all.
        beside: measures of some of all.
        hours: median hours to a decision; unsaid where few were decided.
    """
    names = list(codes)
    totals = hide_small([sum(groups[one][part] for part in parts) for one in names])
    rows = []
    for name, total in zip(names, totals, strict=True):
        group, told = groups[name], isinstance(total, int)
        values: list[Value] = [total]
        values += (
            hide_small([group[one] for one in parts]) if told else [""] * len(parts)
        )
        values += [_hide_one(group[one]) if told else "" for one in beside]
        if hours is not None:
            decided = sum(group[one] for one in parts if one != "open")
            is_said = told and decided >= LEAST
            values.append(hours.get(name, "") if is_said else "")
        rows.append(Row(name, tuple(values)))
    last = () if hours is None else ("hours",)
    return Table(code, ("all", *parts, *beside, *last), tuple(rows))


def _split_notices(table: Table) -> Iterator[Table]:
    """Return a table for each kind of content; what is unsaid was decided over all."""
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        kind, _, reason = row.code.partition(".")
        by_kind[kind].append(Row(reason, row.values))
    for kind, rows in by_kind.items():
        yield Table(f"notices_{kind}", table.columns, tuple(rows))


def _draw_acts(done: Iterable[Found], released: Iterable[Found]) -> Table:
    groups = _sum_up(done)
    groups["held"]["undone"] += sum(one.counts["let_through"] for one in released)
    parts = ("person", "rule")
    return _draw_table("acts", groups, ACTS, parts=parts, beside=("undone",))


def _draw_languages(
    acts: Iterable[Act], held: Iterable[Found], released: Iterable[Found]
) -> Table:
    """Lay out what rules decided by the show's language, and what of it was wrong."""
    groups = _sum_up([*held, *released])
    for act in acts:
        group = groups[act.language]
        if act.kind in GROUNDED:
            group["done"] += act.counts["rule"]
        if act.kind != Kind.SHIELD:
            group["undone"] += act.counts["rule_undone"]
    table = _draw_table(
        "languages",
        groups,
        sorted(groups),
        parts=("held", "done"),
        beside=("let_through", "undone"),
    )
    rows = [Row(row.code, (*row.values, _find_rate(row.values))) for row in table.rows]
    return Table(table.code, (*table.columns, "error_percent"), tuple(rows))


def _find_rate(values: Sequence[Value]) -> Value:
    """Return which part of a language's decisions did not stand, in per cent."""
    total, _held, _done, released, undone = values
    wrong = [one for one in (released, undone) if isinstance(one, int)]
    if not isinstance(total, int) or not total or len(wrong) < 2:
        return ""
    return round(100 * sum(wrong) / total, 1)


def _name_acts(acts: Iterable[Act]) -> Iterator[Found]:
    """Name acts by their kind; lines that floods and reports hold are held lines."""
    for act in acts:
        if act.kind in (*GROUNDED, Kind.DISMISS):
            yield Found(act.kind, act.month, act.counts)
        elif act.kind == Kind.SHIELD:  # it ends by being undone
            yield Found(act.kind, act.month, {**act.counts, "undone": 0})


def _name_grounds(acts: Iterable[Act]) -> Iterator[Found]:
    names = dict.fromkeys(REMOVED, "removed") | {Kind.MUTE: "muted", Kind.BAN: "banned"}
    for act in acts:
        if act.kind in GROUNDED:
            own = act.counts
            all_of_it = own["person"] + own["rule"]
            told = {names[Kind(act.kind)]: all_of_it, "undone": own["undone"]}
            yield Found(act.ground, act.month, told)


def _name_held(held: Iterable[Found]) -> Iterator[Found]:
    for one in held:
        yield Found("held", one.month, {"rule": one.counts["held"]})


def _sum_up(found: Iterable[Found]) -> Groups:
    groups: Groups = defaultdict(Counter)
    for one in found:
        groups[one.code].update(one.counts)
    return groups


def _sum_months(found: Iterable[Found], *parts: str) -> Counter[dt.date]:
    months: Counter[dt.date] = Counter()
    for one in found:
        months[one.month] += sum(one.counts.get(part, 0) for part in parts)
    return months


def _hide_one(count: int) -> Value:
    return FEW if 0 < count < LEAST else count
