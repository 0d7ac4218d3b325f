"""Filters about pay."""

import datetime as dt

from django import template

from creators.models import PayoutRule
from creators.selectors.run_days import expect_payment

register = template.Library()


@register.filter
def paid_on(settles_at: dt.datetime, rule: PayoutRule | None) -> dt.date | None:
    """Return when the bank pays what settles at a moment, by a rule."""
    return expect_payment(rule, settles_at) if rule is not None else None
