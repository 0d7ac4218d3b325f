"""What beat sends off: name, job, and every how many seconds.

A name stays the same for good: beat keeps its entries in the database by it.
"""

from typing import Any

LEAST_SECONDS = 60
"""For how long a job that nobody took is worth running, where its turn comes sooner.

Workers that were away for an hour find the newest jobs, not thousands of old ones.
"""
EVERYWHERE = [
    ("relay-outbox", "shopfront.relay_outbox_task", 5.0),
    ("relay-urgent", "shopfront.relay_urgent_task", 5.0),
    ("lapse-holds", "catalog.lapse_holds_task", 10.0),
    ("move-offers", "catalog.move_offers_task", 2.0),
    ("offer-free-pieces", "catalog.offer_free_pieces_task", 10.0),
    ("place-entries", "catalog.place_entries_task", 2.0),
    ("forget-counts", "catalog.forget_counts_task", 3600.0),
    ("forget-reporting-guests", "catalog.forget_reporting_guests_task", 21600.0),
    ("make-renditions", "catalog.make_renditions_left_task", 60.0),
    ("draw-giveaways", "livestreams.draw_giveaways_task", 15.0),
    ("send-reminders", "livestreams.send_reminders_task", 30.0),
    ("expire-replays", "livestreams.expire_replays_task", 600.0),
    ("erase-rehearsals", "livestreams.erase_rehearsals_task", 60.0),
    ("leave-silent-gateways", "livestreams.leave_silent_gateways_task", 10.0),
    ("hint-recordings", "livestreams.hint_recordings_task", 60.0),
    ("count-replay-views", "livestreams.count_replay_views_task", 30.0),
    ("count-audiences", "livestreams.count_audiences_task", 20.0),
    ("keep-evidence", "livestreams.keep_evidence_task", 60.0),
    ("tell-reports", "livestreams.tell_reports_task", 60.0),
    ("hint-clips", "livestreams.hint_clips_task", 60.0),
    ("tend-take-alongs", "livestreams.tend_take_alongs_task", 60.0),
    ("second-look", "livestreams.second_look_sweep_task", 15.0),
    ("hold-floods", "livestreams.second_look_floods_task", 5.0),
    ("hold-reported", "livestreams.second_look_reported_task", 15.0),
    ("mute-repeaters", "livestreams.second_look_repeaters_task", 30.0),
    ("remind-appeals", "livestreams.remind_appeals_task", 3600.0),
    ("forget-pictures", "livestreams.forget_pictures_task", 21600.0),
    ("erase-decided", "livestreams.erase_decided_task", 600.0),
    ("call-next", "livestreams.call_next_task", 10.0),
    ("lapse-checkouts", "orders.lapse_checkouts_task", 10.0),
    ("reconcile-payments", "orders.reconcile_payments_task", 15.0),
    ("sweep-disputes", "orders.sweep_disputes_task", 900.0),
    ("sweep-refunds", "orders.sweep_refunds_task", 21600.0),
    ("deliver-sandbox-notices", "orders.deliver_sandbox_notices_task", 5.0),
    ("sum-funnels", "livestreams.sum_funnels_task", 120.0),
    ("keep-funnel-months", "livestreams.keep_funnel_partitions_task", 21600.0),
    ("check-stock", "catalog.check_stock_task", 300.0),
    ("count-quality", "orders.count_quality_task", 600.0),
    ("check-payments", "orders.check_payments_task", 900.0),
    ("check-ledger", "creators.check_ledger_task", 900.0),
    ("check-sales", "livestreams.check_sales_task", 900.0),
    ("check-cash", "orders.check_cash_task", 900.0),
    ("check-invoices", "orders.check_invoices_task", 3600.0),
    ("settle", "creators.settle_commissions_task", 300.0),
    ("remind-decisions", "creators.remind_decisions_task", 3600.0),
    ("guard-worktime", "livestreams.guard_worktime_task", 15.0),
    ("return-guarantees", "livestreams.return_guarantees_task", 600.0),
    ("run-payouts", "creators.run_payouts_task", 900.0),
    ("send-transfers", "creators.send_transfers_task", 60.0),
    ("look-at-transfers", "creators.look_at_transfers_task", 21600.0),
]
IN_THE_DEMO = [
    ("demo-chat", "livestreams.demo_chat_task", 6.0),
    ("demo-shows", "livestreams.demo_shows_task", 30.0),
]


def list_schedule(*, is_demo: bool) -> dict[str, dict[str, Any]]:
    """Return the schedule as Celery reads it."""
    jobs = EVERYWHERE + (IN_THE_DEMO if is_demo else [])
    return {
        name: {
            "task": task,
            "schedule": every,
            "options": {"expire_seconds": max(LEAST_SECONDS, round(every))},
        }
        for name, task, every in jobs
    }
