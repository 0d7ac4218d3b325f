"""Jobs of shows and rooms."""

from livestreams.tasks.demo import demo_chat_task, demo_shows_task
from livestreams.tasks.moderation import second_look_sweep_task, second_look_task
from livestreams.tasks.reminders import send_reminders_task

__all__ = [
    "demo_chat_task",
    "demo_shows_task",
    "second_look_sweep_task",
    "second_look_task",
    "send_reminders_task",
]
