"""The long proofs on one running shop, then its books by independent SQL.

Parts: `sockets` (10,000 in one room), `shoppers` (5,000 for 500 pieces), `show` (ten
minutes with two losses of the picture), `sale` (from the tap to the host's screen) and
`kills` (five minutes). Those named on the command line are run, else all, in this
order: what is bought in `kills` would be sold out for `sale`.
Environment: SEED (random, printed).
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.results import Result, write_results
from tests.bench.soak_drop import sell_out
from tests.bench.soak_kills import kill_and_shop
from tests.bench.soak_sale import time_sales
from tests.bench.soak_show import run_show
from tests.bench.soak_sockets import hold_crowd, wait_for_show

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".test" / "soak"
PORT = 8190
SITE = f"http://localhost:{PORT}"
SEED = int(os.environ.get("SEED", secrets.randbelow(1_000_000)))
START_SECONDS = 420.0

Part = Callable[[int], Sequence[Result]]
PARTS: dict[str, Part] = {
    "sockets": lambda demo: hold_crowd(SITE, wait_for_show(SITE)),
    "shoppers": lambda demo: sell_out(SITE, wait_for_show(SITE), manage),
    "show": lambda demo: run_show(SITE),
    "sale": lambda demo: time_sales(SITE),
    "kills": lambda demo: kill_and_shop(SITE, demo, seed=SEED),
}


def main(names: Sequence[str]) -> int:
    """Soak, write down what was found and answer 1 when anything was wrong."""
    chosen = [name for name in PARTS if name in names or not names]
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}")
        return 2
    print(f"Seed {SEED}; {', '.join(chosen)}", flush=True)
    is_wrong = False
    with running_demo() as demo:
        for name in chosen:
            results = [Result("seed", str(SEED)), *PARTS[name](demo.pid), check_books()]
            print(write_results(f"soak, {name}", results), flush=True)
            is_wrong |= any(result.is_met is False for result in results)
    return int(is_wrong)


@contextmanager
def running_demo() -> Iterator[subprocess.Popen[bytes]]:
    """Run the whole shop with its content."""
    DATA.mkdir(parents=True, exist_ok=True)
    log = DATA / "soak.log"
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ready." not in log.read_text():
            if demo.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The demo did not start; see {log}")
            time.sleep(0.5)
        yield demo
    finally:
        demo.terminate()
        demo.wait(60)


def environment() -> dict[str, str]:
    """Return what the demo and its commands are told."""
    return os.environ | {"DATA": str(DATA), "PORT": str(PORT)}


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the running shop."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def check_books() -> Result:
    """Run the independent checks of the books."""
    done = manage("check_invariants")
    is_well = done.returncode == 0
    said = done.stdout if is_well else f"{done.stdout} {done.stderr[-300:]}"
    return Result(
        "invariants", "; ".join(said.split("\n")).strip("; "), "all well", is_well
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
