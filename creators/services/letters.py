"""Letters to creators: verified, changed details, held lines, failed payouts; once."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import (
    Account,
    ConnectedAccount,
    Creator,
    LineHold,
    Payout,
    PayoutDetails,
)
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User

DETAILS_TOPIC = "creators.details_changed"
CONNECTED_TOPIC = "creators.account_connected"
HOLD_TOPIC = "creators.line_held"
DECISION_TOPIC = "creators.hold_decided"
FAILED_TOPIC = "creators.payout_failed"
BRAND_PATH = "/pay/"
IMPRINT_PATH = "/about/imprint/"
PREMIUMS_PATH = "/creator/premiums/"


def send_details_changed(message: Outbox) -> None:
    """Tell an address that payout details were changed, and what to do if not by them.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    details = PayoutDetails.objects.select_related("market").get(
        public_id=message.payload["details"]
    )
    person = _find_person(details.owner_kind, details.owner_ref)
    _send(
        "details",
        message,
        to=message.payload["to"],
        person=person,
        subject=lambda: _("Your payout details were changed"),
        facts={
            "details": details,
            "path": _find_path(details.owner_kind, "/creator/earnings/details/"),
        },
    )


def send_verified(message: Outbox) -> None:
    """Tell an applicant that the portal is open to them.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    creator = Creator.objects.select_related("user").get(
        public_id=message.payload["creator"]
    )
    _send(
        "verified",
        message,
        to=creator.user.email,
        person=creator.user,
        subject=lambda: _("You can host shows now"),
        facts={"creator": creator, "path": "/creator/"},
    )


def send_refused(message: Outbox) -> None:
    """Tell an applicant why they cannot host, and how to answer (S5).

    Safe to repeat: yes, the Message-ID stays the same.
    """
    _send_left("refused", message, lambda: _("Your application as a creator"))


def send_closed(message: Outbox) -> None:
    """Tell a creator that staff closed their account, why, and what stays theirs.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    _send_left("closed", message, lambda: _("Your creator account is closed"))


def send_connected(message: Outbox) -> None:
    """Tell an owner to which account at Stripe payouts go from when on.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    connected = ConnectedAccount.objects.select_related("market").get(
        public_id=message.payload["connected"]
    )
    person = _find_person(connected.owner_kind, connected.owner_ref)
    _send(
        "connected",
        message,
        to=message.payload["to"],
        person=person,
        subject=lambda: _("Your account at Stripe was connected"),
        facts={
            "connected": connected,
            "path": _find_path(connected.owner_kind, "/creator/earnings/"),
        },
    )


def send_held(message: Outbox) -> None:
    """Tell a creator which line is held, why, by whom and how to appeal (E7).

    Safe to repeat: yes, the Message-ID stays the same.
    """
    hold = _get_hold(message)
    _send_hold("held", message, hold, lambda: _("A line of your earnings is held"))


def send_decision(message: Outbox) -> None:
    """Tell a creator how the appeal against a held line was decided.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    hold = _get_hold(message)
    _send_hold("decided", message, hold, lambda: _("Your appeal is decided"))


def send_failed(message: Outbox) -> None:
    """Tell a creator that the bank did not take a payout, and why.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    related = ("account", "details__market", "connected")
    payouts = Payout.objects.select_related(*related)
    payout = payouts.get(public_id=message.payload["payout"])
    person = _find_person(payout.account.owner_kind, payout.account.owner_ref)
    to = person.email if person is not None else payout.details.email
    if to:
        _send(
            "failed",
            message,
            to=to,
            person=person,
            subject=lambda: (
                _("A payout did not reach you")
                if payout.connected
                else _("Your bank did not take a payout")
            ),
            facts={
                "payout": payout,
                "path": _find_path(payout.account.owner_kind, "/creator/earnings/"),
            },
        )


def _send_left(name: str, message: Outbox, subject: Callable[[], str]) -> None:
    rows = Creator.objects.select_related("user")
    creator = rows.get(public_id=message.payload["creator"])
    _send(
        name,
        message,
        to=creator.user.email,
        person=creator.user,
        subject=subject,
        facts={
            "creator": creator,
            "why": message.payload["why"],
            "path": "/creator/take-along/" if name == "closed" else IMPRINT_PATH,
        },
    )


def _get_hold(message: Outbox) -> LineHold:
    related = ("commission__creator__user", "commission__creator__market", "held_by")
    rows = LineHold.objects.select_related(*related, "decided_by")
    return rows.get(public_id=message.payload["hold"])


def _send_hold(
    name: str, message: Outbox, hold: LineHold, subject: Callable[[], str]
) -> None:
    person = hold.commission.creator.user
    _send(
        name,
        message,
        to=person.email,
        person=person,
        subject=subject,
        facts={
            "hold": hold,
            "line": hold.commission,
            "zone": hold.commission.creator.market.time_zone,
            "path": f"/creator/earnings/held/{hold.public_id}/",
        },
    )


def _find_person(owner_kind: str, owner_ref: str) -> User | None:
    """Return who speaks for an owner; brands have several, told by their address."""
    if owner_kind == Account.Owner.PERSON:
        return User.objects.filter(public_id=owner_ref).first()
    if owner_kind != Account.Owner.CREATOR:
        return None
    creators = Creator.objects.select_related("user").filter(public_id=owner_ref)
    found = creators.first()
    return found.user if found is not None else None


def _find_path(owner_kind: str, of_creators: str) -> str:
    """Return where an owner looks after their pay."""
    paths = {Account.Owner.CREATOR: of_creators, Account.Owner.PERSON: PREMIUMS_PATH}
    return paths.get(Account.Owner(owner_kind), BRAND_PATH)


def _send(
    name: str,
    message: Outbox,
    *,
    to: str,
    person: User | None,
    subject: Callable[[], str],
    facts: Mapping[str, Any],
) -> None:
    language = person.language if person is not None else settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "address": settings.SITE_URL + facts["path"],
            "imprint": settings.SITE_URL + IMPRINT_PATH,
            "site_name": settings.SITE_NAME,
        }
        EmailMessage(
            subject=subject(),
            body=render_to_string(f"creators/mail_{name}.txt", {**facts, **context}),
            to=[to],
            headers=name_letter(f"pay-{name}-{message.key}"),
        ).send()
