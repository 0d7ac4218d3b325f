"""Vetoes in a show: a refused product leaves it at once, and may come back (P5)."""

from django.db import transaction

from catalog.models import Product, Veto
from catalog.services.vetoes import record_veto, take_back_veto
from livestreams.errors import ShowEnded
from livestreams.models import Livestream, Pin
from livestreams.selectors.vetoes import find_show_ref
from livestreams.services.pins import remove_pin
from shopfront.models import User


def refuse_product(
    livestream: Livestream, product: Product, *, by: User, reason: str, words: str = ""
) -> Veto:
    """Refuse to show a product, before or in a show; it leaves screen and shelf.

    A refusal in a rehearsal holds for the show that is rehearsed.

    Raises:
        ShowEnded: the show is over.
        VetoUnsound: no reason was chosen, or there are too many words.

    Locks: the livestream's row, as a pin does. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if show.state == Livestream.State.ENDED:
            raise ShowEnded
        veto = record_veto(
            product,
            creator=livestream.creator,
            show_ref=find_show_ref(livestream),
            show_title=show.title,
            reason=reason,
            words=words,
            by=by,
        )
        pins = Pin.objects.showing(product.pk).filter(livestream=show)
        for pin in pins.select_related("livestream"):
            remove_pin(pin, by=by)
    return veto


def allow_product(livestream: Livestream, product: Product) -> bool:
    """Take a refusal back; False if there was none.

    Safe to repeat: yes.
    """
    return take_back_veto(product, show_ref=find_show_ref(livestream))
