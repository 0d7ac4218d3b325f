"""The pretended bank's own work: its authentication page and its webhooks."""

from django.conf import settings

from orders.gateways import sandbox
from orders.models import SandboxCharge
from orders.services.reconciling import take_notice


def answer_authentication(charge: SandboxCharge, *, is_approved: bool) -> SandboxCharge:
    """Take the shopper's answer on the bank's page; the first answer counts.

    Safe to repeat: yes.
    """
    return sandbox.decide_authentication(charge, is_approved=is_approved)


def has_books() -> bool:
    """Whether the pretended bank is set up here."""
    return sandbox.BOOKS in settings.DATABASES


def deliver_notices() -> int:
    """Tell the shop of decided charges by signed webhooks; return how many.

    Safe to repeat: yes, the shop records each notice once.
    """
    if not has_books():
        return 0
    sandbox.settle_due_charges()
    notices = sandbox.list_untold_notices()
    for charge, body in notices:
        take_notice("sandbox", body, {sandbox.SIGNATURE: sandbox.sign(body)})
        sandbox.mark_told(charge)
    return len(notices)
