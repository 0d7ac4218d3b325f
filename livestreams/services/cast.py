"""The people of a show: co-hosts with agreed shares, and moderators (W8, P2)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Creator
from creators.selectors.public import find_creator_of
from livestreams.errors.planning import PersonUnfit, SharesTooHigh
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import CoHost, Livestream
from livestreams.services.planning import lock_planned
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "livestreams.duty_given"
WHOLE = 10_000
Duty = CoHost.Duty


def give_duty(
    livestream: Livestream, person: User, *, duty: str, share_bps: int = 0
) -> CoHost:
    """Give a person a duty in a planned show, or change the one they have.

    A share of the commission counts once its person has accepted it; a changed one is
    asked anew.

    Raises:
        ShowBegun: the show is on air or over.
        NotInRehearsal: it is a rehearsal.
        PersonUnfit: a co-host who is no verified creator of the country, a moderator
            who is not known to be 18, or the host.
        SharesTooHigh: the shares exceed the commission, or a moderator has one.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        if show.is_rehearsal:
            raise NotInRehearsal
        _check_person(show, person, duty)
        _check_share(show, person, duty, share_bps)
        row, is_new = CoHost.objects.get_or_create(
            livestream=show,
            user=person,
            defaults={"duty": duty, "share_bps": share_bps},
        )
        if not is_new and (row.duty, row.share_bps) == (duty, share_bps):
            return row
        if not is_new:
            row.duty, row.share_bps, row.accepted_at = duty, share_bps, None
            row.save(update_fields=["duty", "share_bps", "accepted_at"])
        facts = {"show": show.public_id, "person": person.public_id}
        key = f"{show.public_id}:{person.public_id}:{duty}:{share_bps}"
        outbox.post(TOPIC, key, facts)
    return row


def end_duty(livestream: Livestream, person: User) -> None:
    """Take a person out of a planned show, by the host or by themselves.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        CoHost.objects.filter(livestream=show, user=person).delete()


def accept_share(livestream: Livestream, person: User, *, share_bps: int) -> bool:
    """Accept the share that a co-host was shown; False if it is another by now.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        rows = CoHost.objects.filter(
            livestream=show, user=person, duty=Duty.CO_HOST, share_bps=share_bps
        )
        rows.filter(accepted_at=None).update(accepted_at=clock.now())
        return rows.exists()


def send_duty(message: Outbox) -> None:
    """Tell a person of their duty, unless it is gone.

    Safe to repeat: the Message-ID stays the same.
    """
    row = (
        CoHost.objects.select_related("livestream__creator", "user")
        .filter(
            livestream__public_id=message.payload["show"],
            user__public_id=message.payload["person"],
        )
        .first()
    )
    if row is None:
        return
    with translation.override(row.user.language):
        facts = {
            "name": row.livestream.creator.display_name,
            "title": row.livestream.title,
            "duty": row.get_duty_display(),
        }
        lines = [_("%(name)s wants you in “%(title)s”: %(duty)s.") % facts]
        if row.share_bps:
            lines.append(
                _("Accept your share of the commission before the show, or leave it.")
            )
        lines.append(f"{settings.SITE_URL}/creator/")
        EmailMessage(
            subject=_("A duty for you: %(title)s") % facts,
            body="\n\n".join(lines),
            to=[row.user.email],
            headers=name_letter(f"duty-{message.public_id}"),
        ).send()


def _check_person(show: Livestream, person: User, duty: str) -> None:
    creator = find_creator_of(person)
    is_fit = {
        Duty.CO_HOST: creator is not None
        and creator.state == Creator.State.VERIFIED
        and creator.market_id == show.market_id,
        Duty.MODERATOR: person.is_active and person.age_band == User.AgeBand.ADULT,
    }
    if duty not in Duty.values or person.pk == show.creator.user_id:
        raise PersonUnfit
    if not is_fit[Duty(duty)]:
        raise PersonUnfit


def _check_share(show: Livestream, person: User, duty: str, share_bps: int) -> None:
    others = CoHost.objects.filter(livestream=show).exclude(user=person)
    taken = others.aggregate(taken=Sum("share_bps"))["taken"] or 0
    if duty == Duty.MODERATOR and share_bps:
        raise SharesTooHigh
    if share_bps < 0 or taken + share_bps > WHOLE:
        raise SharesTooHigh
