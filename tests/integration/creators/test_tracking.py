"""History of rows written in sets: whole, and under the request that did it."""

from typing import Any

import pghistory
import pytest
from django.db import connection
from django.db.models import Model
from pghistory.models import Context

from creators.models import Commission, Payout, PayoutRun
from creators.services.payouts import claim_run
from creators.services.settlement import settle_commissions
from tests.integration.creators.test_many_payees import make_payee, open_day

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


def list_rows(model: type[Model]) -> list[Row]:
    """Return rows as they are."""
    return list(model._default_manager.order_by("pk").values())


def list_history(model: type[Model], label: str) -> list[Row]:
    """Return what history has of rows, oldest first, with the row's own columns."""
    columns = [field.attname for field in model._meta.local_fields]
    events = model.pgh_event_model.objects  # type: ignore[attr-defined]
    return list(events.filter(pgh_label=label).order_by("pgh_id").values(*columns))


def list_contexts(model: type[Model], label: str) -> set[object]:
    """Return the metadata of requests under which rows were written."""
    events = model.pgh_event_model.objects  # type: ignore[attr-defined]
    found = events.filter(pgh_label=label).select_related("pgh_context")
    return {event.pgh_context and str(event.pgh_context.metadata) for event in found}


def sort(rows: list[Row]) -> list[Row]:
    """Return rows by key: a statement writes them in any order."""
    return sorted(rows, key=lambda row: row["id"])


def claim() -> PayoutRun:
    """Settle what is due and claim a run of it."""
    settle_commissions()
    run = open_day()
    claim_run(run)
    return run


def test_history_has_every_row_of_a_set_as_it_became() -> None:
    for lines in (3, 1, 2):
        make_payee(lines=lines)
    sold = list_rows(Commission)
    assert list_history(Commission, "insert") == sold
    with pghistory.context(run="of the night"):
        claim()
    assert sort(list_history(Commission, "update")) == list_rows(Commission)
    assert list_rows(Commission) != sold
    assert sort(list_history(Payout, "insert")) == list_rows(Payout)
    named = {"{'run': 'of the night'}"}
    assert list_contexts(Commission, "update") == named
    assert list_contexts(Payout, "insert") == named
    assert list_contexts(Commission, "insert") == {None}
    assert Context.objects.count() == 1


def test_history_has_each_step_of_a_row_that_is_saved_by_itself() -> None:
    make_payee()
    line = Commission.objects.get()
    for title in ("A bench", "A bench", "A stool"):
        line.title = title
        with pghistory.context(title=title):
            line.save()
    events = line.events.order_by("pgh_id")  # type: ignore[attr-defined]
    found = events.exclude(pgh_label="insert").values_list(
        "title", "pgh_context__metadata__title", "pgh_obj"
    )
    assert list(found) == [(name, name, line.pk) for name in ("A bench", "A stool")]


def test_only_rows_that_change_are_kept_of_a_set() -> None:
    for _ in range(3):
        make_payee()
    odd = Commission.objects.earliest("pk")
    sql = "UPDATE creators_commission SET title = CASE id WHEN %s THEN 'x' ELSE title"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} END", [odd.pk])
        assert cursor.rowcount == 3
    assert not Commission.objects.filter(title="none").update(title="some")
    assert [row["id"] for row in list_history(Commission, "update")] == [odd.pk]


@pytest.mark.parametrize("model", [Commission, Payout])
def test_history_is_indexed_by_its_row_and_its_request_only(model: type[Model]) -> None:
    table = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    indexed = {tuple(fact["columns"]) for fact in found.values() if fact["index"]}
    assert indexed == {("pgh_obj_id",), ("pgh_context_id",)}
