"""Fields of forms, and shapes of texts, that several apps ask by."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

VAT_NUMBER = r"[A-Z]{2}[A-Z0-9+*]{2,13}"
"""A country's two letters and its number, as papers and pages show it."""


class MinorField(forms.IntegerField):
    """An amount in pence or cents; one with a point is refused.

    A plain number field drops ".00", so that 40.00 would pass as 40 pence.
    """

    re_decimal = re.compile(r"(?!)")
    default_error_messages = {
        "invalid": _("Whole pence or cents without a point: 4000 for 40.00.")
    }
