"""Collaborations and samples in the admin, where staff act for brands meanwhile."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import (
    Brand,
    Collaboration,
    Product,
    Proposal,
    SampleCriteria,
    SampleRequest,
)
from catalog.selectors.brands import find_products_by_sku
from catalog.services import collaborations, samples
from creators.selectors.public import find_public_creator
from creators.services.agreements import Offer
from shopfront.common import clock
from shopfront.common.desk import (
    Answers,
    DeskAdmin,
    ReasonForm,
    ReferenceAdmin,
    Rows,
    show_amount,
)
from shopfront.common.fields import MinorField
from shopfront.common.http import person_of
from shopfront.markets import list_selling_markets
from shopfront.models import User

TERMS = (
    "commission_bps",
    "guarantee_minor",
    "guarantee_per",
    "pays",
    "engagement",
    "show_minutes",
    "preparation_minutes",
)
TermsForm = forms.modelform_factory(
    Collaboration, fields=TERMS, field_classes={"guarantee_minor": MinorField}
)


class CollaborationForm(ReasonForm):
    """What a brand offers, and to whom."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("What it is about"), widget=forms.Textarea, required=False
    )
    market = forms.ChoiceField(label=gettext_lazy("Market"))
    handle = forms.CharField(
        label=gettext_lazy("Creator's handle"),
        required=False,
        help_text=gettext_lazy("Empty: for every creator of the market."),
    )
    skus = forms.CharField(
        label=gettext_lazy("SKUs of the products"),
        help_text=gettext_lazy("With blanks between them."),
    )
    places = forms.IntegerField(
        label=gettext_lazy("Places"), min_value=1, max_value=1000, initial=1
    )
    days_to_answer = forms.IntegerField(
        label=gettext_lazy("Days to answer"), min_value=1, max_value=90, initial=14
    )
    days_of_period = forms.IntegerField(
        label=gettext_lazy("Days that it holds"), min_value=1, max_value=730, initial=90
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the markets that sell, and the terms of pay."""
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in list_selling_markets()}
        field = self.fields["market"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, row.name) for code, row in self.markets.items()]
        self.fields |= TermsForm().fields

    def clean_market(self) -> object:
        """Return the market of the code."""
        return self.markets[self.cleaned_data["market"]]

    def clean_handle(self) -> object:
        """Return the creator of the handle, or None."""
        handle = self.cleaned_data["handle"].strip()
        creator = find_public_creator(handle) if handle else None
        if handle and creator is None:
            raise forms.ValidationError(_("There is no such creator."))
        return creator

    def clean_skus(self) -> list[Product]:
        """Return the products of the SKUs."""
        wanted = self.cleaned_data["skus"].split()
        found = find_products_by_sku(wanted)
        if len(found) != len(set(wanted)):
            raise forms.ValidationError(_("There is no such SKU."))
        return list({product.pk: product for product in found.values()}.values())


class AnswerForm(forms.Form):
    """What the brand says to a creator."""

    reason = forms.CharField(label=gettext_lazy("To the creator"), max_length=200)


class ParcelForm(forms.Form):
    """How a sample travels."""

    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=40)
    tracking = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60)


def offer_for(brand: Brand, said: Answers, by: User) -> Collaboration:
    """Offer a collaboration as the form says."""
    now = clock.now()
    ends = now + dt.timedelta(days=said["days_of_period"])
    closes = now + dt.timedelta(days=said["days_to_answer"])
    return collaborations.offer_collaboration(
        brand,
        market=said["market"],
        invitation=collaborations.Invitation(
            title=said["title"],
            text=said["text"],
            creator=said["handle"],
            places=said["places"],
            period=(now, ends),
            closes_at=min(closes, ends),
        ),
        offer=Offer(**{name: said[name] for name in TERMS}),
        products=said["skus"],
        by=by,
    )


class TermsColumn:
    """Mixin: the terms of pay in one column."""

    @admin.display(description=gettext_lazy("terms"))
    def terms(self, row: Collaboration | Proposal) -> str:
        """Show guarantee and rate."""
        offered = row.collaboration if isinstance(row, Proposal) else row
        guarantee = show_amount(row.guarantee_minor, offered.market.currency)
        per = row.get_guarantee_per_display()
        return f"{guarantee} {per}, {row.commission_bps / 100:g} %"


@admin.register(Collaboration)
class CollaborationAdmin(TermsColumn, DeskAdmin):
    """What brands offer; offered from the brand's own page."""

    list_display = ("title", "brand", "creator", "terms", "state", "closes_at")
    list_select_related = ("brand", "creator", "market")
    list_filter = ("state", "market")
    search_fields = ("title", "brand__name", "public_id")
    actions = ("withdraw",)

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["act"])
    def withdraw(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take no more answers."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Withdraw"),
            act=lambda row, said: collaborations.withdraw_collaboration(
                row, by=by, reason=said["reason"]
            ),
        )


@admin.register(Proposal)
class ProposalAdmin(TermsColumn, DeskAdmin):
    """What creators said to collaborations."""

    list_display = ("collaboration", "creator", "terms", "state", "changed_at")
    list_select_related = ("collaboration__market", "creator")
    list_filter = ("state",)
    search_fields = ("creator__display_name", "collaboration__title", "public_id")
    actions = ("accept", "refuse")

    @admin.action(description=gettext_lazy("Accept counter"), permissions=["act"])
    def accept(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree to counter-offers."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Accept counter"),
            act=lambda row, said: collaborations.accept_counter(row, by=by),
        )

    @admin.action(description=gettext_lazy("Refuse counter"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Refuse counter-offers with a word to the creator."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Refuse counter"),
            form_class=AnswerForm,
            act=lambda row, said: collaborations.refuse_counter(
                row, by=by, answer=said["reason"]
            ),
        )


@admin.register(SampleCriteria)
class SampleCriteriaAdmin(ReferenceAdmin):
    """Whom brands send samples to: reference rows."""

    list_display = ("brand", "least_shows", "least_followers", "needs_agreement")
    list_select_related = ("brand",)
    search_fields = ("brand__name",)


@admin.register(SampleRequest)
class SampleRequestAdmin(DeskAdmin):
    """Samples that creators asked for."""

    list_display = ("product", "creator", "state", "asked_at", "carrier", "tracking")
    list_select_related = ("product", "creator")
    list_filter = ("state",)
    search_fields = ("product__title", "creator__display_name", "tracking")
    actions = ("approve", "refuse", "show_address", "send")

    @admin.action(description=gettext_lazy("Approve"), permissions=["act"])
    def approve(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree to send samples."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Approve"),
            act=lambda row, said: samples.approve_sample(row, by=by),
        )

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Refuse samples with a word to the creator."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Refuse"),
            form_class=AnswerForm,
            act=lambda row, said: samples.refuse_sample(
                row, by=by, answer=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Show address"), permissions=["act"])
    def show_address(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Show where samples go; who read it is recorded."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Show address"),
            act=lambda row, said: self.message_user(
                request, samples.read_address(row, by=by)
            ),
        )

    @admin.action(description=gettext_lazy("Send"), permissions=["act"])
    def send(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep that samples are on their way."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Send"),
            form_class=ParcelForm,
            act=lambda row, said: samples.send_sample(
                row, by=by, carrier=said["carrier"], tracking=said["tracking"]
            ),
        )
