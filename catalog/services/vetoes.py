"""Vetoes: a host refuses a product; brand and staff read why, no rule does (P5)."""

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import VetoUnsound
from catalog.models import Product, Veto
from creators.models import Creator
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "catalog.product_refused"
MOST_WORDS = 500


def record_veto(
    product: Product,
    *,
    creator: Creator,
    show_ref: str,
    show_title: str,
    reason: str,
    words: str,
    by: User,
) -> Veto:
    """Record that a product is not shown in a show, and tell its brand and staff.

    Args:
        product: what is refused.
        creator: whose show it is.
        show_ref: the show's public id.
        show_title: how letters name the show.
        reason: one of `Veto.Reason`.
        words: more, in the host's own words.
        by: who refuses.

    Raises:
        VetoUnsound: no reason was chosen, or there are too many words.

    Safe to repeat: yes; the first refusal stands, whoever comes first.
    """
    words = words.strip()
    if reason not in Veto.Reason.values or len(words) > MOST_WORDS:
        raise VetoUnsound
    with transaction.atomic():
        veto, is_new = Veto.objects.get_or_create(
            show_ref=show_ref,
            product=product,
            taken_back_at=None,
            defaults={
                "creator": creator,
                "show_title": show_title,
                "reason": reason,
                "words": words,
                "by": by,
            },
        )
        if is_new:
            outbox.post(TOPIC, veto.public_id, {"veto": veto.public_id})
    return veto


def take_back_veto(product: Product, *, show_ref: str) -> bool:
    """Let a product be shown after all; False if it was not refused.

    Safe to repeat: yes.
    """
    rows = Veto.objects.filter(show_ref=show_ref, product=product, taken_back_at=None)
    return bool(rows.update(taken_back_at=clock.now()))


def send_veto(message: Outbox) -> None:
    """Write to the brand's people and to staff why a product is refused.

    Nothing is sent of one that was taken back meanwhile.

    Safe to repeat: the Message-ID stays the same.
    """
    veto = (
        Veto.objects.select_related("product__brand", "creator")
        .filter(public_id=message.payload["veto"], taken_back_at=None)
        .first()
    )
    if veto is None:
        return
    facts = {
        "title": veto.product.title,
        "name": veto.creator.display_name,
        "show": veto.show_title,
        "reason": veto.get_reason_display(),
    }
    lines = [
        _("%(name)s will not show “%(title)s” in “%(show)s”: %(reason)s.") % facts,
        veto.words,
        _(
            "A refusal costs the host nothing: no ranking, rate, pay or place reads "
            "it. Please do not answer it with a demand."
        ),
    ]
    EmailMessage(
        subject=_("Not shown: %(title)s") % facts,
        body="\n\n".join(line for line in lines if line),
        bcc=_list_addresses(veto),
        headers=name_letter(f"veto-{veto.public_id}"),
    ).send()


def _list_addresses(veto: Veto) -> list[str]:
    """Return the addresses of the brand's people and of staff, each once."""
    active = User.objects.filter(is_active=True)
    brand = active.filter(brand_memberships__brand=veto.product.brand_id)
    emails = brand.union(active.filter(is_staff=True)).values_list("email", flat=True)
    return sorted(set(emails))
