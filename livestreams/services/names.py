"""Names that stand beside chat: everybody reads them, so the rules of words hold."""

from livestreams.errors.words import NameUnfit
from livestreams.services import words
from livestreams.services.contact_details import find_private, has_link

UNFIT = (words.Action.HOLD, words.Action.BLOCK)
NOWHERE = 0
"""No market has this key: the lists of all markets hold alone."""


def check_name(name: str, *, market_id: int | None, language: str) -> str:
    """Return a name as others may see it, without what turns or hides letters.

    Args:
        name: what somebody wants to be called.
        market_id: the market whose word lists hold beside those for all markets.
        language: the one the person reads.

    Raises:
        NameUnfit: nothing is left to read, or it holds an address, a number of a
            person or what no room would show.
    """
    plain = words.tidy(name)
    if not any(sign.isalnum() for sign in plain):
        raise NameUnfit
    if has_link(plain) or find_private(plain) is not None:
        raise NameUnfit
    verdict = words.judge(plain, market_id=market_id or NOWHERE, language=language)
    if verdict.action in UNFIT:
        raise NameUnfit
    return plain
