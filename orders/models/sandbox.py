"""Books of the sandbox gateway, in a database of its own, beyond our rollback."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class SandboxCharge(models.Model):
    """A charge as the pretended provider sees it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        AUTHENTICATING = "authenticating", _("Needs authentication")
        SUCCEEDED = "succeeded", _("Succeeded")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField()
    idempotency_key = models.CharField(_("key"), max_length=80, unique=True)
    request_hash = models.CharField(_("request hash"), max_length=64)
    reference = models.CharField(_("merchant's reference"), max_length=80)
    choice = models.CharField(_("choice"), max_length=20)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=16, choices=State)
    ready_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    return_url = models.CharField(_("back to the shop"), max_length=300, blank=True)
    customer = models.CharField(
        _("customer"), max_length=80, blank=True, help_text=_("Whose kept card.")
    )
    keeps_card = models.BooleanField(_("keeps the card"), default=False)
    notified_state = models.CharField(
        _("state last told to the shop"), max_length=16, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("sandbox charge")
        verbose_name_plural = _("sandbox charges")

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class SandboxRefund(models.Model):
    """A refund as the pretended provider sees it; one may come back."""

    class State(models.TextChoices):
        DONE = "done", _("Sent")
        FAILED = "failed", _("Came back")

    public_id = PublicIdField()
    charge = models.ForeignKey(
        SandboxCharge, on_delete=models.PROTECT, related_name="refunds"
    )
    idempotency_key = models.CharField(_("key"), max_length=80, unique=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    state = models.CharField(
        _("state"), max_length=6, choices=State, default=State.DONE
    )
    notified_state = models.CharField(
        _("state last told to the shop"),
        max_length=6,
        default=State.DONE,
        help_text=_("A refund is told of only when it comes back."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("sandbox refund")
        verbose_name_plural = _("sandbox refunds")

    def __str__(self) -> str:
        return self.public_id


class SandboxDispute(models.Model):
    """A chargeback as the pretended provider sees it."""

    class State(models.TextChoices):
        OPEN = "open", _("Needs an answer")
        ANSWERED = "answered", _("With the bank")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    public_id = PublicIdField()
    charge = models.OneToOneField(
        SandboxCharge, on_delete=models.PROTECT, related_name="dispute"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    reason = models.CharField(_("reason"), max_length=60)
    evidence = models.JSONField(_("evidence"), default=dict)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    due_at = models.DateTimeField(_("answer due at"))
    decides_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    notified_state = models.CharField(
        _("state last told to the shop"), max_length=10, blank=True
    )

    class Meta:
        verbose_name = _("sandbox dispute")
        verbose_name_plural = _("sandbox disputes")

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
