"""Holds, drops, limits and waiting lists in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.forms import PiecesForm
from catalog.admin.texts import ask_for_titles
from catalog.models import BuyingLimit, Drop, Reservation, WaitingPlace
from catalog.services.drops import call_off_drop, move_drop, plan_drop
from catalog.services.limits import forgive_hold, set_buying_limit
from shopfront.common.desk import (
    DeskAdmin,
    MomentField,
    ReasonForm,
    Rows,
    in_zone,
)
from shopfront.common.http import person_of
from shopfront.markets import list_selling_markets
from shopfront.models import Market

MOMENTS = ("entry_from", "opens_at", "ends_at")


class DropForm(ReasonForm):
    """When a drop opens, and how fast it admits."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    market = forms.ChoiceField(label=gettext_lazy("Market"))
    entry_from = MomentField(label=gettext_lazy("Waiting room opens at"))
    opens_at = MomentField(label=gettext_lazy("Opens at"))
    ends_at = MomentField(label=gettext_lazy("Ends at"))
    rule = forms.TypedChoiceField(
        label=gettext_lazy("Who gets a piece"),
        choices=Drop.Rule.choices,
        coerce=Drop.Rule,
        initial=Drop.Rule.HOLD,
        help_text=gettext_lazy(
            "First paid, first served: nothing is kept at the tap, and who pays too "
            "late gets all the money back at once."
        ),
    )
    limit = forms.IntegerField(
        label=gettext_lazy("Most pieces per household"), min_value=1, max_value=20
    )
    per_second = forms.IntegerField(
        label=gettext_lazy("Admitted per second"), min_value=1, max_value=1000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the markets that sell."""
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in list_selling_markets()}
        field = self.fields["market"]
        if isinstance(field, forms.ChoiceField):
            rows = self.markets.items()
            field.choices = [
                ("", "---------"),
                *((code, row.name) for code, row in rows),
            ]

    def clean_market(self) -> object:
        """Return the market of the code."""
        return self.markets[self.cleaned_data["market"]]

    def clean(self) -> dict[str, Any]:
        """Read the moments by the clock of the market."""
        facts: dict[str, Any] = super().clean() or {}
        market = facts.get("market")
        moments = (name for name in MOMENTS if name in facts)
        if not isinstance(market, Market):
            return facts
        return facts | {
            name: in_zone(facts[name], market.time_zone) for name in moments
        }


class MoveForm(ReasonForm):
    """When a drop opens instead."""

    opens_at = MomentField(label=gettext_lazy("Opens at"))


@admin.register(Reservation)
class ReservationAdmin(DeskAdmin):
    """Holds: who has a claim on what, until when."""

    list_display = (
        "public_id",
        "variant",
        "quantity",
        "state",
        "held_at",
        "expires_at",
    )
    list_select_related = ("variant__product",)
    list_filter = ("state",)
    search_fields = ("public_id", "variant__sku", "holder", "cause_ref")
    date_hierarchy = "held_at"
    actions = ("forgive",)

    @admin.action(
        description=gettext_lazy("Release from the limit"), permissions=["act"]
    )
    def forgive(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Stop counting pieces for their household's limit, on appeal."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Release from the limit"),
            act=lambda row, said: forgive_hold(row, by=by, reason=said["reason"]),
        )


@admin.register(BuyingLimit)
class BuyingLimitAdmin(DeskAdmin):
    """Most pieces per household, announced on the product's page."""

    list_display = ("product", "pieces", "since")
    list_select_related = ("product",)
    search_fields = ("product__title",)


@admin.register(Drop)
class DropAdmin(DeskAdmin):
    """Drops; the seed is shown to nobody before the end."""

    list_display = (
        "title",
        "product",
        "rule",
        "opens_at",
        "ends_at",
        "placed_count",
    )
    list_select_related = ("product", "market")
    list_filter = ("rule",)
    search_fields = ("title", "product__title", "public_id")
    date_hierarchy = "opens_at"
    exclude = ("seed",)
    actions = ("move", "call_off", "write")

    @admin.action(description=gettext_lazy("Move"), permissions=["act"])
    def move(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let drops open at another moment, told at once to whoever waits."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Move a drop"),
            form_class=MoveForm,
            act=lambda row, said: move_drop(
                row,
                opens_at=in_zone(said["opens_at"], row.market.time_zone),
                by=by,
                reason=said["reason"],
            ),
        )

    @admin.action(description=gettext_lazy("Call off"), permissions=["act"])
    def call_off(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """End drops at once, told to whoever waits."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Call off a drop"),
            act=lambda row, said: call_off_drop(row, by=by, reason=said["reason"]),
        )

    @admin.action(
        description=gettext_lazy("Write in other languages"), permissions=["act"]
    )
    def write(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write a drop's title in the other languages of the site."""
        return ask_for_titles(self, request, rows)


@admin.register(WaitingPlace)
class WaitingPlaceAdmin(DeskAdmin):
    """Who waits for what, in the order of the list."""

    list_display = ("public_id", "variant", "state", "joined_at", "offer_until")
    list_select_related = ("variant__product",)
    list_filter = ("state", "market")
    search_fields = ("public_id", "variant__sku", "email")
    date_hierarchy = "joined_at"


def ask_for_drop(
    desk: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask when products are sold by a waiting room, then plan it."""
    by = person_of(request)
    names = ("title", "market", *MOMENTS, "rule", "limit")
    return desk.decide(
        request,
        rows,
        title=_("Plan a drop"),
        form_class=DropForm,
        act=lambda row, said: plan_drop(
            row,
            **{name: said[name] for name in (*names, "per_second")},
            at_once=said["per_second"],
            by=by,
        ),
    )


def ask_for_household_limit(
    desk: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask how many pieces a household may have, then announce it."""
    return desk.decide(
        request,
        rows,
        title=_("Limit pieces per household"),
        form_class=PiecesForm,
        act=lambda row, said: set_buying_limit(row, said["quantity"]),
    )
