"""Net quantities, and the amounts by which their prices are compared (D3)."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common.money import Money, format_amount

MOST = Decimal(1_000_000)
TENTH = Decimal("0.1")
_WRITTEN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) (\w{1,3})")


class Dimension(models.TextChoices):
    """What goods are measured by."""

    WEIGHT = "weight", _("Weight")
    VOLUME = "volume", _("Volume")
    LENGTH = "length", _("Length")
    AREA = "area", _("Area")


class Unit(models.TextChoices):
    """The units that packages name; their signs are the same in every language."""

    GRAM = "g", "g"
    KILOGRAM = "kg", "kg"
    MILLILITRE = "ml", "ml"
    CENTILITRE = "cl", "cl"
    LITRE = "l", "l"
    CUBIC_METRE = "m3", "m³"
    MILLIMETRE = "mm", "mm"
    CENTIMETRE = "cm", "cm"
    METRE = "m", "m"
    SQUARE_CENTIMETRE = "cm2", "cm²"
    SQUARE_METRE = "m2", "m²"


SCALES: Mapping[str, tuple[Dimension, Decimal]] = {
    Unit.GRAM: (Dimension.WEIGHT, Decimal("0.001")),
    Unit.KILOGRAM: (Dimension.WEIGHT, Decimal(1)),
    Unit.MILLILITRE: (Dimension.VOLUME, Decimal("0.001")),
    Unit.CENTILITRE: (Dimension.VOLUME, Decimal("0.01")),
    Unit.LITRE: (Dimension.VOLUME, Decimal(1)),
    Unit.CUBIC_METRE: (Dimension.VOLUME, Decimal(1000)),
    Unit.MILLIMETRE: (Dimension.LENGTH, Decimal("0.001")),
    Unit.CENTIMETRE: (Dimension.LENGTH, Decimal("0.01")),
    Unit.METRE: (Dimension.LENGTH, Decimal(1)),
    Unit.SQUARE_CENTIMETRE: (Dimension.AREA, Decimal("0.0001")),
    Unit.SQUARE_METRE: (Dimension.AREA, Decimal(1)),
}
"""The dimension of each unit, and how much of a kg, l, m or m² it is."""


@dataclass(frozen=True, slots=True)
class Net:
    """So much of a unit."""

    amount: Decimal
    unit: str

    @property
    def dimension(self) -> Dimension:
        """What it measures."""
        return SCALES[self.unit][0]

    @property
    def scaled(self) -> Decimal:
        """The same in kilograms, litres, metres or square metres."""
        return self.amount * SCALES[self.unit][1]

    @property
    def sign(self) -> str:
        """The unit as it is written."""
        return str(Unit(self.unit).label)

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What so much costs, to be compared with the same of other goods."""

    amount: Decimal
    """In major units, with as many decimals as are shown."""
    currency: str
    per: Net

    def format(self, locale: str = "en_GB") -> str:
        """Write the price as people of a locale do, for example £18.00 or £0.195."""
        return format_amount(self.amount, self.currency, locale)


USUAL: Mapping[Dimension, Net] = {
    Dimension.WEIGHT: Net(Decimal(1), Unit.KILOGRAM),
    Dimension.VOLUME: Net(Decimal(1), Unit.LITRE),
    Dimension.LENGTH: Net(Decimal(1), Unit.METRE),
    Dimension.AREA: Net(Decimal(1), Unit.SQUARE_METRE),
}


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """How a market compares prices on a day.

    Source: Directive 98/6/EC, Articles 2 and 3; Price Marking Order 2004 (SI
    2004/102), articles 1 and 5; Preisangabenverordnung, Sections 4 and 5.
    """

    per: Mapping[Dimension, Net] = field(default_factory=lambda: USUAL)
    least: Mapping[Dimension, Net] = field(default_factory=dict)
    """Smaller packages than this need no unit price."""
    is_due: bool = True
    """Whether shelves that ask for a net quantity ask for it here."""
    tenths_below: int = 0
    """Below so many minor units a tenth of one is shown."""


USUAL_TERMS = UnitTerms()


