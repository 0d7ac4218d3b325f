"""The Stripe gateway: PaymentIntents whose state is always read, never believed.

The card is typed into Stripe's own fields; we see its token. An intent is confirmed
on the server and leads the shopper to their bank by redirect where that is asked for.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from orders.errors import (
    ChargeDisputed,
    ChargeMissing,
    GatewayUnreachable,
    NoticeForged,
)
from orders.gateways import stripe_disputes as disputes
from orders.gateways import stripe_refunds as refunds
from orders.gateways.base import (
    Card,
    ChargeRequest,
    ChargeResult,
    ChargeState,
    DisputeFacts,
    Evidence,
    Gateway,
    Manners,
    Method,
    Notice,
    PageScript,
    RefundFacts,
)
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.stripe import SCRIPT, get_client, is_test_key

if TYPE_CHECKING:
    from stripe import PaymentIntent

SIGNATURE = "Stripe-Signature"
NOTICE_SECONDS = 300
KEY_LIFE = dt.timedelta(hours=23)  # Stripe forgets a key after 24 hours
_TOKEN = re.compile(r"pm_[A-Za-z0-9_]{3,70}")
_STATES = {
    "succeeded": ChargeState.SUCCEEDED,
    "requires_action": ChargeState.AUTHENTICATING,
    "requires_payment_method": ChargeState.DECLINED,
    "canceled": ChargeState.CANCELLED,
}
_UNDECIDED = {ChargeState.WAITING, ChargeState.AUTHENTICATING}
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
_TOO_MUCH = {"charge_already_refunded", "amount_too_large"}
log = structlog.get_logger(__name__)


class StripeGateway(Gateway):
    """Speaks to Stripe; see the base class for what each method promises."""

    name = "stripe"
    window = dt.timedelta(minutes=10)

    def describe(self) -> Manners:
        """Keep cards; Stripe's script takes them on our page."""
        key = settings.STRIPE_PUBLISHABLE_KEY
        return Manners(
            keeps_cards=True,
            is_test=is_test_key(settings.STRIPE_SECRET_KEY),
            script=PageScript(SCRIPT, key) if key else None,
        )

    def list_methods(self) -> Sequence[Method]:
        """List the card; wallets show inside Stripe's own fields."""
        return [Method("card", _("Card"))]

    def accepts(self, method: str) -> bool:
        """Whether this is a token that Stripe's script made."""
        return _TOKEN.fullmatch(method) is not None

    def charge(self, request: ChargeRequest, *, key: str) -> ChargeResult:
        """Create and confirm an intent, or look up one too old for its key."""
        import stripe

        if _is_stale(request):
            return _look_up(request)
        with asking():
            try:
                wish = _describe_intent(request, key)
                intent = get_client().v1.payment_intents.create(
                    wish, {"idempotency_key": key}
                )
            except stripe.CardError as refusal:
                return _decline(refusal)
            except stripe.InvalidRequestError as refusal:
                log.error("stripe.declined", code=refusal.code, param=refusal.param)
                return ChargeResult(
                    ChargeState.DECLINED, "", failure_code=_shorten(refusal.code)
                )
        return _result_of(intent)

    def find_charge(self, provider_ref: str) -> ChargeResult:
        """Read an intent."""
        return _result_of(_get(provider_ref))

    def cancel(self, provider_ref: str) -> ChargeResult:
        """Cancel an intent that is not decided."""
        import stripe

        result = self.find_charge(provider_ref)
        if result.state not in _UNDECIDED:
            return result
        with asking():
            try:
                get_client().v1.payment_intents.cancel(provider_ref)
            except stripe.InvalidRequestError:
                log.info("stripe.decided_meanwhile", intent=provider_ref)
        return self.find_charge(provider_ref)

    def refund(self, provider_ref: str, amount: Money, *, key: str) -> str:
        """Send money back, unless a refund of this key is known already."""
        import stripe

        if self.find_charge(provider_ref).state != ChargeState.SUCCEEDED:
            raise ChargeMissing
        for refund in self.find_refunds(provider_ref):
            if refund.key == key:
                return refund.provider_ref
        with asking():
            try:
                sent = get_client().v1.refunds.create(
                    {
                        "payment_intent": provider_ref,
                        "amount": amount.minor,
                        "metadata": {"key": key},
                    },
                    {"idempotency_key": key},
                )
            except stripe.InvalidRequestError as refusal:
                if refusal.code == "charge_disputed":
                    raise ChargeDisputed from refusal
                message = "more would go back than came"
                if refusal.code not in _TOO_MUCH:
                    message = f"refused: {refusal.code}"
                raise ValueError(message) from refusal
        return sent.id

    def find_refunds(self, provider_ref: str) -> Sequence[RefundFacts]:
        """Read the refunds of an intent."""
        with asking():
            return refunds.find(provider_ref)

    def forget_card(self, card_ref: str) -> None:
        """Detach a card from its customer; one that is gone is forgotten."""
        import stripe

        with asking():
            try:
                get_client().v1.payment_methods.detach(card_ref)
            except stripe.InvalidRequestError as refusal:
                log.info("stripe.card_gone", code=refusal.code)

    def find_disputes(self, provider_ref: str) -> Sequence[DisputeFacts]:
        """Read the disputes of an intent."""
        with asking():
            return disputes.find(provider_ref)

    def list_disputes(self, since: dt.datetime) -> Sequence[DisputeFacts]:
        """Read the disputes opened since a moment."""
        with asking():
            return disputes.list_since(since)

    def answer_dispute(
        self, dispute_ref: str, evidence: Evidence, *, key: str
    ) -> DisputeFacts:
        """Submit the evidence, once and for all."""
        with asking():
            return disputes.answer(dispute_ref, evidence, key=key)

    def accept_dispute(self, dispute_ref: str) -> DisputeFacts:
        """Close the dispute as lost."""
        with asking():
            return disputes.accept(dispute_ref)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check Stripe's signature and its age; keep no more than ids of the event."""
        import stripe

        try:
            stripe.WebhookSignature.verify_header(
                body,
                headers.get(SIGNATURE),
                settings.STRIPE_WEBHOOK_SECRET,
                NOTICE_SECONDS,
            )
            return _read_event(json.loads(body))
        except (stripe.SignatureVerificationError, *_UNREADABLE) as fault:
            raise NoticeForged from fault


