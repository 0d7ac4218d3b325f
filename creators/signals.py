"""Facts about creators that higher apps follow; sent inside the transaction."""

from django.dispatch import Signal

decision_overturned = Signal()  # sender WorkDecision; decision, undone by a human
creator_closed = Signal()  # sender Creator; creator, why: their shows are called off
work_entered = Signal()  # sender WorkEntry; user, starts_at, ends_at, found later
