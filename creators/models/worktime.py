"""Working time (E2): what was worked, what limits it, and what rules decided."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from creators.models.ledger import Account
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class WorkSession(models.Model):
    """A stretch of time seen by ourselves; stretches may overlap and count once."""

    class Kind(models.TextChoices):
        STUDIO = "studio", _("Studio open")
        STREAM = "stream", _("On air")
        PREPARATION = "preparation", _("Preparation of the show")
        BREAK = "break", _("Break")
        STRUCK = "struck", _("Taken out after a second look")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_sessions"
    )
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    show_ref = models.CharField(_("show"), max_length=16, blank=True, db_index=True)
    title = models.CharField(_("show's title"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty while it goes on.")
    )

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("stretch of work")
        verbose_name_plural = _("stretches of work")
        indexes = [
            models.Index(fields=["user", "starts_at"], name="creators_session_of_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "show_ref"],
                condition=Q(ends_at=None),
                name="creators_worksession_one_goes_on",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="creators_worksession_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"


@pghistory.track()
class WorkEntry(models.Model):
    """Work that a person enters themselves; each change is kept in its history."""

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_entries"
    )
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("what it was"), max_length=200)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("own entry of work")
        verbose_name_plural = _("own entries of work")
        indexes = [
            models.Index(fields=["user", "starts_at"], name="creators_entry_of_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="creators_workentry_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note} {self.starts_at:%Y-%m-%d %H:%M}"


@pghistory.track()
class WorkLimit(models.Model):
    """Limits of the operator or of a payer that are tighter than the market's rules."""

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="work_limits"
    )
    owner = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="work_limits",
        verbose_name=_("payer"),
        help_text=_("Empty where the operator sets it for everybody."),
    )
    valid_from = models.DateField(_("valid from"))
    daily_cap_minutes = models.PositiveSmallIntegerField(
        _("most work in a day, minutes"), null=True, blank=True
    )
    night_cap_minutes = models.PositiveSmallIntegerField(
        _("most work of a day that touches the night, minutes"), null=True, blank=True
    )
    weekly_cap_minutes = models.PositiveSmallIntegerField(
        _("most work in a week, minutes"), null=True, blank=True
    )
    rest_minutes = models.PositiveSmallIntegerField(
        _("rest between days of work, minutes"), null=True, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["market", "-valid_from", "-id"]
        verbose_name = _("tighter limit of work")
        verbose_name_plural = _("tighter limits of work")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "owner", "valid_from"],
                nulls_distinct=False,
                name="creators_worklimit_one_per_day",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"limit-{self.market.code}-{self.valid_from:%Y%m%d}-{self.pk}"


@pghistory.track()
class WorkExtension(models.Model):
    """A person agreed in writing, before a week, to work longer in it; revocable."""

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="work_extensions",
    )
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="+"
    )
    week = models.DateField(_("week from"))
    minutes = models.PositiveSmallIntegerField(_("beyond the week's cap, minutes"))
    words = models.TextField(_("what was agreed"))
    signed_as = models.CharField(_("signed as"), max_length=120)
    rule_version = models.CharField(_("rule version"), max_length=30)
    agreed_at = models.DateTimeField(_("agreed at"), default=clock.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        ordering = ["-week", "-id"]
        verbose_name = _("extension of a week")
        verbose_name_plural = _("extensions of weeks")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "week"],
                condition=Q(revoked_at=None),
                name="creators_workextension_one_per_week",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0), name="creators_workextension_extends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.week} +{self.minutes}"


@pghistory.track()
class WorkDecision(models.Model):
    """What a rule decided by itself about somebody's work, and what a human made of it.

    Its figures are kept, so that the same sentence can be said at any time. Shows and
    products live in higher apps and are named by their public ids.
    """

    class Kind(models.TextChoices):
        SLATE = "slate", _("Slate at the cap")
        START = "start", _("Start refused")
        SEAT = "seat", _("Seat in the studio rests")
        PREMIUM = "premium", _("Overtime premium")
        OWED = "owed", _("Overtime premium that you owe")
        PIN = "pin", _("Pin refused")
        UNPIN = "unpin", _("Taken off the screen")
        GUARANTEE = "guarantee", _("Guarantee given back")

    class Limit(models.TextChoices):
        DAY = "day", _("the day's cap")
        NIGHT = "night", _("the cap of a day that touches the night")
        WEEK = "week", _("the week's cap")
        REST = "rest", _("rest between days of work")
        WEEKLY_REST = "weekly_rest", _("the week's unbroken rest")
        BREAK = "break", _("a break")
        OVERTIME = "overtime", _("overtime of the day")
        RETURNS = "returns", _("the ceiling of returns")
        COMPLAINTS = "complaints", _("the ceiling of complaints")
        CASES = "cases", _("several cases within minutes")
        NEVER_BEGAN = "never_began", _("a show that never began")

    class Outcome(models.TextChoices):
        OPEN = "", _("not asked, or not decided")
        UPHELD = "upheld", _("it stands")
        OVERTURNED = "overturned", _("it was wrong and is undone")

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="work_decisions",
    )
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(_("made once by"), max_length=80, unique=True)
    limit = models.CharField(_("limit"), max_length=12, choices=Limit)
    show_ref = models.CharField(_("show"), max_length=16, blank=True)
    title = models.CharField(_("show's title"), max_length=120, blank=True)
    product_ref = models.CharField(_("product"), max_length=16, blank=True)
    rule_version = models.CharField(_("rule version"), max_length=30)
    figures = models.JSONField(_("figures"), default=dict)
    at = models.DateTimeField(_("at"), default=clock.now)
    asked_at = models.DateTimeField(_("a human was asked at"), null=True, blank=True)
    asked_why = models.CharField(_("why it is doubted"), max_length=500, blank=True)
    due_at = models.DateTimeField(_("decided anew by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided anew at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, blank=True, default=Outcome.OPEN
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    allowed_until = models.DateTimeField(
        _("may be pinned until"), null=True, blank=True
    )

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("decision of a rule")
        verbose_name_plural = _("decisions of rules")
        indexes = [
            models.Index(fields=["user", "at"], name="creators_decision_of_user"),
            models.Index(
                fields=["due_at"],
                condition=Q(asked_at__isnull=False, decided_at=None),
                name="creators_decision_waits",
            ),
            models.Index(
                fields=["product_ref", "allowed_until"],
                condition=Q(allowed_until__isnull=False),
                name="creators_decision_lets_pin",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_at=None, due_at=None)
                | Q(asked_at__isnull=False, due_at__isnull=False),
                name="creators_workdecision_asked_is_due",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | (
                    Q(
                        asked_at__isnull=False,
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                    )
                    & ~Q(outcome="")
                    & ~Q(reason="")
                    & ~Q(decided_by=F("user"))
                ),
                name="creators_workdecision_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["pin", "unpin"]) | ~Q(product_ref=""),
                name="creators_workdecision_names_its_product",
            ),
            models.CheckConstraint(
                condition=Q(allowed_until=None) | Q(kind="pin", outcome="overturned"),
                name="creators_workdecision_lets_pin_once_undone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}".strip()

    @property
    def waits(self) -> bool:
        """Whether a human was asked and has not decided yet."""
        return self.asked_at is not None and self.decided_at is None

    @property
    def may_ask(self) -> bool:
        """Whether the person may ask a human now."""
        return self.asked_at is None
