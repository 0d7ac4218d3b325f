"""Rules of work that we prepared for markets, with the law that they come from."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from shopfront.models import Market, MarketRule

NIGHT: Mapping[str, Any] = {"night_from": dt.time(23), "night_until": dt.time(6)}
STANDARD: Mapping[str, Sequence[tuple[dt.date, Mapping[str, Any]]]] = {
    "GB": (
        (dt.date(2025, 4, 1), {"pay_floor_minor": 1221}),
        (dt.date(2026, 4, 1), {"pay_floor_minor": 1271}),
    ),
    "DE": (
        (dt.date(2025, 1, 1), {"pay_floor_minor": 1282}),
        (dt.date(2026, 1, 1), {"pay_floor_minor": 1390}),
        (dt.date(2027, 1, 1), {"pay_floor_minor": 1460}),
    ),
}
TIMES: Mapping[str, Mapping[str, int]] = {
    "GB": {"break_minutes": 20, "long_break_minutes": 40, "extension_minutes": 720},
    "DE": {"break_minutes": 30, "long_break_minutes": 45, "extension_minutes": 0},
}
UNIT_RULES: Mapping[str, list[Mapping[str, Any]]] = {
    "GB": [
        {
            "from": "2026-04-06",
            "per": {"weight": "1 kg", "volume": "1 l", "length": "1 m", "area": "1 m2"},
            "tenths_below": 100,
            "source": (
                "Price Marking Order 2004 (SI 2004/102) articles 1(2), 5 and 13, as "
                "amended by SI 2024/1055 and SI 2025/592"
            ),
        },
    ],
    "DE": [
        {
            "from": "2022-05-28",
            "per": {"weight": "1 kg", "volume": "1 l", "length": "1 m", "area": "1 m2"},
            "least": {"weight": "10 g", "volume": "10 ml"},
            "source": "Preisangabenverordnung, Sections 4(3) and 5",
        },
    ],
}
"""How prices are compared; before those days some packages went by 100 g or 10 g."""
SOURCES: Mapping[str, str] = {
    "GB": (
        "Working Time Regulations 1998 (SI 1998/1833) regs 2, 4-6, 10-12; National "
        "Minimum Wage Regulations 2015 (SI 2015/621) reg 4. Daily cap, premium, the "
        "longer break, 60 hours as the most agreed and the ceilings are the operator's."
    ),
    "DE": (
        "ArbZG Sections 2-6; MiLoG Section 1 with the wage ordinances of 2023 and "
        "2025. Premium, weekly rest and ceilings are the operator's own."
    ),
}


def adopt_standard_rules(market: Market) -> int:
    """Give a market the rules of work that we prepared for it; return how many came.

    Great Britain: Working Time Regulations 1998, regulation 4 (48 hours a week), 5
    (more only agreed in writing; we end at 60), 2 and 6 (night from 23 to 6, 8
    hours), 10 (11 hours of rest), 11 (24 hours a week) and 12 (20 minutes once work
    exceeds 6 hours); the National Living Wage of April 2025 and 2026 (National Minimum
    Wage Regulations 2015, regulation 4).

    Germany: ArbZG Section 3 (8 hours, at most 10; 48 a week, and no more by a person's
    own word), 4 (30 minutes beyond 6 hours, 45 beyond 9), 5 (11 hours of rest), 2 and
    6 (night from 23 to 6, 8 hours); MiLoG Section 1 with the minimum wages of 2025 to
    2027.

    Neither law sets an overtime premium or ceilings for goods: those are ours.
    Counsel reads them before a market opens.

    Safe to repeat: yes; days that have a rule keep it.
    """
    code = market.code
    rows = [
        MarketRule(
            market=market,
            valid_from=day,
            source=SOURCES[code],
            **NIGHT,
            **TIMES[code],
            **facts,
        )
        for day, facts in STANDARD.get(code, ())
    ]
    known = set(
        MarketRule.objects.filter(market=market).values_list("valid_from", flat=True)
    )
    missing = [row for row in rows if row.valid_from not in known]
    MarketRule.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
