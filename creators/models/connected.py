"""Connected accounts at Stripe: where an owner is paid where a market pays so."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.ledger import Account
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class ConnectedAccount(models.Model):
    """An account at Stripe that staff named and Stripe confirmed; the newest counts."""

    public_id = PublicIdField()
    owner_kind = models.CharField(_("owner"), max_length=10, choices=Account.Owner)
    owner_ref = models.CharField(_("owner's public id"), max_length=16)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    stripe_id = models.CharField(_("account at Stripe"), max_length=40)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    usable_from = models.DateTimeField(_("usable from"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-usable_from", "-id"]
        verbose_name = _("connected account")
        verbose_name_plural = _("connected accounts")
        indexes = [
            models.Index(
                fields=["owner_kind", "owner_ref", "-usable_from"],
                name="creators_connected_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"Stripe …{self.last_four}"

    @property
    def last_four(self) -> str:
        """What an owner knows the account by."""
        return self.stripe_id[-4:]