@contextmanager
def asking() -> Iterator[None]:
    """Turn what Stripe's client raises into what the base class promises.

    A refusal that its caller does not know is ours to mend; nothing is decided.
    """
    import stripe

    try:
        yield
    except stripe.IdempotencyError as fault:
        message = "this key was used for another request"
        raise ValueError(message) from fault
    except (stripe.AuthenticationError, stripe.PermissionError) as fault:
        log.error("stripe.keys_refused", status=fault.http_status)
        raise GatewayUnreachable from fault
    except stripe.InvalidRequestError as fault:
        log.error("stripe.refused", code=fault.code, param=fault.param)
        raise GatewayUnreachable from fault
    except stripe.StripeError as fault:
        log.warning("stripe.unreachable", fault=type(fault).__name__)
        raise GatewayUnreachable from fault


def _describe_intent(request: ChargeRequest, key: str) -> Any:
    wish: dict[str, Any] = {
        "amount": request.amount_minor,
        "currency": request.currency.lower(),
        "payment_method": request.method,
        "payment_method_types": ["card"],
        "confirm": True,
        "return_url": urljoin(settings.SITE_URL, request.return_url),
        "metadata": {"reference": request.reference},
        "expand": ["payment_method"],
    }
    if request.customer:
        wish["customer"] = request.customer
    elif request.keeps_card:
        wish["customer"] = _make_customer(request, key)
    if request.keeps_card:
        wish["setup_future_usage"] = "on_session"
    return wish


