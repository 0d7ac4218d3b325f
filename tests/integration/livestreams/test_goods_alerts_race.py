"""Two workers see the third case at once: one alert, held by the constraint."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from catalog.models import Variant
from livestreams.models import GoodsAlert
from livestreams.services import goods_alerts
from orders.models import Case
from orders.services.cases import open_case
from tests.factories import make_paid_order, make_user, make_variant

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WORKERS = 4


def make_cases() -> Variant:
    variant = make_variant()
    for _ in range(goods_alerts.CASES):
        user = make_user()
        order = make_paid_order(variant, user=user)
        open_case(
            user,
            text="Broken",
            kind=Case.Kind.QUALITY,
            market=order.market,
            line=order.lines.get(),
        )
    return variant


def run_together(act: Callable[[], object]) -> None:
    together = threading.Barrier(WORKERS)

    def work() -> None:
        try:
            together.wait()
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_workers_raise_one_alert() -> None:
    variant = make_cases()
    raised: list[GoodsAlert] = []
    run_together(lambda: raised.extend(goods_alerts.watch_goods(variant)))
    assert len(raised) == 1
    assert GoodsAlert.objects.count() == 1


def test_without_the_constraint_each_worker_would_raise_its_own() -> None:
    """Negative control: looking first and writing then is not enough."""
    variant = make_cases()
    seen = threading.Barrier(WORKERS)
    raised: list[bool] = []

    def raise_carelessly() -> None:
        is_new = not GoodsAlert.objects.filter(variant=variant).exists()
        seen.wait()
        raised.append(is_new)

    run_together(raise_carelessly)
    assert raised == [True] * WORKERS
