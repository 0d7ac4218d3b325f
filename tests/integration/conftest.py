"""Each integration test starts with an empty Valkey."""

from collections.abc import Iterator

import pytest
import redis


@pytest.fixture(autouse=True)
def empty_valkey(clean_valkey: redis.Redis) -> Iterator[None]:
    """Give each test an empty Valkey."""
    yield
    clean_valkey.close()
