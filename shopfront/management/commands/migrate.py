"""Migrate as Django does, without drawing every model anew at each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db.migrations.state import ProjectState, get_related_models_tuples


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
    50 s of work for an empty database instead of 10. Code that a migration runs sees
    the whole state redrawn all the same. `python -m tests.bench migrate` compares the
    tables that both ways make.
    """
    known = ProjectState.reload_model
    ProjectState.reload_model = _reload_neighbours  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        ProjectState.reload_model = known  # type: ignore[method-assign]


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
