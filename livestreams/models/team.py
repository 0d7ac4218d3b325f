"""A creator's team: people who moderate or host with them in every coming show."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import CoHost
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class TeamMember(models.Model):
    """A person asked by e-mail to have a duty; it holds once they said yes."""

    public_id = PublicIdField()
    creator = models.ForeignKey(
        "creators.Creator", on_delete=models.CASCADE, related_name="team"
    )
    email = models.EmailField(_("e-mail address"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="teams",
    )
    duty = models.CharField(_("duty"), max_length=10, choices=CoHost.Duty)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    accepted_at = models.DateTimeField(_("said yes at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "email"],
                condition=models.Q(ended_at=None),
                name="livestreams_teammember_asked_once",
            ),
            models.UniqueConstraint(
                fields=["creator", "user"],
                condition=models.Q(ended_at=None),
                name="livestreams_teammember_one_duty",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, user=None)
                | models.Q(accepted_at__isnull=False, user__isnull=False),
                name="livestreams_teammember_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.duty}"
