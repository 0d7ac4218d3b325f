"""Pages of shows: watching, reminders, calendars."""
