"""Letters to helpers without a creator's account: what they are owed, what to tell."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Account, DutyPremium
from creators.selectors.payees import has_details
from creators.services.letters import PREMIUMS_PATH
from shopfront.common.letters import name_letter
from shopfront.models import Outbox


def send_premium_owed(message: Outbox) -> None:
    """Tell a helper of an overtime premium, who owes it and what is missing for it.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    premium = DutyPremium.objects.select_related("payer", "person").get(
        pk=message.payload["premium"]
    )
    person = premium.person
    if person is None or not person.is_active:
        return
    with translation.override(person.language):
        facts = {
            "premium": premium,
            "needs_details": not has_details(Account.Owner.PERSON, person.public_id),
            "address": f"{settings.SITE_URL}{PREMIUMS_PATH}{premium.currency}/",
            "site_name": settings.SITE_NAME,
        }
        EmailMessage(
            subject=_("You are owed an overtime premium"),
            body=render_to_string("creators/mail_premium.txt", facts),
            to=[person.email],
            headers=name_letter(f"pay-premium-{message.key}"),
        ).send()
