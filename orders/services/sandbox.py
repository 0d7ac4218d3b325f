"""The pretended bank's own work: its authentication page and its webhooks."""

from django.conf import settings

from orders.gateways import sandbox, sandbox_disputes, sandbox_notices
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
    sandbox_disputes.move_disputes()
    untold = sandbox_notices.list_untold()
    for subject, body in untold:
        for delivery in sandbox_notices.spread(subject, body):
            headers = {sandbox_notices.SIGNATURE: sandbox_notices.sign(delivery)}
            take_notice("sandbox", delivery, headers)
        sandbox_notices.mark_told(subject)
    return len(untold)
