"""Audiences: invitations to a show, opened by their link, withdrawn at once."""

from django.db import transaction

from livestreams import broadcast
from livestreams.errors import InvitationsFull, InvitationTaken
from livestreams.models import Livestream, ShowInvitation
from shopfront.common import clock
from shopfront.models import User

MOST_INVITATIONS = 200


def invite(livestream: Livestream, *, name: str, by: User) -> ShowInvitation:
    """Make one place at a show; its link opens it for the first account.

    Raises:
        InvitationsFull: the show has as many as it may.
    """
    places = ShowInvitation.objects.filter(livestream=livestream, revoked_at=None)
    if places.count() >= MOST_INVITATIONS:
        raise InvitationsFull
    return ShowInvitation.objects.create(
        livestream=livestream, name=name, invited_by=by
    )


def claim_invitation(invitation: ShowInvitation, user: User) -> None:
    """Give a place to the account that opened its link first.

    Raises:
        InvitationTaken: another account has it.

    Locks: the livestream's row. Safe to repeat: yes; who has a place keeps it.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(pk=invitation.livestream_id)
        places = ShowInvitation.objects.filter(livestream=show, revoked_at=None)
        if places.filter(user=user).exists():
            return
        taken = places.filter(pk=invitation.pk, user=None).update(
            user=user, claimed_at=clock.now()
        )
    if not taken:
        raise InvitationTaken


def revoke_invitation(invitation: ShowInvitation) -> None:
    """Withdraw a place: room at once, picture within ten seconds.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        row = (
            ShowInvitation.objects.select_for_update(of=("self",))
            .select_related("livestream", "user")
            .get(pk=invitation.pk)
        )
        if row.revoked_at is not None:
            return
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        if row.user is None:
            return
        show, person = row.livestream.public_id, row.user.public_id

        def close_sockets() -> None:
            broadcast.close_person(show, person, "invitation withdrawn")

        transaction.on_commit(close_sockets, robust=True)
