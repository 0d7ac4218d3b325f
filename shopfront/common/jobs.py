"""The only door from services to Celery: a hint by name after commit."""

from celery import current_app
from django.db import transaction


def enqueue_on_commit(
    task: str, *args: object, queue: str | None = None, **kwargs: object
) -> None:
    """Queue a task by name once the open transaction has committed.

    A queued task is a hint, the row is the work: when the broker is away the hint
    is dropped and a beat sweep finds the row.
    """

    def send_hint() -> None:  # a partial has no name for Django to log a fault by
        _send(task, args, kwargs, queue)

    transaction.on_commit(send_hint, robust=True)


def _send(
    task: str, args: tuple[object, ...], kwargs: dict[str, object], queue: str | None
) -> None:
    current_app.send_task(task, args=args, kwargs=kwargs, queue=queue, retry=False)
