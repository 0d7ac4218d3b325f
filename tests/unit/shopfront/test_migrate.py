"""Our way to migrate tells drawn models of their triggers as Django's own does."""

from contextlib import AbstractContextManager, nullcontext

import pgtrigger.compiler
import pytest
from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from shopfront.management.commands.migrate import redrawing_neighbours

BOTH = pytest.mark.parametrize("way", [nullcontext, redrawing_neighbours])


def triggers_of(state: ProjectState) -> list[str]:
    """Name the triggers that the drawn model holds."""
    meta = state.apps.get_model("shop", "thing")._meta
    return [trigger.name for trigger in getattr(meta, "triggers", [])]


def draw() -> ProjectState:
    """Return a state with one drawn model and a neighbour."""
    key, bound = models.AutoField(primary_key=True), models.AutoField(primary_key=True)
    thing = models.ForeignKey("shop.Thing", models.CASCADE)
    state = ProjectState()
    state.add_model(ModelState("shop", "Thing", [("id", key)]))
    state.add_model(ModelState("shop", "Part", [("id", bound), ("thing", thing)]))
    assert state.apps.get_model("shop", "part")
    return state


def add(name: str) -> Operation:
    """Return the step that adds a trigger."""
    sql = pgtrigger.compiler.UpsertTriggerSql(
        pgid=f"pgtrigger_{name}",
        table="shop_thing",
        operation="INSERT",
        when="AFTER",
        func="RETURN NULL;",
    )
    trigger = pgtrigger.compiler.Trigger(name=name, sql=sql)
    return AddTrigger(model_name="thing", trigger=trigger)


@BOTH
def test_a_drawn_model_knows_the_triggers_of_its_state(
    way: type[AbstractContextManager[None]],
) -> None:
    state = draw()
    with way():
        for step in (add("one"), add("two"), RemoveTrigger("thing", "one")):
            step.state_forwards("shop", state)
    assert triggers_of(state) == ["two"]
    assert state.is_delayed  # code that a migration runs has it all drawn anew


def test_triggers_redraw_no_model() -> None:
    state = draw()
    before = state.apps.get_model("shop", "thing")
    with redrawing_neighbours():
        add("one").state_forwards("shop", state)
    assert state.apps.get_model("shop", "thing") is before
    add("two").state_forwards("shop", state)
    assert state.apps.get_model("shop", "thing") is not before


@BOTH
def test_nothing_is_drawn_for_triggers(way: type[AbstractContextManager[None]]) -> None:
    state = draw()
    del state.apps
    with way():
        add("one").state_forwards("shop", state)
    assert "apps" not in state.__dict__
    assert triggers_of(state) == ["one"]
