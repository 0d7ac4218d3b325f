"""Recompute a brand's statement from its CSV by the published rule; imports nothing.

Rule sale-1: what the shopper paid, less tax, fee and the commission that the brand
bears, is the brand's; no part is negative. Rule reversal-1 takes parts back, so none is
positive. Rule guarantee-1, and for premiums of overtime work-MARKET-DAY, counts whole.
Usage: recompute_brand_statement.py FILE; prints the total in minor units.
"""

import csv
import sys
from pathlib import Path

PARTS = ("tax_minor", "fee_minor", "commission_minor", "amount_minor")
SIGNS = {"sale-1": 1, "reversal-1": -1}


def recompute(row: dict[str, str]) -> int:
    """Return what a line pays; ends the script where the file says otherwise."""
    total, amount = int(row["total_minor"]), int(row["amount_minor"])
    parts = [int(row[name]) for name in PARTS]
    if not row["rule_version"].startswith((*SIGNS, "guarantee-1", "work-")):
        sys.exit(f"{row['line']}: unknown rule {row['rule_version']}")
    sign = SIGNS.get(row["rule_version"], 0)
    if sum(parts) != total or any(part * sign < 0 for part in parts):
        sys.exit(f"{row['line']}: the parts should come to {total}")
    return amount


with Path(sys.argv[1]).open(newline="", encoding="utf-8") as file:
    print(sum(recompute(row) for row in csv.DictReader(file)))  # noqa: T201
