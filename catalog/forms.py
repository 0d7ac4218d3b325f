"""Shapes of what shoppers type about goods; the rules are in services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import ReportReason
from catalog.services.product_reports import MOST_WORDS


class ReportForm(forms.Form):
    """What is wrong with a product; a guest may say where to be told."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=ReportReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence is enough: what did you see, and where?"),
        error_messages={"required": _("Please fill this in.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("If you give one, we write to you what we decide."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, is_guest: bool, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", "report-%s")
        super().__init__(*args, **kwargs)
        if not is_guest:
            del self.fields["email"]
