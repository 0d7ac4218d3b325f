"""The plots of the transparency report: laid out on the server, drawn as SVG."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from livestreams.selectors.transparency import SERIES, Table, Value
from livestreams.selectors.transparency_words import COLUMNS

STEP = 48
BAR_WIDTH = 28
HEIGHT = 120
LEAST_HEIGHT = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One month; a number that is unsaid has no bar but a mark."""

    month: dt.date
    value: Value
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """Where its month is written."""
        return self.x + BAR_WIDTH // 2

    @property
    def is_unsaid(self) -> bool:
        """Whether the number is not shown."""
        return isinstance(self.value, str)


@dataclass(frozen=True, slots=True)
class MonthPlot:
    """The months of one series, with the scale."""

    code: str
    title: str
    bars: tuple[Bar, ...]
    most: int
    height: int = HEIGHT
    bar_width: int = BAR_WIDTH

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return STEP * len(self.bars)


def draw_months(table: Table, months: Sequence[dt.date]) -> list[MonthPlot]:
    """Lay out a plot for each series of a report's months."""
    return [
        _draw(code, months, [row.values[place] for row in table.rows])
        for place, code in enumerate(SERIES)
    ]


def _draw(code: str, months: Sequence[dt.date], values: Sequence[Value]) -> MonthPlot:
    most = int(max((one for one in values if not isinstance(one, str)), default=0))
    bars = []
    for place, (month, value) in enumerate(zip(months, values, strict=True)):
        height = 0
        if not isinstance(value, str) and value:
            height = max(LEAST_HEIGHT, round(value * HEIGHT / most))
        x = place * STEP + (STEP - BAR_WIDTH) // 2
        bars.append(Bar(month, value, x, HEIGHT - height, height))
    return MonthPlot(code, str(COLUMNS[code]), tuple(bars), most)
