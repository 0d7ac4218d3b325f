"""A stateful Stripe of our own over HTTP: what the official SDK talks to in tests.

It honours idempotency keys (same key and other body is refused), confirms intents by
Stripe's own test tokens, asks for 3-D Secure on a page of its own, refunds, disputes,
transfers to connected accounts, and signs its events. It can lose an answer, refuse,
or forget keys as after a day.
"""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shopfront.common import clock

Row = dict[str, Any]
KEY, WEBHOOK_SECRET = "sk_test_fake", "whsec_fake"
FINAL = {"succeeded", "canceled"}


class RefusalError(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, code: str, kind: str = "invalid_request_error", **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body = {
            "error": {"type": kind, "code": code, "message": code, "param": None} | more
        }


@dataclass
class FakeStripe:
    """The books of the pretended Stripe."""

    intents: dict[str, Row] = field(default_factory=dict)
    refunds: dict[str, Row] = field(default_factory=dict)
    disputes: dict[str, Row] = field(default_factory=dict)
    cards: dict[str, Row] = field(default_factory=dict)
    accounts: dict[str, Row] = field(default_factory=dict)
    transfers: dict[str, Row] = field(default_factory=dict)
    balance: int = 1_000_000
    events: list[Row] = field(default_factory=list)
    calls: list[tuple[str, str, Row]] = field(default_factory=list)
    answers: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    base: str = ""
    loses_next: bool = False
    refuses_next: int = 0
    spares_reads: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """Begin with empty books."""
        books = (self.intents, self.refunds, self.disputes, self.cards, self.answers)
        connect = (self.accounts, self.transfers)
        for book in (*books, *connect, self.events, self.calls):
            book.clear()
        self.balance = 1_000_000
        self.loses_next, self.refuses_next = False, 0
        self.spares_reads = False

    # --- What tests do at the bank -------------------------------------------------

    def authenticate(self, intent_id: str, *, is_approved: bool) -> None:
        """Answer the 3-D Secure page; the first answer counts."""
        intent = self.intents[intent_id]
        if intent["status"] != "requires_action":
            return
        intent["next_action"] = None
        if is_approved:
            self._succeed(intent)
        else:
            self._fail(intent, "payment_intent_authentication_failure", "")

    def decide(self, intent_id: str) -> None:
        """Let a charge that is processing succeed."""
        if self.intents[intent_id]["status"] == "processing":
            self._succeed(self.intents[intent_id])

    def forget_keys(self) -> None:
        """Forget idempotency keys, as Stripe does after 24 hours."""
        self.answers.clear()

    def open_dispute(self, intent_id: str) -> Row:
        """Have a bank take a charge back."""
        intent = self.intents[intent_id]
        now = int(clock.now().timestamp())
        dispute = {
            "id": f"dp_{secrets.token_hex(8)}",
            "object": "dispute",
            "payment_intent": intent_id,
            "charge": intent["latest_charge"],
            "amount": intent["amount"],
            "currency": intent["currency"],
            "reason": "product_not_received",
            "status": "needs_response",
            "created": now,
            "evidence": {},
            "evidence_details": {"due_by": now + 7 * 86_400, "submission_count": 0},
            "metadata": {},
        }
        self.disputes[dispute["id"]] = dispute
        self._tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute_id: str, status: str) -> None:
        """Decide a dispute."""
        dispute = self.disputes[dispute_id]
        dispute["status"] = status
        self._tell("charge.dispute.closed", dispute)

    def open_account(self, **changes: Any) -> str:
        """Have somebody fill in the form of Connect; return the account's id."""
        account = {
            "id": f"acct_{secrets.token_hex(8)}",
            "object": "account",
            "payouts_enabled": True,
            "capabilities": {"transfers": "active"},
        }
        self.accounts[str(account["id"])] = account | changes
        return str(account["id"])

    def reverse_transfer(self, transfer_id: str, amount: int) -> None:
        """Take money of a transfer back."""
        transfer = self.transfers[transfer_id]
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self.balance += amount
        self._tell("transfer.reversed", transfer)

    def list_bodies(self) -> list[bytes]:
        """Return the bodies of the webhooks so far."""
        return [json.dumps(event).encode() for event in self.events]

    def sign(self, body: bytes, at: int | None = None) -> str:
        """Sign a webhook as Stripe does."""
        moment = int(clock.now().timestamp()) if at is None else at
        said = f"{moment}.".encode() + body
        proof = hmac.new(WEBHOOK_SECRET.encode(), said, hashlib.sha256).hexdigest()
        return f"t={moment},v1={proof}"

    # --- What the shop asks --------------------------------------------------------

    def answer(self, method: str, path: str, asked: Row, key: str) -> tuple[int, bytes]:
        """Answer a call, once per key."""
        with self.lock:
            self.calls.append((method, path, asked))
            said = json.dumps([path, asked], sort_keys=True)
            if method == "POST" and key in self.answers:
                before, status, body = self.answers[key]
                if before != said:
                    refusal = RefusalError(400, "", "idempotency_error")
                    return refusal.status, json.dumps(refusal.body).encode()
                return status, body
            status, body = self._carry_out(method, path, asked)
            if method == "POST" and key:
                self.answers[key] = (said, status, body)
            return status, body

    def _carry_out(self, method: str, path: str, asked: Row) -> tuple[int, bytes]:
        try:
            return 200, json.dumps(self._route(method, path, asked)).encode()
        except RefusalError as refusal:
            return refusal.status, json.dumps(refusal.body).encode()

    def _route(self, method: str, path: str, asked: Row) -> Row:
        noun, *rest = path.removeprefix("/v1/").split("/")
        name = "_".join([method.lower(), noun, *rest[1:]])
        if noun == "payment_intents" and rest == ["search"]:
            return self.search_intents(asked)
        if not rest:
            name += "_all"
        act = getattr(self, name, None)
        if act is None:
            raise RefusalError(404, "url_unknown")
        answer: Row = act(*rest[:1], asked)
        return answer

    def search_intents(self, asked: Row) -> Row:
        """Find intents by our reference."""
        reference = asked["query"].split("'")[3]
        found = [
            intent
            for intent in self.intents.values()
            if intent["metadata"].get("reference") == reference
        ]
        return {"object": "search_result", "data": found, "has_more": False}

    def post_customers_all(self, asked: Row) -> Row:
        """Make a customer."""
        return {"id": f"cus_{secrets.token_hex(8)}", "object": "customer", **asked}

    def post_payment_intents_all(self, asked: Row) -> Row:
        """Make an intent and confirm it."""
        if not asked["return_url"].startswith("http"):
            raise RefusalError(400, "url_invalid", param="return_url")
        card = self._find_card(asked["payment_method"], asked.get("customer"))
        intent: Row = {
            "id": f"pi_{secrets.token_hex(12)}",
            "object": "payment_intent",
            "amount": int(asked["amount"]),
            "currency": asked["currency"],
            "status": "requires_confirmation",
            "metadata": asked.get("metadata", {}),
            "customer": asked.get("customer"),
            "setup_future_usage": asked.get("setup_future_usage"),
            "payment_method": card,
            "latest_charge": f"ch_{secrets.token_hex(12)}",
            "last_payment_error": None,
            "next_action": None,
            "return_url": asked["return_url"],
        }
        self.intents[intent["id"]] = intent
        self._confirm(intent, card["token"])
        return intent

    def get_payment_intents(self, intent_id: str, _asked: Row) -> Row:
        """Read an intent."""
        return self._get(self.intents, intent_id)

    def post_payment_intents_cancel(self, intent_id: str, _asked: Row) -> Row:
        """Cancel an intent that is not final."""
        intent = self._get(self.intents, intent_id)
        if intent["status"] in FINAL | {"processing"}:
            raise RefusalError(400, "payment_intent_unexpected_state")
        intent.update(status="canceled", next_action=None)
        self._tell("payment_intent.canceled", intent)
        return intent

    def get_refunds_all(self, asked: Row) -> Row:
        """List the refunds of an intent."""
        return self._list(self.refunds, asked)

    def post_refunds_all(self, asked: Row) -> Row:
        """Send money back, never more than came."""
        intent = self._get(self.intents, asked["payment_intent"])
        own = [r for r in self.refunds.values() if r["payment_intent"] == intent["id"]]
        held = [
            dispute
            for dispute in self.disputes.values()
            if dispute["payment_intent"] == intent["id"] and dispute["status"] != "won"
        ]
        if held:
            raise RefusalError(400, "charge_disputed")
        gone = sum(one["amount"] for one in own if one["status"] != "failed")
        if gone + int(asked["amount"]) > intent["amount"]:
            raise RefusalError(400, "amount_too_large")
        refund = {
            "id": f"re_{secrets.token_hex(8)}",
            "object": "refund",
            "amount": int(asked["amount"]),
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": asked.get("metadata", {}),
            "status": "succeeded",
        }
        self.refunds[refund["id"]] = refund
        self._tell("refund.created", refund)
        return refund

    def fail_refund(self, refund_id: str) -> None:
        """Be the bank that sends a refund back."""
        refund = self.refunds[refund_id]
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        self._tell("refund.failed", refund)

    def get_disputes_all(self, asked: Row) -> Row:
        """List disputes, of an intent or since a moment."""
        if "payment_intent" in asked:
            self._get(self.intents, asked["payment_intent"])
        return self._list(self.disputes, asked)

    def get_disputes(self, dispute_id: str, _asked: Row) -> Row:
        """Read a dispute."""
        return self._get(self.disputes, dispute_id)

    def post_disputes(self, dispute_id: str, asked: Row) -> Row:
        """Take evidence, once."""
        dispute = self._get(self.disputes, dispute_id)
        if dispute["status"] != "needs_response":
            raise RefusalError(400, "dispute_closed")
        dispute["evidence"] = asked["evidence"]
        dispute["metadata"] |= asked.get("metadata", {})
        if asked.get("submit") == "true":
            dispute["status"] = "under_review"
        return dispute

    def post_disputes_close(self, dispute_id: str, _asked: Row) -> Row:
        """Give in."""
        dispute = self._get(self.disputes, dispute_id)
        self.close_dispute(dispute_id, "lost")
        return dispute

    def post_payment_methods_detach(self, card_id: str, _asked: Row) -> Row:
        """Forget a card."""
        card = self._get(self.cards, card_id)
        if not card["customer"]:
            raise RefusalError(400, "payment_method_unattached")
        card["customer"] = None
        card["is_detached"] = True
        return card

    def get_accounts(self, account_id: str, _asked: Row) -> Row:
        """Read a connected account; others are not told apart from none."""
        if account_id not in self.accounts:
            raise RefusalError(403, "account_invalid")
        return self.accounts[account_id]

    def get_transfers_all(self, asked: Row) -> Row:
        """List the transfers of a group."""
        found = [
            row
            for row in self.transfers.values()
            if row["transfer_group"] == asked["transfer_group"]
        ]
        return {"object": "list", "data": found, "has_more": False, "url": "/v1/x"}

    def post_transfers_all(self, asked: Row) -> Row:
        """Move money to a connected account that takes it."""
        account = self._get(self.accounts, asked["destination"])
        if account["capabilities"]["transfers"] != "active":
            raise RefusalError(400, "insufficient_capabilities_for_transfer")
        amount = int(asked["amount"])
        if amount > self.balance:
            raise RefusalError(400, "balance_insufficient")
        self.balance -= amount
        transfer = {
            "id": f"tr_{secrets.token_hex(8)}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "currency": asked["currency"],
            "destination": account["id"],
            "metadata": asked.get("metadata", {}),
            "reversed": False,
            "transfer_group": asked["transfer_group"],
        }
        self.transfers[str(transfer["id"])] = transfer
        return transfer

    # --- Its own rules -------------------------------------------------------------

    def _find_card(self, token: str, customer: str | None) -> Row:
        if token in self.cards:
            card = self.cards[token]
            if card["is_detached"] or card["customer"] != customer:
                raise RefusalError(400, "payment_method_unusable")
            return card
        if not token.startswith("pm_card_"):
            raise RefusalError(400, "resource_missing", param="payment_method")
        card = {
            "id": f"pm_{secrets.token_hex(12)}",
            "object": "payment_method",
            "token": token,
            "customer": None,
            "is_detached": False,
            "card": {
                "brand": "visa",
                "last4": "4242",
                "exp_month": 12,
                "exp_year": 2030,
            },
        }
        self.cards[card["id"]] = card
        return card

    def _confirm(self, intent: Row, token: str) -> None:
        if "Declined" in token:
            self._fail(intent, "card_declined", "generic_decline")
            fault = dict(intent["last_payment_error"])
            kind = fault.pop("type")
            raise RefusalError(
                402, fault.pop("code"), kind, payment_intent=intent, **fault
            )
        if "authentication" in token:
            page = f"{self.base}/3ds/{intent['id']}"
            to = {"url": page, "return_url": intent["return_url"]}
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": to}
            self._tell("payment_intent.requires_action", intent)
        elif "processing" in token:
            intent["status"] = "processing"
        else:
            self._succeed(intent)

    def _succeed(self, intent: Row) -> None:
        intent["status"] = "succeeded"
        if intent["setup_future_usage"]:
            intent["payment_method"]["customer"] = intent["customer"]
        self._tell("payment_intent.succeeded", intent)

    def _fail(self, intent: Row, code: str, decline_code: str) -> None:
        fault: Row = {"type": "card_error", "code": code, "message": code}
        if decline_code:
            fault["decline_code"] = decline_code
        intent.update(status="requires_payment_method", last_payment_error=fault)
        self._tell("payment_intent.payment_failed", intent)

    def _tell(self, kind: str, subject: Row) -> None:
        event = {
            "id": f"evt_{secrets.token_hex(8)}",
            "object": "event",
            "type": kind,
            "data": {"object": json.loads(json.dumps(subject))},
        }
        self.events.append(event)

    def _get(self, rows: dict[str, Row], row_id: str) -> Row:
        if row_id not in rows:
            raise RefusalError(404, "resource_missing")
        return rows[row_id]

    def _list(self, rows: dict[str, Row], asked: Row) -> Row:
        since = int(asked.get("created", {}).get("gte", 0))
        intent = asked.get("payment_intent")
        found = [
            row
            for row in rows.values()
            if intent in {None, row["payment_intent"]}
            and row.get("created", 0) >= since
        ]
        return {"object": "list", "data": found, "has_more": False, "url": "/v1/x"}


