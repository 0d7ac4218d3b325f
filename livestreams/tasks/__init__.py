"""Jobs of shows and rooms."""

from livestreams.tasks.books import check_sales_task
from livestreams.tasks.curves import count_audiences_task, tell_reports_task
from livestreams.tasks.demo import demo_chat_task, demo_shows_task
from livestreams.tasks.evidence import (
    erase_evidence_task,
    keep_evidence_task,
    make_evidence_task,
)
from livestreams.tasks.funding import return_guarantees_task
from livestreams.tasks.funnel import keep_funnel_partitions_task, sum_funnels_task
from livestreams.tasks.giveaways import draw_giveaways_task
from livestreams.tasks.moderation import (
    call_next_task,
    erase_decided_task,
    forget_pictures_task,
    remind_appeals_task,
    second_look_floods_task,
    second_look_repeaters_task,
    second_look_reported_task,
    second_look_sweep_task,
    second_look_task,
)
from livestreams.tasks.recordings import (
    count_replay_views_task,
    erase_clip_task,
    erase_recording_task,
    erase_rehearsals_task,
    expire_replays_task,
    hint_clips_task,
    hint_recordings_task,
    keep_recording_task,
    leave_silent_gateways_task,
    make_clip_task,
)
from livestreams.tasks.reminders import send_reminders_task
from livestreams.tasks.takealong import (
    erase_take_along_task,
    make_take_along_task,
    tend_take_alongs_task,
)
from livestreams.tasks.worktime import guard_worktime_task

__all__ = [
    "call_next_task",
    "check_sales_task",
    "count_audiences_task",
    "count_replay_views_task",
    "demo_chat_task",
    "demo_shows_task",
    "draw_giveaways_task",
    "erase_clip_task",
    "erase_decided_task",
    "erase_evidence_task",
    "erase_recording_task",
    "erase_rehearsals_task",
    "erase_take_along_task",
    "expire_replays_task",
    "forget_pictures_task",
    "guard_worktime_task",
    "hint_clips_task",
    "hint_recordings_task",
    "keep_evidence_task",
    "keep_funnel_partitions_task",
    "keep_recording_task",
    "leave_silent_gateways_task",
    "make_clip_task",
    "make_evidence_task",
    "make_take_along_task",
    "remind_appeals_task",
    "return_guarantees_task",
    "second_look_floods_task",
    "second_look_repeaters_task",
    "second_look_reported_task",
    "second_look_sweep_task",
    "second_look_task",
    "send_reminders_task",
    "sum_funnels_task",
    "tell_reports_task",
    "tend_take_alongs_task",
]
