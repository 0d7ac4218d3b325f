"""Everything of a shop is killed at random while people buy, and nothing is lost.

Last of the journeys by its name: the demo is theirs. `make soak` does it for longer.
"""

import pytest

from tests.bench.soak_kills import kill_and_shop
from tests.browser.conftest import RunningDemo

pytestmark = pytest.mark.browser
SEED, SECONDS = 20261121, 45.0


def test_no_kill_loses_an_order_or_unbalances_a_book(demo: RunningDemo) -> None:
    found = kill_and_shop(demo.site, demo.pid, seed=SEED, seconds=SECONDS)
    assert [one for one in found if one.is_met is False] == []
    books = demo.manage("check_invariants")
    assert books.returncode == 0, books.stdout + books.stderr
