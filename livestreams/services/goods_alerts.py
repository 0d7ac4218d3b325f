"""Goods that several shoppers complain about within minutes: told, unpinned (C6)."""

import datetime as dt
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Variant
from livestreams.models import (
    BrandAlertRule,
    GoodsAlert,
    Livestream,
    LivestreamProduct,
    Pin,
)
from livestreams.services.pin_decisions import find_unpinned, keep_unpinned
from livestreams.services.pins import pin_bundle, place_pin, remove_pin
from orders.models import Case
from orders.selectors.cases import count_cases_on
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.case_opened"
ALERT_TOPIC = "livestreams.goods_alert"
CASES = 3
WITHIN = dt.timedelta(minutes=10)
AT_ONCE = dt.timedelta(seconds=5)
Decision = GoodsAlert.Decision
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)


def post_case_opened(case: Case) -> None:
    """Write into the open transaction that goods may need a look."""
    if case.line_id is not None:
        outbox.post(TOPIC, f"case:{case.public_id}", {"case": case.public_id})


def carry_case_opened(message: Outbox) -> None:
    """Look at the goods of the case that a message names. Safe to repeat: yes."""
    cases = Case.objects.select_related("line__variant__product")
    case = cases.filter(public_id=message.payload["case"]).first()
    if case is not None and case.line is not None:
        watch_goods(case.line.variant)


def watch_goods(variant: Variant) -> list[GoodsAlert]:
    """Raise an alert where three shoppers opened a case within ten minutes.

    One for each show on air that sells the variant, else one for staff alone.
    Returns the alerts that are new.

    Safe to repeat: one alert is open per variant and show, whoever comes first; one
    that was decided is raised again only by cases since then.
    """
    shows: list[Livestream | None] = list(_list_shows(variant))
    alerts = []
    for show in shows or [None]:
        count = count_cases_on(variant.pk, since=_find_start(variant, show))
        if count >= CASES:
            alert = _raise_alert(variant, show, count)
            if alert is not None:
                alerts.append(alert)
    return alerts


def unpin_goods(alert: GoodsAlert, *, by: User, reason: str = "") -> bool:
    """Take the goods of an alert off the screen; False if it was decided before.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        if not _decide(alert, Decision.UNPINNED, by, reason):
            return False
        _take_off(alert, by)
    return True


def put_back(message: Outbox) -> None:
    """Put on screen again what a rule took off, as a human decided.

    Where the show is over, or the goods may not be pinned any more, the alert alone
    is set right. Safe to repeat: yes.
    """
    decision, alert = find_unpinned(message)
    by = decision.decided_by
    if by is None or alert is None or alert.livestream is None:
        return
    gone = _list_taken_off(alert)
    with transaction.atomic():
        taken = GoodsAlert.objects.filter(
            pk=alert.pk, decision=Decision.UNPINNED, decided_by=None
        )
        if not taken.update(
            decision=Decision.KEPT, decided_by=by, decided_at=clock.now()
        ):
            return
        _record(alert, Decision.KEPT, by, decision.reason)
        for pin in gone:
            with suppress(DomainError), transaction.atomic():
                if pin.bundle is None:
                    place_pin(alert.livestream, pin.product, by=by)
                else:
                    pin_bundle(alert.livestream, pin.bundle, by=by)


def keep_goods(alert: GoodsAlert, *, by: User, reason: str = "") -> bool:
    """Leave the goods of an alert on screen; False if it was decided before.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        return _decide(alert, Decision.KEPT, by, reason)


def send_alert(message: Outbox) -> None:
    """Write to staff that goods are complained about.

    Safe to repeat: the Message-ID stays the same.
    """
    alerts = GoodsAlert.objects.select_related("variant__product", "livestream")
    alert = alerts.filter(public_id=message.key).first()
    if alert is None:
        return
    facts = {
        "title": alert.variant.product.title,
        "sku": alert.variant.sku,
        "count": alert.cases_count,
    }
    lines = [
        _("%(count)s shoppers opened a case on “%(title)s” (%(sku)s).") % facts,
        f"{settings.SITE_URL}/admin/orders/case/?q={alert.variant.sku}",
    ]
    if alert.livestream is not None:
        show = alert.livestream.public_id
        lines.append(f"{settings.SITE_URL}/creator/studio/{show}/")
    staff = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("Several cases on one product: %(title)s") % facts,
        body="\n\n".join(lines),
        bcc=list(staff.values_list("email", flat=True)),
        headers=name_letter(f"goods-{alert.public_id}"),
    ).send()


