"""Records of the site: audit, outbox, idempotency, consent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Audit(models.Model):
    """Who did what to which thing, why and when (S8); rows are never changed."""

    public_id = PublicIdField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    action = models.CharField(_("action"), max_length=60, db_index=True)
    subject_kind = models.CharField(_("kind"), max_length=40)
    subject_ref = models.CharField(_("reference"), max_length=64, db_index=True)
    reason = models.TextField(_("reason"), blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    at = models.DateTimeField(_("at"), default=clock.now, db_index=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind} {self.subject_ref}"


class Outbox(models.Model):
    """What must happen outside after a commit; at least once, in order per key."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")

    public_id = PublicIdField()
    topic = models.CharField(_("topic"), max_length=60)
    key = models.CharField(_("key"), max_length=100)
    payload = models.JSONField(_("payload"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"), default=clock.now)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "key"], name="shopfront_outbox_once_per_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state="waiting"),
                name="shopfront_outbox_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class IdempotencyKey(models.Model):
    """One attempt of one actor at one operation, with the answer it got."""

    actor = models.CharField(_("actor"), max_length=80)
    operation = models.CharField(_("operation"), max_length=60)
    key = models.CharField(_("key"), max_length=80)
    request_hash = models.CharField(_("request hash"), max_length=64)
    answer = models.JSONField(_("answer"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "operation", "key"],
                name="shopfront_idempotencykey_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class Consent(models.Model):
    """What a person agreed to or refused, per purpose and version of the words."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    browser_key = models.CharField(_("browser"), max_length=40, blank=True)
    purpose = models.CharField(_("purpose"), max_length=40)
    version = models.CharField(_("version"), max_length=20)
    is_given = models.BooleanField(_("given"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(
                fields=["browser_key", "purpose", "-at"],
                name="shopfront_consent_of_browser",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}: {self.is_given}"
