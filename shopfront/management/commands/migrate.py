"""Migrate as Django does, without drawing every model anew at each step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db.migrations.state import ProjectState, get_related_models_tuples
from pgtrigger.migrations import AddTrigger, RemoveTrigger

Step = TypeVar("Step", AddTrigger, RemoveTrigger)


class Command(DjangoCommand):
    """Django's own command: same arguments, same tables."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Migrate while a changed model redraws its neighbours only."""
        with redrawing_neighbours():
            return super().handle(*args, **options)


@contextmanager
def redrawing_neighbours() -> Iterator[None]:
    """Let a change of a model's state redraw it and what is bound to it directly.

    Django redraws besides all that those are bound to. Nearly every model here is
    bound to the user or the market, so each of a thousand steps redrew nearly all:
    113 s of work for an empty database, not 10. A change of triggers, a fifth of
    all steps, redraws nothing at all. Code that a migration runs sees the whole state
    redrawn all the same. `python -m tests.bench migrate` compares the tables that both
    ways make.
    """
    reload = ProjectState.reload_model
    add, remove = AddTrigger.state_forwards, RemoveTrigger.state_forwards
    ProjectState.reload_model = _reload_neighbours  # type: ignore[assignment,method-assign]
    AddTrigger.state_forwards = _redrawing_nothing(add)  # type: ignore[assignment,method-assign]
    RemoveTrigger.state_forwards = _redrawing_nothing(remove)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        ProjectState.reload_model = reload  # type: ignore[method-assign]
        AddTrigger.state_forwards = add  # type: ignore[method-assign]
        RemoveTrigger.state_forwards = remove  # type: ignore[method-assign]


def _redrawing_nothing(
    known: Callable[[Step, str, ProjectState], None],
) -> Callable[[Step, str, ProjectState], None]:
    """Tell the drawn model of its triggers instead of drawing it anew.

    They are read from it only when a dropped table is made again, and then those of
    its last state: a model that several states share holds those.
    """

    def change_state(step: Step, app_label: str, state: ProjectState) -> None:
        drawn = state.__dict__.pop("apps", None)  # nothing is drawn, nothing redrawn
        known(step, app_label, state)
        if drawn is None:
            return
        state.__dict__["apps"], state.is_delayed = drawn, True
        options = state.models[app_label, step.model_name_lower].options
        model = drawn.get_model(app_label, step.model_name_lower)
        model._meta.triggers = options["triggers"]

    return change_state


def _reload_neighbours(
    state: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> None:
    if "apps" not in state.__dict__:  # nothing is drawn yet
        return
    state.is_delayed = True
    redrawn = {(app_label, model_name)}
    try:
        model = state.apps.get_model(app_label, model_name)
    except LookupError:
        pass  # it is new
    else:
        redrawn |= get_related_models_tuples(model)
    state._reload(redrawn)  # type: ignore[attr-defined]
