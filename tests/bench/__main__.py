"""Run measurements: all of them, or those named on the command line."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run measurements one by one; answer 1 when a demand was missed."""
    found = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    chosen = [f"bench_{name.removeprefix('bench_')}" for name in names] or found
    missing = sorted(set(chosen) - set(found))
    if missing:
        print(f"No such measurement: {', '.join(missing)}. There are: {found}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    is_missed = False
    with empty_database():
        for name in chosen:
            is_missed |= run(name)
    return int(is_missed)


def run(name: str) -> bool:
    """Run one measurement, note its results and tell whether a demand was missed."""
    from tests.bench.results import write_results

    module = importlib.import_module(f"tests.bench.{name}")
    subject = str(module.__doc__).partition("\n")[0]
    print(f"{name}: {subject}", flush=True)
    results = module.measure()
    print(write_results(name.removeprefix("bench_"), results), flush=True)
    return any(result.is_met is False for result in results)


@contextmanager
def empty_database() -> Iterator[None]:
    """Run the engines as safe as production has them, on databases of our own."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    from shopfront.embedded import Engines, layout_for
    from tests.databases import DATA_OF_TESTS

    with Engines(layout_for(DATA_OF_TESTS), on_progress=print, wait_seconds=900):
        for alias in connections:
            connections[alias].settings_dict["TEST"]["NAME"] = f"bench_{alias}"
        made = setup_databases(verbosity=0, interactive=False)
        try:
            yield
        finally:
            teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