def _make_customer(request: ChargeRequest, key: str) -> str:
    customer = get_client().v1.customers.create(
        {"email": request.email, "metadata": {"reference": request.reference}},
        {"idempotency_key": f"{key}-customer"},
    )
    return customer.id


def _is_stale(request: ChargeRequest) -> bool:
    if not request.made_at:
        return False
    return clock.now() - dt.datetime.fromisoformat(request.made_at) >= KEY_LIFE


def _look_up(request: ChargeRequest) -> ChargeResult:
    """Find an intent by our reference; what never arrived is not charged late."""
    with asking():
        found = get_client().v1.payment_intents.search(
            {"query": f"metadata['reference']:'{request.reference}'", "limit": 1}
        )
    if not found.data:
        return ChargeResult(ChargeState.CANCELLED, "")
    return _result_of(_get(found.data[0].id))


def _get(provider_ref: str) -> "PaymentIntent":
    import stripe

    with asking():
        try:
            return get_client().v1.payment_intents.retrieve(
                provider_ref, {"expand": ["payment_method"]}
            )
        except stripe.InvalidRequestError as refusal:
            if refusal.code != "resource_missing":
                raise GatewayUnreachable from refusal
            raise ChargeMissing from refusal


def _decline(refusal: Any) -> ChargeResult:
    """Read a refused charge: the answer holds the intent, which is kept."""
    intent = getattr(refusal.error, "payment_intent", None)
    if intent is None:
        code = _shorten(refusal.code)
        return ChargeResult(ChargeState.DECLINED, "", failure_code=code)
    return _result_of(intent)


def _result_of(intent: "PaymentIntent") -> ChargeResult:
    state = _STATES.get(intent.status, ChargeState.WAITING)
    fault = getattr(intent, "last_payment_error", None)
    if state == ChargeState.CANCELLED and fault is not None:
        state = ChargeState.DECLINED
    code = ""
    if state == ChargeState.DECLINED and fault is not None:
        code = _shorten(
            getattr(fault, "decline_code", None) or getattr(fault, "code", None)
        )
    return ChargeResult(
        state=state,
        provider_ref=intent.id,
        action_url=_find_action(intent) if state == ChargeState.AUTHENTICATING else "",
        failure_code=code or ("card_declined" if state == ChargeState.DECLINED else ""),
        card=_card_of(intent) if state == ChargeState.SUCCEEDED else None,
    )


def _find_action(intent: "PaymentIntent") -> str:
    action = getattr(intent, "next_action", None)
    redirect = getattr(action, "redirect_to_url", None)
    return str(redirect.url) if redirect is not None else ""


def _card_of(intent: "PaymentIntent") -> Card | None:
    """Return the card of an intent that keeps it."""
    kept = getattr(intent, "payment_method", None)
    card = getattr(kept, "card", None)
    if not getattr(intent, "setup_future_usage", None) or card is None:
        return None
    return Card(
        customer_ref=str(intent.customer),
        provider_ref=str(getattr(kept, "id", "")),
        brand=str(card.brand).title(),
        last4=str(card.last4),
        expires_month=int(card.exp_month),
        expires_year=int(card.exp_year),
    )


def _read_event(event: Mapping[str, Any]) -> Notice:
    subject = event["data"]["object"]
    is_intent = subject.get("object") == "payment_intent"
    intent = str(subject.get("id" if is_intent else "payment_intent") or "")
    metadata = subject.get("metadata") or {}
    reference = str(metadata.get("reference", "")) if is_intent else ""
    kept = {"type": event["type"], "object": subject.get("id"), "intent": intent}
    is_transfer = subject.get("object") == "transfer"
    run_ref = str(subject.get("transfer_group") or "") if is_transfer else ""
    return Notice(str(event["id"]), reference, kept, intent, run_ref)


def _shorten(code: str | None) -> str:
    return (code or "refused")[:40]
