"""Letters to a brand's people about a line that is held, and what was decided (E7)."""

from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Brand
from creators.models import EntryHold
from creators.selectors.holds import weigh_hold
from creators.selectors.outlook import find_payout_market
from shopfront.common.letters import name_letter
from shopfront.models import Outbox


def send_held(message: Outbox) -> None:
    """Tell a brand's people which line is held, why, by whom and how to appeal.

    Safe to repeat: yes, the Message-IDs stay the same.
    """
    _send("held", message, lambda: _("A line of your earnings is held"))


def send_decision(message: Outbox) -> None:
    """Tell a brand's people that a held line is free, or stays held, and why.

    Safe to repeat: yes, the Message-IDs stay the same.
    """
    _send("decided", message, lambda: _("Your held line is decided"))


def _send(name: str, message: Outbox, subject: Callable[[], str]) -> None:
    related = ("entry__account", "held_by", "decided_by")
    holds = EntryHold.objects.select_related(*related)
    hold = holds.get(public_id=message.payload["hold"])
    account = hold.entry.account
    brand = Brand.objects.get(public_id=account.owner_ref)
    market = find_payout_market(account.currency)
    path = reverse(
        "catalog:pay-held", args=[brand.slug, account.currency, hold.public_id]
    )
    facts = {
        "hold": hold,
        "line": {"title": hold.title, "due": weigh_hold(hold).due},
        "zone": market.time_zone if market is not None else "UTC",
        "address": settings.SITE_URL + path,
        "site_name": settings.SITE_NAME,
    }
    for member in brand.members.select_related("user").filter(user__is_active=True):
        with translation.override(member.user.language):
            EmailMessage(
                subject=subject(),
                body=render_to_string(f"creators/mail_{name}.txt", facts),
                to=[member.user.email],
                headers=name_letter(f"held-{name}-{message.key}-{member.user.email}"),
            ).send()
