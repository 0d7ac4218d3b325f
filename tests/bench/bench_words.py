"""Word rules: what judging a line costs with 2,000 words in the lists of a room.

Everything that the chat asks of a line's words is on: tidying, links, private numbers
and all lists. Ordinary lines are drawn from a vocabulary, as a chat's are; the others
have words that were never seen before, disguises, or lengths up to the limit. Times
are of the thread, so that other work on the machine does not count.
"""

import random
import statistics
import string
import time
from collections.abc import Callable, Iterator

from livestreams.services import word_lists, words
from shopfront.models import Market
from tests.bench.results import Result

LINES = 2_000
WORDS_IN_LISTS = 2_000
LONGEST = 300
MOST_US = 100.0
SEED = 4
VOCABULARY = """
the a is it this that how much does come in which size colour please love great
hello from walnut stool bench lamp kettle shirt dress cocktail leather order parcel
when back stock I would like two thanks show again closer camera is oak black green
das ist schön wie viel kostet der Hocker danke für die Größe wann kommt mein Paket
bonjour combien la robe très belle merci ciao quanto costa il vestito bello grazie
hola cuánto cuesta la silla negra gracias Scunthorpe analog shiitake 38 40 £25 5% :)
"""
SPOKEN = VOCABULARY.split()
Line = Callable[[random.Random], str]


def measure() -> list[Result]:
    """Judge lines of each kind, one by one."""
    market = fill_lists()
    draw = random.Random(SEED)
    kinds: dict[str, tuple[Line, bool]] = {
        "ordinary lines": (write_short, True),
        f"ordinary lines of {LONGEST} letters": (write_long, True),
        "lines of words never seen before": (write_unseen, True),
        f"at worst: {LONGEST} letters, each word new and disguised": (
            write_disguised,
            False,
        ),
    }
    results = []
    for name, (write, is_demanded) in kinds.items():
        lines = [write(draw) for _ in range(LINES)]
        costs = sorted(time_lines(lines, market))
        results += describe(name, costs, is_demanded=is_demanded)
    return results


def fill_lists() -> int:
    """Fill the lists of an English show: the starter lists, then invented words."""
    from livestreams.models import WordList
    from tests.factories import make_market

    market: Market = make_market()
    word_lists.ensure_starter_lists()
    known = sum(len(row.words) for row in WordList.objects.all())
    draw = random.Random(SEED + 1)
    invented = [write_word(draw) for _ in range(WORDS_IN_LISTS - known)]
    WordList.objects.create(language="en", severity="hold", words=invented)
    words.forget_rules()
    words.judge("warm", market_id=market.pk, language="en")
    return int(market.pk)


def time_lines(lines: list[str], market: int) -> Iterator[float]:
    """Yield what each line costs in microseconds, all rules on."""
    for line in lines:
        start = time.thread_time_ns()
        text = words.tidy(line)
        words.has_link(text)
        words.judge(text, market_id=market, language="en")
        yield (time.thread_time_ns() - start) / 1000


def describe(name: str, costs: list[float], *, is_demanded: bool) -> list[Result]:
    """Return median and 99th percentile of a kind of lines."""
    figures = {
        "median": statistics.median(costs),
        "p99": costs[int(len(costs) * 0.99)],
    }
    demand = f"<= {MOST_US:.0f} µs" if is_demanded else ""
    return [
        Result(
            f"{name}, {what}",
            f"{cost:.0f} µs",
            demand,
            cost <= MOST_US if is_demanded else None,
        )
        for what, cost in figures.items()
    ]


def write_short(draw: random.Random) -> str:
    """Write three to twelve words of the vocabulary."""
    return " ".join(draw.choices(SPOKEN, k=draw.randint(3, 12)))


def write_long(draw: random.Random) -> str:
    """Write a line of the vocabulary as long as a message may be."""
    return " ".join(draw.choices(SPOKEN, k=90))[:LONGEST]


def write_unseen(draw: random.Random) -> str:
    """Write three to twelve words that nobody wrote before."""
    return " ".join(write_word(draw) for _ in range(draw.randint(3, 12)))


def write_disguised(draw: random.Random) -> str:
    """Write a long line of new words with doubled letters, figures and marks."""
    tricks = "\u0435\u043e00@3a11$.-oo"
    return " ".join(
        "".join(draw.choices(string.ascii_lowercase + tricks, k=draw.randint(3, 9)))
        for _ in range(60)
    )[:LONGEST]


def write_word(draw: random.Random) -> str:
    """Invent a word."""
    return "".join(draw.choices(string.ascii_lowercase, k=draw.randint(4, 9)))
