"""What the shield costs a line of chat: on short, usual and longest lines."""

import statistics
import time

from livestreams.services.shield import weigh
from tests.bench.results import Result

ROUNDS = 500
MOST_SECONDS = 0.001
LINES = {
    "short": ["hello from leeds", "oui svp", "wie teuer?", "que bonita"],
    "usual": [
        "where is my parcel, it has been three weeks and nobody answers",
        "kannst du die Lampe bitte mal anmachen und von unten zeigen?",
        "j'adore la couleur, elle passe au lave-vaisselle ?",
        "mi hija quiere la azul, la hay en talla pequeña?",
    ],
    "longest": [("the kettle came yesterday and the lid does not close " * 6)[:300]],
}


def measure() -> list[Result]:
    """Weigh lines of three lengths one by one."""
    weigh("the weights are read at the first line", "en")
    return [_measure(name, lines) for name, lines in LINES.items()]


def _measure(name: str, lines: list[str]) -> Result:
    times = []
    for number in range(ROUNDS):
        text = lines[number % len(lines)]
        started = time.perf_counter()
        weigh(text, "en")
        times.append(time.perf_counter() - started)
    middle = statistics.median(times)
    late = sorted(times)[int(len(times) * 0.99)]
    return Result(
        f"{name} line, median and p99",
        f"{middle * 1e6:.0f} and {late * 1e6:.0f} microseconds",
        "median <= 1 ms",
        middle <= MOST_SECONDS,
    )
