"""Recompute a statement from its CSV by the published rule; imports nothing of ours.

Rule sale-1: commission = base x rate, half a minor unit up. A line pays its commission,
less what refunds took back and less what earlier payouts had of it.
Rule guarantee-1: a guarantee, or the commission within it with a minus, counts whole.
Rules work-MARKET-DAY: a premium of overtime counts whole; one owed to a helper, minus.
Usage: recompute_statement.py FILE; prints the total in minor units, or what is wrong.
"""

import csv
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path


def recompute(row: dict[str, str]) -> int:
    """Return what a line pays; ends the script where the file says otherwise."""
    exact = Decimal(row["base_minor"]) * Decimal(row["rate_bps"]) / 10_000
    commission = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    back = int(row["reversed_minor"])
    amount = commission - back - int(row["paid_before_minor"])
    if row["rule_version"].startswith(("guarantee-1", "work-")):
        if not row["base_minor"] == row["amount_minor"] == row["commission_minor"]:
            sys.exit(f"{row['line']}: the guarantee is not paid whole")
        return int(row["amount_minor"])
    if row["rule_version"] != "sale-1":
        sys.exit(f"{row['line']}: unknown rule {row['rule_version']}")
    if commission != int(row["commission_minor"]) or not 0 <= back <= commission:
        sys.exit(f"{row['line']}: the commission should be {commission}")
    if amount != int(row["amount_minor"]):
        sys.exit(f"{row['line']}: the line should pay {amount}")
    return amount


with Path(sys.argv[1]).open(newline="", encoding="utf-8") as file:
    print(sum(recompute(row) for row in csv.DictReader(file)))  # noqa: T201
