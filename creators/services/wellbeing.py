"""A creator lets the welfare person see a signal, or not any more (N3)."""

from django.db import transaction

from creators.errors import WelfarePersonChanged
from creators.models import Creator, WelfareConsent
from creators.selectors.wellbeing import find_welfare_person
from shopfront.common import clock


def share_signal(creator: Creator, *, with_person: str) -> WelfareConsent:
    """Let the welfare person of a creator's market see a signal.

    Args:
        creator: who agrees.
        with_person: public id of whom the creator read the name of.

    Raises:
        WelfarePersonChanged: that is not who is appointed now.

    Locks: the creator's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
        found = find_welfare_person(creator.market)
        if found is None or found.user.public_id != with_person:
            raise WelfarePersonChanged
        given = WelfareConsent.objects.filter(creator=creator, withdrawn_at=None)
        known = given.filter(person=found.user).first()
        if known is not None:
            return known
        given.update(withdrawn_at=clock.now())
        return WelfareConsent.objects.create(creator=creator, person=found.user)


def stop_sharing(creator: Creator) -> None:
    """Let nobody see a signal any more, from now on. Safe to repeat: yes."""
    given = WelfareConsent.objects.filter(creator=creator, withdrawn_at=None)
    given.update(withdrawn_at=clock.now())
