"""What appeals against decisions hold, whoever decided and about what (S5)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField

DECIDED_WITHIN = dt.timedelta(days=7)
REMIND_BEFORE = dt.timedelta(days=2)
"""How long before an appeal is due staff are reminded of it."""
WORDS_KEPT = models.Case(
    models.When(erasure_asked_at=None, then=models.F("text")), default=models.Value("")
)
"""The words of an erasable appeal once it is decided: none where that was asked."""
APPEALED_WITHIN = dt.timedelta(days=183)
"""Six months to complain of a decision: Regulation (EU) 2022/2065 Art. 20(1)."""


class AppealFacts(models.Model):
    """What every appeal holds, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    public_id = PublicIdField()
    text = models.CharField(_("what the person says"), max_length=500)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.OPEN
    )
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def due_at(self) -> dt.datetime:
        """Until when somebody else decides."""
        return self.created_at + DECIDED_WITHIN


class ErasableAppeal(AppealFacts):
    """An appeal whose words go with all that its person wrote.

    History must not keep its text.
    """

    erasure_asked_at = models.DateTimeField(
        _("erasure asked at"),
        null=True,
        blank=True,
        help_text=_("Its words go once it is decided."),
    )

    class Meta:
        abstract = True
