"""What the rules of words refuse with advice, and what is wrong with a list."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Denied, Invalid


class PaymentNumberPosted(Denied):
    """A card or account number in a message that everybody would read."""

    code = "livestreams.payment_number_posted"
    default_message = _(
        "Never post a card or account number: anybody could use it. Nothing was sent. "
        "You pay at the checkout only."
    )


class WordListTooLong(Invalid):
    """A creator's list has more words than a list may have."""

    code = "livestreams.word_list_too_long"
    default_message = _("A list may have 500 words, each of 60 letters at most.")


class WordTooShort(Invalid):
    """An entry that would stop nearly every message."""

    code = "livestreams.word_too_short"
    default_message = _("A word needs two letters or more.")


class NameUnfit(Invalid):
    """A name beside chat that leads out of the room or that no room would show."""

    code = "livestreams.name_unfit"
    default_message = _(
        "Choose a name with letters or figures, and without addresses, telephone "
        "numbers or rude words: everybody in a room reads it."
    )
