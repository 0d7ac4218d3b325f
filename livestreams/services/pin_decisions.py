"""What rules decide about pins: kept with figures, asked about, undone (C6, P6, E2).

Both are decisions about the host's work, as those of the working-time guard are: the
host reads them in the portal, asks a human, and staff decide anew.
"""

from django.db import transaction

from catalog.models import Product
from creators.models import WorkDecision
from creators.services.work_decisions import Subject, ask_human, keep_decision
from livestreams.errors.planning import NothingBarred, ProductBarred
from livestreams.models import GoodsAlert, Livestream
from livestreams.selectors.pin_doubts import find_limit, name_refusal
from livestreams.selectors.vetoes import find_show_ref
from orders.selectors.quality import Bar, list_barred
from shopfront.common import clock
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "livestreams.decision_overturned"
Kind, Limit = WorkDecision.Kind, WorkDecision.Limit


def refuse_pin(livestream: Livestream, bar: Bar) -> ProductBarred:
    """Keep that a product above a ceiling was not pinned; return the refusal.

    Safe to repeat: yes, the same figures in a show are decided once.
    """
    decision = _keep_refusal(livestream, bar)
    facts = {
        "rate_bps": bar.rate_bps,
        "ceiling_bps": bar.ceiling_bps,
        "rule": bar.rule_version,
        "decision": decision.public_id,
    }
    return ProductBarred(bar.sentence, extra=facts)


def ask_about_pin(livestream: Livestream, product: Product, *, why: str) -> None:
    """Ask a human whether a product above a ceiling may be pinned after all.

    The host may ask while the show is planned, in the studio, and afterwards.

    Raises:
        NothingBarred: no ceiling keeps it off the screen.
        DecisionClosed: a human was asked about these figures before.
    """
    bar = list_barred([product.pk], livestream.market, clock.now()).get(product.pk)
    if bar is None:
        raise NothingBarred
    ask_human(_keep_refusal(livestream, bar), why=why)


def keep_unpinned(alert: GoodsAlert, *, wish: str, minutes: int) -> None:
    """Keep that a rule took goods off a show's screen, in the open transaction.

    Args:
        alert: what several shoppers opened a case on, in a show.
        wish: whose rule it is, the `brand`'s or the `market`'s.
        minutes: within how many they did.
    """
    if alert.livestream is None:
        return
    product = alert.variant.product
    keep_decision(
        _find_subject(alert.livestream, product.public_id),
        Kind.UNPIN,
        key=f"unpin:{alert.public_id}",
        limit=Limit.CASES,
        rule_version=f"cases-{wish}",
        figures={
            "alert": alert.public_id,
            "product": product.title,
            "count": alert.cases_count,
            "minutes": minutes,
            "wish": wish,
        },
    )


def post_overturned(decision: WorkDecision) -> None:
    """Write into the open transaction that goods go back on a screen."""
    if decision.kind == Kind.UNPIN:
        facts = {"decision": decision.public_id}
        outbox.post(TOPIC, f"decision:{decision.public_id}", facts)


def find_unpinned(message: Outbox) -> tuple[WorkDecision, GoodsAlert | None]:
    """Return the decision that a message names, and its alert if there is one still."""
    decision = WorkDecision.objects.select_related("decided_by").get(
        public_id=message.payload["decision"]
    )
    alerts = GoodsAlert.objects.select_related(
        "variant__product", "livestream__creator__user", "livestream__market"
    )
    return decision, alerts.filter(public_id=decision.figures["alert"]).first()


def _keep_refusal(livestream: Livestream, bar: Bar) -> WorkDecision:
    with transaction.atomic():
        return keep_decision(
            _find_subject(livestream, bar.product),
            Kind.PIN,
            key=name_refusal(livestream, bar),
            limit=find_limit(bar),
            rule_version=bar.rule_version,
            figures=bar.as_figures(),
        )


def _find_subject(livestream: Livestream, product_ref: str) -> Subject:
    return Subject(
        user=livestream.creator.user,
        market=livestream.market,
        show_ref=find_show_ref(livestream),
        title=livestream.title,
        product_ref=product_ref,
    )
