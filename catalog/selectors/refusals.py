"""Why a planned offer did not open: stored as a code, said to each reader."""

from urllib.parse import parse_qsl

from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from catalog import errors
from shopfront.common.errors import DomainError
from shopfront.common.money import Money

_WITH_AMOUNT = {
    errors.OfferTooLow.code: (_("The brand's lowest price is %(amount)s."), "lowest"),
    errors.BelowFloor.code: (
        _("The lowest price that is listed on its shelf is %(amount)s."),
        "floor",
    ),
}
_WITH_COUNT = {
    errors.OfferTooLong.code: (
        _("The brand allows at most %(count)d minutes."),
        "longest_minutes",
    ),
    errors.OfferTooMany.code: (
        _("The brand allows at most %(count)d pieces in one offer."),
        "most_pieces",
    ),
}


def say_refusal(stored: str, currency: str) -> str:
    """Return the sentence of a stored refusal in the reader's language.

    What was stored before there were codes is said as it is.
    """
    code, _mark, text = stored.partition("?")
    facts = {name: int(value) for name, value in parse_qsl(text) if value.isdigit()}
    if code in _WITH_AMOUNT:
        words, name = _WITH_AMOUNT[code]
        amount = facts.get(f"{name}_minor")
        if amount is not None:
            locale = to_locale(get_language() or "en-gb")
            return words % {"amount": Money(amount, currency).format(locale)}
    if code in _WITH_COUNT:
        words, name = _WITH_COUNT[code]
        if name in facts:
            return words % {"count": facts[name]}
    known = _find_error(code)
    return str(known.default_message) if known is not None else stored


def _find_error(code: str) -> type[DomainError] | None:
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type))
    return next(
        (kind for kind in kinds if issubclass(kind, DomainError) and kind.code == code),
        None,
    )