def _list_shows(variant: Variant) -> list[Livestream]:
    sold = LivestreamProduct.objects.filter(product=variant.product_id)
    shown = Pin.objects.showing(variant.product_id).exclude(bundle=None)
    shows = Livestream.objects.filter(
        Q(pk__in=sold.values("livestream")) | Q(pk__in=shown.values("livestream")),
        state__in=ON_AIR,
    )
    return list(shows.select_related("market").order_by("pk"))


def _find_start(variant: Variant, show: Livestream | None) -> dt.datetime:
    """Return from when cases count: ten minutes ago, or the last alert's decision."""
    start = clock.now() - WITHIN
    last = (
        GoodsAlert.objects.filter(variant=variant, livestream=show)
        .exclude(decided_at=None)
        .order_by("-decided_at")
        .first()
    )
    if last is None or last.decided_at is None:
        return start
    return max(start, last.decided_at)


def _raise_alert(
    variant: Variant, show: Livestream | None, count: int
) -> GoodsAlert | None:
    """Open an alert unless one is open; the constraint lets one of two through."""
    with transaction.atomic():
        alert, is_new = GoodsAlert.objects.get_or_create(
            variant=variant,
            livestream=show,
            decision=Decision.OPEN,
            defaults={"cases_count": count},
        )
        if not is_new:
            return None
        outbox.post(ALERT_TOPIC, alert.public_id)
        wish = _find_wish(variant, show) if show else ""
        if wish and _decide(alert, Decision.UNPINNED, None, "") and _take_off(alert):
            keep_unpinned(alert, wish=wish, minutes=WITHIN // dt.timedelta(minutes=1))
    return alert


def _take_off(alert: GoodsAlert, by: User | None = None) -> int:
    """Take the goods of an alert off the screen; return how many pins it was."""
    pins = Pin.objects.showing(alert.variant.product_id).filter(
        livestream=alert.livestream
    )
    rows = list(pins.select_related("livestream"))
    for pin in rows:
        remove_pin(pin, by=by)
    return len(rows)


def _list_taken_off(alert: GoodsAlert) -> list[Pin]:
    """Return the pins that went when an alert was decided."""
    if alert.decided_at is None:
        return []
    pins = Pin.objects.of(alert.variant.product_id).filter(
        livestream=alert.livestream,
        removed_at__range=(alert.decided_at, alert.decided_at + AT_ONCE),
    )
    return list(pins.select_related("product", "bundle").order_by("pk"))


def _find_wish(variant: Variant, show: Livestream) -> str:
    """Return whose rule takes goods off by itself: the brand's, else the market's.

    Empty where nobody wants it so.
    """
    rules = BrandAlertRule.objects.filter(brand__products=variant.product_id)
    rule = rules.first()
    if rule is not None:
        return "brand" if rule.unpins_on_cases else ""
    return "market" if show.market.unpins_on_cases else ""


def _decide(alert: GoodsAlert, decision: str, by: User | None, reason: str) -> bool:
    now = clock.now()
    decided = GoodsAlert.objects.filter(pk=alert.pk, decision=Decision.OPEN).update(
        decision=decision, decided_at=now, decided_by=by
    )
    if decided:
        _record(alert, decision, by, reason)
    return bool(decided)


def _record(alert: GoodsAlert, decision: str, by: User | None, reason: str) -> None:
    audit.record(
        f"livestreams.goods_{decision}",
        actor=by,
        subject_kind="goods_alert",
        subject_ref=alert.public_id,
        reason=reason[:200],
        facts={"sku": alert.variant.sku, "cases": alert.cases_count},
    )
