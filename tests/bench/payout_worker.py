"""The process that settles and pays, measured by itself; it starts without Django."""

import datetime as dt
import multiprocessing
import os
import time
from pathlib import Path

import django

Figures = dict[str, float]


def pay(
    database: str,
    rule_key: int,
    staff_key: int,
    day: dt.date,
    found: "multiprocessing.Queue[Figures]",
) -> None:
    """Settle, open, claim and prepare a run as the jobs do, step by step."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection

    from creators.models import PayoutRule
    from creators.services.payouts import claim_run, open_run, prepare_run
    from creators.services.settlement import settle_commissions
    from shopfront.models import User

    connection.settings_dict["NAME"] = database
    rule = PayoutRule.objects.select_related("market").get(pk=rule_key)
    staff = User.objects.get(pk=staff_key)
    figures = {"start_mb": read_memory("VmRSS")}
    started = time.perf_counter()
    settled = settle_commissions()
    figures["settle"] = say(f"settled {settled:,} lines", started)
    started = time.perf_counter()
    run = open_run(rule, day)
    paid = claim_run(run)
    figures["claim"] = say(f"claimed {paid:,} payouts", started)
    started = time.perf_counter()
    prepare_run(run, by=staff)
    figures["prepare"] = say("prepared the run", started)
    figures["peak_mb"] = read_memory("VmHWM")
    connection.close()
    found.put(figures)


def read_memory(name: str) -> float:
    """Return a figure of this process's resident memory in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def say(what: str, started: float) -> float:
    """Print a step's time and return it."""
    seconds = time.perf_counter() - started
    print(f"  {what}: {seconds:.1f} s", flush=True)
    return seconds
