"""The run of a show: what its host does in which order, and for how long (P2)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

LONGEST_ITEM = 240


class RunItem(models.Model):
    """One stretch of a show, or of the work before it."""

    class Kind(models.TextChoices):
        PREPARATION = "preparation", _("Preparation before the start")
        PRODUCT = "product", _("Product")
        TALK = "talk", _("Talk")
        BREAK = "break", _("Break")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="run"
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, null=True, blank=True
    )
    text = models.CharField(_("talking points"), max_length=1000, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ITEM)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    key = models.CharField(_("attempt"), max_length=32, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("item of a run")
        verbose_name_plural = _("items of runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="product", product__isnull=False)
                | (~Q(kind="product") & Q(product=None)),
                name="livestreams_runitem_product_named",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_ITEM),
                name="livestreams_runitem_has_length",
            ),
            models.UniqueConstraint(
                fields=["livestream", "key"],
                condition=~Q(key=""),
                name="livestreams_runitem_once_per_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.minutes} min"