def _read_form(text: str) -> Row:
    """Read a form whose names nest by brackets."""
    found: Row = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        outer, _, inner = name.partition("[")
        if inner.rstrip("]").isdecimal() or not inner:
            found[outer] = value
        else:
            found.setdefault(outer, {})[inner.rstrip("]")] = value
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(_read_form(urlsplit(self.path).query))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._serve(_read_form(self.rfile.read(length).decode()))

    def _serve(self, asked: Row) -> None:
        fake = self.server.fake
        path = urlsplit(self.path).path
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._send(401, b'{"error": {"type": "invalid_request_error"}}')
            return
        is_hit = self.command == "POST" or not fake.spares_reads
        if fake.refuses_next and is_hit:
            status, fake.refuses_next = fake.refuses_next, 0
            self._send(status, b'{"error": {"type": "api_error", "message": "no"}}')
            return
        key = self.headers.get("Idempotency-Key") or ""
        status, body = fake.answer(self.command, path, asked, key)
        if fake.loses_next and is_hit:
            fake.loses_next = False
            self.close_connection = True
            return
        self._send(status, body)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status in {301, 302, 307}:
            self.send_header("Location", f"{self.server.fake.base}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeStripe


@contextmanager
def run_stripe() -> Iterator[FakeStripe]:
    """Run a Stripe of our own on a free port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.fake = FakeStripe(base=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield server.fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
