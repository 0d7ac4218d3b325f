"""The demo's content, made once for the tests of a module."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from shopfront.management.demo import goods

BOOKS = ("default", "sandbox")


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Fill the demo, with three products' photographs only.

    The transaction around it stays open: each test's own is undone inside of it.
    """
    add_photographs = goods.add_photographs
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        for alias in BOOKS:
            block: Any = transaction.atomic(using=alias)
            block._from_testcase = True  # as Django marks those of its own tests
            stack.enter_context(block)
            stack.callback(transaction.set_rollback, True, using=alias)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(
            goods, "add_photographs", lambda rows, say: add_photographs(rows[:3], say)
        )
        call_command("seed_demo", verbosity=0)
        yield
