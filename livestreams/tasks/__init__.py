"""Jobs of shows and rooms."""

from livestreams.tasks.reminders import send_reminders_task

__all__ = ["send_reminders_task"]
