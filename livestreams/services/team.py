"""A creator's team: asked by e-mail, in every coming show once they said yes (P1)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Creator
from livestreams.access.team import mint_team_link
from livestreams.errors.team import (
    MemberMissing,
    MemberSelf,
    MemberTaken,
    MemberYoung,
    TeamFull,
)
from livestreams.models import CoHost, Livestream, TeamMember
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.team_asked"
MOST_MEMBERS = 20
State = Livestream.State


def ask_member(creator: Creator, *, email: str, duty: str, by: User) -> TeamMember:
    """Ask somebody by e-mail to have a duty in a creator's shows.

    Whether the address has an account is told to nobody.

    Raises:
        MemberSelf: it is the creator's own address.
        MemberTaken: they were asked already.
        TeamFull: there are twenty.

    Locks: the creator's row.
    """
    address = email.strip().lower()
    if address == creator.user.email.lower():
        raise MemberSelf
    try:
        with transaction.atomic():
            Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
            rows = TeamMember.objects.filter(creator=creator, ended_at=None)
            if rows.count() >= MOST_MEMBERS:
                raise TeamFull
            member = TeamMember.objects.create(
                creator=creator, email=address, duty=CoHost.Duty(duty)
            )
            _record("livestreams.ask_member", member, by)
            outbox.post(TOPIC, member.public_id, {"member": member.public_id})
    except IntegrityError as fault:
        raise MemberTaken from fault
    return member


def accept_member(member: TeamMember, *, user: User) -> None:
    """Say yes: from now on this account has the duty in every show to come.

    Raises:
        MemberYoung: the age is not assured.
        MemberSelf: the creator opened the link.
        MemberTaken: another account took it, or this one is in the team already.
        MemberMissing: it was withdrawn.

    Safe to repeat: yes, by the same account.
    """
    if not user.is_adult:
        raise MemberYoung
    if user.pk == member.creator.user_id:
        raise MemberSelf
    try:
        with transaction.atomic():
            row = TeamMember.objects.select_for_update().get(pk=member.pk)
            if row.ended_at is not None:
                raise MemberMissing
            if row.user_id is not None:
                if row.user_id != user.pk:
                    raise MemberTaken
                return
            row.user, row.accepted_at = user, clock.now()
            row.save(update_fields=["user", "accepted_at"])
            _put_on_all(row, user)
            _record("livestreams.accept_member", row, user)
    except IntegrityError as fault:
        raise MemberTaken from fault


def end_member(member: TeamMember, *, by: User) -> None:
    """Take somebody out of the team, or withdraw what was asked.

    Their duties in shows that are not over end at once. Safe to repeat: yes.
    """
    with transaction.atomic():
        row = TeamMember.objects.select_for_update().get(pk=member.pk)
        if row.ended_at is not None:
            return
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        if row.user_id is not None:
            duties = CoHost.objects.filter(
                user=row.user_id, livestream__creator=row.creator_id
            )
            duties.exclude(livestream__state=State.ENDED).delete()
        _record("livestreams.end_member", row, by)


def put_team_on(livestream: Livestream) -> None:
    """Give the team its duties in a new show, in the open transaction."""
    members = TeamMember.objects.filter(
        creator=livestream.creator_id, ended_at=None, user__isnull=False
    )
    CoHost.objects.bulk_create(
        [
            CoHost(livestream=livestream, user=row.user, duty=row.duty)
            for row in members.select_related("user")
            if row.user is not None
        ],
        ignore_conflicts=True,
    )


def send_asked(message: Outbox) -> None:
    """Write to who was asked. Safe to repeat: the Message-ID stays the same."""
    member = (
        TeamMember.objects.select_related("creator")
        .filter(public_id=message.payload["member"], ended_at=None, user=None)
        .first()
    )
    if member is None:
        return
    facts = {"name": member.creator.display_name, "duty": member.get_duty_display()}
    path = reverse("creators:team-join", args=[mint_team_link(member)])
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("%(name)s asks you to help in their live shows: %(duty)s.") % facts,
            _("You need an account with a confirmed age of 18 or more. Say yes here:"),
            f"{settings.SITE_URL}{path}",
            _("If you do not know them, do nothing. Nobody learns of it."),
        ]
        EmailMessage(
            subject=_("%(name)s asks you into their team") % facts,
            body="\n\n".join(lines),
            to=[member.email],
            headers=name_letter(f"team-{member.public_id}"),
        ).send()


def _put_on_all(member: TeamMember, user: User) -> None:
    """Give a member the duty in every show that is not over, where they have none."""
    shows = Livestream.objects.filter(creator=member.creator_id)
    CoHost.objects.bulk_create(
        [
            CoHost(livestream=show, user=user, duty=member.duty)
            for show in shows.exclude(state=State.ENDED)
        ],
        ignore_conflicts=True,
    )


def _record(action: str, member: TeamMember, by: User) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="creator",
        subject_ref=member.creator.public_id,
        facts={"member": member.public_id, "duty": member.duty},
    )
