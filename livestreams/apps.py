"""Wiring of the livestreams app."""

from django.apps import AppConfig


class LivestreamsConfig(AppConfig):
    """See the package's door-sign."""

    name = "livestreams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow orders, cases and goods; name who carries out outbox topics."""
        from livestreams.selectors.origins import read_origins
        from orders.selectors import origins

        self._follow()
        self._carry()
        self._carry_first()
        self._carry_urgent()
        self._carry_veils()
        origins.register(read_origins)

    def _carry(self) -> None:
        from livestreams.services import (
            actions,
            appeals,
            ban_lists,
            briefings,
            calling_off,
            cast,
            funding,
            gateways,
            giveaways,
            goods_alerts,
            letters,
            moving,
            pin_decisions,
            reminders,
            reporter_appeals,
            reports,
            sweeps,
            team,
        )
        from shopfront.services import outbox

        outbox.register(reminders.TOPIC, reminders.send_reminder)
        outbox.register(funding.TOPIC, funding.carry_show_ended)
        outbox.register(funding.WORK_TOPIC, funding.carry_work_entered)
        outbox.register(cast.TOPIC, cast.send_duty)
        outbox.register(calling_off.TOPIC, calling_off.carry_called_off)
        outbox.register(calling_off.LETTER_TOPIC, calling_off.send_called_off)
        outbox.register(moving.TOPIC, moving.carry_moved)
        outbox.register(moving.LETTER_TOPIC, moving.send_moved)
        outbox.register(briefings.TOPIC, briefings.send_briefing)
        outbox.register(briefings.REPORT_TOPIC, briefings.send_report)
        outbox.register(actions.TOPIC, letters.send_action)
        outbox.register(ban_lists.TOPIC, ban_lists.send_offer)
        outbox.register(appeals.TOPIC, letters.send_appeal)
        outbox.register(appeals.DUE_TOPIC, letters.send_appeal_due)
        outbox.register(sweeps.FLOOD_TOPIC, letters.send_flood)
        outbox.register(reports.TOPIC, reports.send_decision)
        outbox.register(reporter_appeals.TOPIC, reporter_appeals.send_answer)
        outbox.register(reporter_appeals.DUE_TOPIC, reporter_appeals.send_due)
        outbox.register(gateways.DISK_TOPIC, gateways.send_disk_alarm)
        outbox.register(giveaways.TOPIC, giveaways.send_win)
        outbox.register(pin_decisions.TOPIC, goods_alerts.put_back)
        outbox.register(team.TOPIC, team.send_asked)

    def _carry_veils(self) -> None:
        from livestreams.services import veil_decisions, veil_letters, veils
        from shopfront.services import outbox

        outbox.register(veils.TOPIC, veil_letters.send_decision)
        outbox.register(veil_decisions.REMOVED_TOPIC, veil_letters.send_removed)
        outbox.register(veil_decisions.BACK_TOPIC, veil_letters.send_put_back)
        outbox.register(veil_decisions.REFUSED_TOPIC, veil_letters.send_refused)
        outbox.register(veil_decisions.DUE_TOPIC, veil_letters.send_appeal_due)

    def _carry_first(self) -> None:
        """Register letters that call somebody at once."""
        from livestreams.services import goods_alerts, help_calls, shieldings
        from shopfront.services import outbox

        for topic, carrier in (
            (help_calls.TOPIC, help_calls.send_help_call),
            (shieldings.DANGER_TOPIC, shieldings.alert_of_danger),
            (goods_alerts.TOPIC, goods_alerts.carry_case_opened),
            (goods_alerts.ALERT_TOPIC, goods_alerts.send_alert),
        ):
            outbox.register(topic, carrier, goes_first=True)

    def _carry_urgent(self) -> None:
        """Register what people on air wait for."""
        from livestreams.services import (
            attribution,
            drops,
            leaving,
            offers,
            removals,
            sanctions,
            withdrawn_goods,
        )
        from shopfront.services import outbox

        outbox.register(attribution.TOPIC, attribution.carry_order_paid, is_urgent=True)
        outbox.register(drops.TOPIC, drops.carry_drop_changed, is_urgent=True)
        outbox.register(leaving.TOPIC, leaving.carry_creator_closed, is_urgent=True)
        outbox.register(offers.TOPIC, offers.carry_offer_changed, is_urgent=True)
        outbox.register(removals.REST_TOPIC, removals.take_rest, is_urgent=True)
        outbox.register(removals.BACK_TOPIC, removals.give_rest, is_urgent=True)
        outbox.register(sanctions.WIPED_TOPIC, sanctions.wipe_late, is_urgent=True)
        outbox.register(
            withdrawn_goods.TOPIC,
            withdrawn_goods.carry_product_withdrawn,
            is_urgent=True,
        )

    def _follow(self) -> None:
        from catalog.signals import drop_changed, offer_changed, product_withdrawn
        from creators.signals import (
            creator_closed,
            decision_overturned,
            work_entered,
        )
        from livestreams import receivers
        from orders.signals import case_opened, order_paid

        creator_closed.connect(
            receivers.post_creator_closed,
            dispatch_uid="livestreams.post_creator_closed",
        )
        decision_overturned.connect(
            receivers.post_decision_overturned,
            dispatch_uid="livestreams.post_decision_overturned",
        )
        work_entered.connect(
            receivers.post_work_entered, dispatch_uid="livestreams.post_work_entered"
        )
        drop_changed.connect(
            receivers.post_drop_changed, dispatch_uid="livestreams.post_drop_changed"
        )
        offer_changed.connect(
            receivers.post_offer_changed, dispatch_uid="livestreams.post_offer_changed"
        )
        product_withdrawn.connect(
            receivers.post_product_withdrawn,
            dispatch_uid="livestreams.post_product_withdrawn",
        )
        case_opened.connect(
            receivers.post_case_opened, dispatch_uid="livestreams.post_case_opened"
        )
        order_paid.connect(
            receivers.post_order_paid, dispatch_uid="livestreams.post_order_paid"
        )