def find_unit_price(
    price: Money, net: Net | None, terms: UnitTerms = USUAL_TERMS
) -> UnitPrice | None:
    """Return what a market's amount of some goods costs, half up to the penny.

    Below the market's bound half up to the tenth of a penny. None where nothing is
    measured, the package is too small for it to be due, or it would be nothing or the
    price itself.
    """
    if net is None:
        return None
    per, least = terms.per[net.dimension], terms.least.get(net.dimension)
    if net.scaled == per.scaled or (least and net.scaled < least.scaled):
        return None
    exact = Decimal(price.minor) * per.scaled / net.scaled
    step = TENTH if exact < terms.tenths_below else Decimal(1)
    minor = exact.quantize(step, rounding=ROUND_HALF_UP)
    places = get_currency_precision(price.currency)
    return UnitPrice(minor.scaleb(-places), price.currency, per) if minor else None


def sum_nets(nets: Sequence[Net | None]) -> Net | None:
    """Return all of some goods together; None unless all are measured alike."""
    known = [net for net in nets if net is not None]
    if not known or len(known) < len(nets):
        return None
    if len({net.dimension for net in known}) > 1:
        return None
    whole = sum((net.scaled for net in known), Decimal(0))
    return Net(whole, USUAL[known[0].dimension].unit)


def make_net(amount: object, unit: str) -> Net | None:
    """Return the quantity that two columns hold; None where they are empty."""
    if amount is None or unit not in SCALES:
        return None
    return Net(Decimal(str(amount)), unit)


def read_net(text: object) -> Net:
    """Read an amount such as "100 g".

    Raises:
        ValidationError: it is none.
    """
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in SCALES or not Decimal(match[1]):
        raise ValidationError(_("Write an amount and a unit, such as 100 g."))
    return Net(Decimal(match[1]), match[2])


def read_unit_terms(rows: Sequence[Mapping[str, Any]], on: dt.date) -> UnitTerms:
    """Return the terms that hold on a day: those of the last row that has begun."""
    begun = [row for row in rows if row["from"] <= on.isoformat()]
    if not begun:
        return USUAL_TERMS
    row = max(begun, key=lambda one: str(one["from"]))
    return UnitTerms(
        per={**USUAL, **_read_nets(row.get("per", {}))},
        least=_read_nets(row.get("least", {})),
        is_due=row.get("is_due", True),
        tenths_below=row.get("tenths_below", 0),
    )


def check_unit_rules(rows: object) -> None:
    """Refuse rows of another shape than terms are read from.

    Raises:
        ValidationError: a day, an amount or a name in them is wrong, or a day twice.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValidationError(_("Rules of unit prices are a list of dated rows."))
    for row in rows:
        _check_row(row)
    if len({row["from"] for row in rows}) < len(rows):
        raise ValidationError(_("Only one rule of unit prices begins on a day."))


def _check_row(row: Mapping[str, Any]) -> None:
    known = {"from", "per", "least", "is_due", "tenths_below", "source"}
    bound = row.get("tenths_below", 0)
    is_bound = type(bound) is int and bound >= 0
    is_told = isinstance(row.get("is_due", True), bool)
    if not known.issuperset(row) or not is_told or not is_bound:
        raise ValidationError(_("A rule of unit prices has an unknown part."))
    try:
        is_day = dt.date.fromisoformat(row["from"]).isoformat() == row["from"]
    except (KeyError, TypeError, ValueError):
        is_day = False
    if not is_day:
        raise ValidationError(_("A rule of unit prices begins on a day, YYYY-MM-DD."))
    for name in ("per", "least"):
        _read_nets(row.get(name, {}))


def _read_nets(written: object) -> dict[Dimension, Net]:
    """Read amounts by dimension.

    Raises:
        ValidationError: one is wrong, or of another dimension than it is kept by.
    """
    if not isinstance(written, Mapping):
        raise ValidationError(_("A rule of unit prices has an unknown part."))
    nets = {name: read_net(text) for name, text in written.items()}
    if any(net.dimension != name for name, net in nets.items()):
        raise ValidationError(_("A rule of unit prices mixes dimensions."))
    return {net.dimension: net for net in nets.values()}
