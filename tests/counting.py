"""What need not be counted: the same lines again and again cost twice their time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EACH = 10  # of many like runs this one is counted


@contextmanager
def counting_each_tenth(number: int) -> Iterator[None]:
    """Let coverage count a run of many like ones only when its number is round.

    Everything is run and checked all the same.
    """
    tracer = sys.gettrace()
    if tracer is None or number % EACH == 0:
        yield
        return
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
