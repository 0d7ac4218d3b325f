"""Tables that help a shopper find a size (B1)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Brand
from catalog.models.texts import Worded
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

MOST_COLUMNS, MOST_ROWS = 8, 40


class SizeChart(Worded):
    """Sizes of a brand's goods with what they measure.

    Who bought a size of one of its products is offered the same of the others.
    """

    WORDS = ("title", "table")

    public_id = PublicIdField()
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="size_charts"
    )
    title = models.CharField(_("title"), max_length=80)
    table = models.TextField(
        _("table"),
        max_length=4000,
        help_text=_(
            "A line for each row, with semicolons between its cells. The first line "
            "names the columns; each other one begins with the size as variants "
            "are called."
        ),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["brand", "title"]
        verbose_name = _("size table")
        verbose_name_plural = _("size tables")

    def __str__(self) -> str:
        return f"{self.brand}: {self.title}"

    def clean(self) -> None:
        """Refuse a table that is none, in any language."""
        super().clean()
        for text in (self.table, *self.list_words("table").values()):
            rows = read_rows(text)
            widths = {len(row) for row in rows}
            is_sound = 2 <= len(rows) <= MOST_ROWS and len(widths) == 1
            if not (is_sound and 2 <= widths.pop() <= MOST_COLUMNS):
                raise ValidationError(
                    {"table": _("Each line needs as many cells as the first, two up.")}
                )

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.words("title")

    @property
    def head(self) -> list[str]:
        """The names of the columns, in the reader's language."""
        return read_rows(self.words("table"))[0]

    @property
    def rows(self) -> list[list[str]]:
        """The sizes with what they measure, in the reader's language."""
        return read_rows(self.words("table"))[1:]


def read_rows(text: str) -> list[list[str]]:
    """Return the cells of a table, row by row."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [[cell.strip() for cell in line.split(";")] for line in lines]
