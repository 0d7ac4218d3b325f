"""How facts are shown: money, moments and lengths in the shopper's locale."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale
from lucide.templatetags.lucide import lucide as draw_icon

from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.sharing import Part, finish
from shopfront.common.units import Net, UnitPrice
from shopfront.models import Market

register = template.Library()
register.simple_tag(lru_cache(maxsize=1_024)(draw_icon), name="lucide")
"""An icon is drawn once in each size: a page has dozens, and drawing copies a tree."""


def current_locale() -> str:
    """Return the locale of the language in use, for example en_GB."""
    return to_locale(get_language() or "en-gb")


@register.filter
def money(amount: Money | UnitPrice | None) -> str:
    """Write an amount in the shopper's locale; nothing for None."""
    return "" if amount is None else amount.format(current_locale())


@register.filter
def net(quantity: Net) -> str:
    """Write a quantity in the shopper's locale, for example 1.5 kg."""
    amount = format_decimal(quantity.amount.normalize(), locale=current_locale())
    return f"{amount}\u00a0{quantity.sign}"


@register.filter
def per(quantity: Net) -> str:
    """Write the amount that a unit price is of: kg, or 100 g."""
    return quantity.sign if quantity.amount == 1 else net(quantity)


@register.filter
def country(market: Market) -> str:
    """Name a market's country in the language in use."""
    return market.name_in(get_language() or "en-gb")


@register.filter
def show_time(moment: dt.datetime, zone: str) -> str:
    """Say when a show is, in its market's zone: Today, Tomorrow, or the date."""
    place = ZoneInfo(zone)
    local = moment.astimezone(place)
    days = (local.date() - clock.now().astimezone(place).date()).days
    time = format_time(local, format="short", tzinfo=place, locale=current_locale())
    if days == 0:
        return gettext("Today, %(time)s") % {"time": time}
    if days == 1:
        return gettext("Tomorrow, %(time)s") % {"time": time}
    day = format_date(local.date(), format="EEE d MMM", locale=current_locale())
    return f"{day}, {time}"


@register.filter
def day_time(moment: dt.datetime, zone: str) -> str:
    """Write weekday, date and time in a market's zone: what a letter says for long."""
    place = ZoneInfo(zone)
    local = moment.astimezone(place)
    day = format_date(local.date(), format="full", locale=current_locale())
    time = format_time(local, format="short", tzinfo=place, locale=current_locale())
    return f"{day}, {time}"


@register.filter
def clock_time(moment: dt.datetime, zone: str) -> str:
    """Write the time of day in a market's zone."""
    place = ZoneInfo(zone)
    return format_time(moment, format="short", tzinfo=place, locale=current_locale())


@register.filter
def hours(minutes: int) -> str:
    """Write minutes as hours and minutes, for example 2:05."""
    return f"{minutes // 60}:{minutes % 60:02}"


@register.filter
def wall_time(moment: dt.datetime, zone: str) -> str:
    """Write a moment as a field for local time takes it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


@register.simple_tag
def server_now() -> int:
    """Write the server's moment, milliseconds since 1970: a phone's may be wrong."""
    return int(clock.now().timestamp() * 1000)


@register.filter
def share(basis_points: int) -> str:
    """Write a rate in basis points as a percentage of the locale."""
    rate = Decimal(basis_points) / 10_000
    return str(format_percent(rate, format="#,##0.##%", locale=current_locale()))


@register.filter
def clock_length(seconds: int) -> str:
    """Write a length as minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"


@register.simple_tag(takes_context=True)
def footer(context: template.Context) -> SafeString:
    """Write the foot of a page: the same everywhere but for the way back to it."""
    request: HttpRequest | None = context.get("request")
    finished = _finish_footer.__wrapped__ if settings.DEBUG else _finish_footer
    part = finished(
        get_language(),
        is_answered=bool(context.get("measure_answer")),
        is_demo=settings.DEMO,
        site_name=settings.SITE_NAME,
    )
    return part.fill(
        csrf_token=context.get("csrf_token", ""),
        path=request.path if request else "/",
        here=quote(request.get_full_path() if request else "/"),
    )


@lru_cache(maxsize=32)
def _finish_footer(
    language: str | None, *, is_answered: bool, is_demo: bool, site_name: str
) -> Part:
    """Finish the foot for one language, which is in use now."""
    facts = {
        "measure_answer": is_answered,
        "is_demo_site": is_demo,
        "site_name": site_name,
    }
    gaps = ("csrf_token", "path", "here")
    return finish("components/_footer.html", facts, gaps=gaps)
