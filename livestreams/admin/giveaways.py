"""Giveaways in the admin: opened from a show, drawn with a published number."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.models import Giveaway, GiveawayTerms
from livestreams.services.giveaways import draw_giveaway, open_giveaway
from shopfront.common.desk import (
    DeskAdmin,
    MomentField,
    ReasonForm,
    ReferenceAdmin,
    Rows,
    in_zone,
)
from shopfront.common.http import person_of


class GiveawayForm(ReasonForm):
    """What is given away, to how many, and when it ends."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    prize = forms.CharField(label=gettext_lazy("What is given away"), max_length=500)
    winners = forms.IntegerField(
        label=gettext_lazy("Number of winners"), min_value=1, max_value=100, initial=1
    )
    closes_at = MomentField(label=gettext_lazy("Entries end at"))
    public_source = forms.CharField(
        label=gettext_lazy("Where a number will be published after the end"),
        max_length=200,
        required=False,
    )


class ValueForm(ReasonForm):
    """The number that was published after the end."""

    public_value = forms.CharField(
        label=gettext_lazy("Number published"), max_length=200, required=False
    )


@admin.register(GiveawayTerms)
class GiveawayTermsAdmin(ReferenceAdmin):
    """In which markets giveaways may be held, and on what terms: reference rows."""

    list_display = ("market", "is_allowed", "minimum_age")
    list_select_related = ("market",)
    fields = ("market", "is_allowed", "minimum_age", "words")

    def get_readonly_fields(
        self, request: HttpRequest, obj: GiveawayTerms | None = None
    ) -> tuple[str, ...]:
        """Keep the market of terms that are there."""
        return ("market",) if obj else ()


@admin.register(Giveaway)
class GiveawayAdmin(DeskAdmin):
    """Giveaways; their seed is shown to nobody before the draw."""

    list_display = ("title", "livestream", "state", "closes_at", "entry_count")
    list_select_related = ("livestream",)
    list_filter = ("state",)
    search_fields = ("title", "public_id", "livestream__title")
    date_hierarchy = "opened_at"
    exclude = ("seed",)
    actions = ("draw",)

    @admin.action(description=gettext_lazy("Draw the winners"), permissions=["act"])
    def draw(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Join the published number, and draw."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Draw the winners"),
            form_class=ValueForm,
            act=lambda row, said: draw_giveaway(
                row, public_value=said["public_value"], by=by
            ),
        )


def ask_for_giveaway(
    desk: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask what is given away in a show, then open it."""
    by = person_of(request)
    names = ("title", "prize", "winners", "public_source")
    return desk.decide(
        request,
        rows,
        title=_("Open a giveaway"),
        form_class=GiveawayForm,
        act=lambda row, said: open_giveaway(
            row,
            by=by,
            closes_at=in_zone(said["closes_at"], row.market.time_zone),
            **{name: said[name] for name in names},
        ),
    )
