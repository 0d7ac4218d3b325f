"""Letters of new terms: whole, to each creator whom they would bind (P1, S5).

Regulation (EU) 2019/1150, Article 3(2): changes are told on a durable medium.
"""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Creator, MarketTerms
from creators.selectors.terms import has_agreed
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "creators.terms_letter"


def post_letters(message: Outbox) -> None:
    """Post a letter to every verified creator of a market whose terms are new.

    Safe to repeat: yes, each letter is posted once.
    """
    terms = _get_terms(message)
    verified = Creator.objects.filter(market=terms.market, state=Creator.State.VERIFIED)
    refs = list(verified.order_by("pk").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            facts = {**message.payload, "creator": ref}
            outbox.post(TOPIC, f"{message.key}:{ref}", facts)


def send_terms(message: Outbox) -> None:
    """Write to a creator what is new, from when on, and the terms as a whole.

    Who left or agreed meanwhile gets none.

    Safe to repeat: the Message-ID stays the same.
    """
    terms = _get_terms(message)
    rows = Creator.objects.select_related("user", "market")
    creator = rows.get(public_id=message.payload["creator"])
    if not creator.is_verified or has_agreed(creator, terms):
        return
    facts: dict[str, Any] = {
        "name": creator.display_name,
        "terms": terms,
        "zone": terms.market.time_zone,
        "is_ahead": terms.valid_from > clock.now(),
        "address": f"{settings.SITE_URL}/creator/terms/",
        "way_out": f"{settings.SITE_URL}/creator/close/",
        "site_name": settings.SITE_NAME,
    }
    with translation.override(creator.user.language):
        EmailMessage(
            subject=_("Terms for creators: version %(version)d")
            % {"version": terms.version},
            body=render_to_string("creators/mail_terms.txt", facts),
            to=[creator.user.email],
            headers=name_letter(f"terms-{message.key}"),
        ).send()


def _get_terms(message: Outbox) -> MarketTerms:
    return MarketTerms.objects.select_related("market").get(
        market__code=message.payload["market"], version=message.payload["version"]
    )
