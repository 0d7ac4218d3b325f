"""How facts are shown: money in the shopper's locale, and icons."""

from django import template
from django.utils.translation import get_language, to_locale

from shopfront.common.money import Money

register = template.Library()


def current_locale() -> str:
    """Return the locale of the language in use, for example en_GB."""
    return to_locale(get_language() or "en-gb")


@register.filter
def money(amount: Money | None) -> str:
    """Write an amount in the shopper's locale; nothing for None."""
    return "" if amount is None else amount.format(current_locale())
