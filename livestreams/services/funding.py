"""What an agreement owes for a show: chosen in the plan, funded first, paid after."""

import datetime as dt

from django.db import transaction

from creators.models import Agreement, Guarantee
from creators.selectors.agreements import list_holding
from creators.selectors.guarantees import find_guarantee
from creators.selectors.stretches import DAY
from creators.selectors.worktime import begun
from creators.services.guarantees import (
    drop_guarantee,
    earn_guarantee,
    lock_guarantee,
    move_guarantee,
    open_guarantee,
    return_guarantee,
)
from creators.services.overtime import book_duty_premium, book_premium
from creators.services.owed_premiums import book_owed_premium
from livestreams.errors import ShowBegun
from livestreams.errors.funding import AgreementUnfit, NotFunded
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC, WORK_TOPIC = "livestreams.guarantee", "livestreams.work_entered"
NEVER_AFTER = dt.timedelta(hours=24)
"""A show that has not begun so long after its planned start is taken as called off."""
MOST_PER_SWEEP = 100

State = Livestream.State


def choose_agreement(livestream: Livestream, agreement: Agreement | None) -> None:
    """Say which agreement pays for a planned show, or none; its guarantee is opened.

    Raises:
        ShowBegun: it is on air or over.
        NotInRehearsal: nothing is earned in a rehearsal.
        AgreementUnfit: it is not the host's, or does not hold at the planned start.
        GuaranteeHasMoney: the guarantee of the agreement before has money in it.
        RulesMissing: the market has no rules of work.

    Locks: the livestream's row, then its guarantee. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(pk=livestream.pk)
        if show.is_rehearsal:
            raise NotInRehearsal
        if show.state != State.SCHEDULED:
            raise ShowBegun
        if agreement is None or agreement.pk != show.agreement_id:
            drop_guarantee(show.public_id)
        if agreement is not None:
            if agreement not in list_holding(show.creator, at=show.starts_at):
                raise AgreementUnfit
            open_guarantee(
                agreement,
                show_ref=show.public_id,
                title=show.title,
                starts_at=show.starts_at,
            )
        show.agreement = agreement
        show.save(update_fields=["agreement"])
    livestream.refresh_from_db()


def follow_plan(show: Livestream, *, title: str, starts_at: dt.datetime) -> None:
    """Let a show's guarantee follow its changed plan, in the open transaction.

    Raises:
        AgreementUnfit: the agreement does not hold at the new start, and nothing is
            paid in yet that would keep it.

    Locks: the guarantee.
    """
    if show.agreement is None:
        return
    guarantee = move_guarantee(show.public_id, title=title, starts_at=starts_at)
    is_kept = guarantee is not None and guarantee.is_funded
    if not is_kept and show.agreement not in list_holding(show.creator, at=starts_at):
        raise AgreementUnfit


def require_funded(livestream: Livestream) -> None:
    """Refuse the start of a show while its guarantee is not paid in whole.

    In the open transaction of the start.

    Raises:
        NotFunded: `missing` says how much, in minor units.

    Locks: the guarantee, so that no bank takes its money back meanwhile.
    """
    agreement = livestream.agreement
    if agreement is None or not agreement.guarantee_minor:
        return
    guarantee = lock_guarantee(livestream.public_id)
    if guarantee is None:
        raise NotFunded
    if not guarantee.is_funded:
        missing = guarantee.missing
        facts = {"missing": missing.minor, "currency": missing.currency}
        raise NotFunded(extra=facts)


def post_show_ended(livestream: Livestream) -> None:
    """Write into the open transaction that the pay of a show is to be decided.

    Its guarantee's, and its helpers'; a rehearsal pays nobody.
    """
    if livestream.is_rehearsal:
        return
    if livestream.agreement_id is not None or livestream.co_hosts.exists():
        key = f"guarantee:{livestream.public_id}"
        outbox.post(TOPIC, key, {"show": livestream.public_id})


def carry_show_ended(message: Outbox) -> None:
    """Decide the pay of the show that a message names. Safe to repeat: yes."""
    settle_show(str(message.payload["show"]))


def settle_show(show_ref: str) -> Guarantee | None:
    """Pay guarantee and overtime of a show, of helpers too; give back what never began.

    Without a guarantee the show's creator owes the helpers' overtime.

    Safe to repeat: yes.
    """
    show = Livestream.objects.select_related(
        "agreement", "creator__market", "creator__user"
    ).get(public_id=show_ref)
    if show.state != State.ENDED or show.ended_at is None:
        return None
    if show.started_at is None:
        return return_guarantee(show_ref)
    preparation = show.agreement.preparation_minutes if show.agreement else 0
    earned = earn_guarantee(
        show_ref,
        worked_minutes=preparation + begun(show.ended_at - show.started_at),
        ended_at=show.ended_at,
    )
    book_premium(show_ref, ended_at=show.ended_at)
    for duty in show.co_hosts.select_related("user").order_by("pk"):
        _book_helper(show, duty.user)
    return earned


def post_work_entered(user: User, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Write into the open transaction that a person's overtime is to be seen again."""
    days = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    outbox.post(WORK_TOPIC, new_public_id(), {"user": user.public_id} | days)


def carry_work_entered(message: Outbox) -> None:
    """Look again at a helper's premiums of shows on days of work that was entered.

    Safe to repeat: yes.
    """
    said = {name: str(value) for name, value in message.payload.items()}
    user = User.objects.get(public_id=said["user"])
    shows = Livestream.objects.select_related("creator__market", "creator__user")
    helped = shows.filter(
        state=State.ENDED,
        started_at__isnull=False,
        rehearsal_of=None,
        co_hosts__user=user,
        ended_at__gte=dt.datetime.fromisoformat(said["starts_at"]),
        ended_at__lt=dt.datetime.fromisoformat(said["ends_at"]) + DAY,
    )
    for show in helped.order_by("ended_at"):
        _book_helper(show, user)


def _book_helper(show: Livestream, user: User) -> None:
    """Book a helper's premium: owed by the guarantee's payer, else by the creator.

    Before the guarantee is decided, nothing: its message books them.
    """
    assert show.ended_at is not None
    guarantee = find_guarantee(show.public_id)
    if guarantee is None:
        book_owed_premium(
            show.creator,
            user,
            show_ref=show.public_id,
            title=show.title,
            ended_at=show.ended_at,
        )
    elif guarantee.state == Guarantee.State.EARNED:
        book_duty_premium(show.public_id, user, ended_at=show.ended_at)


def return_unstarted() -> int:
    """Give back the guarantees of shows that never began; return how many.

    Locks: each show's row, so that it cannot begin meanwhile. Safe to repeat: yes.
    """
    late = Livestream.objects.filter(
        state=State.SCHEDULED,
        agreement__isnull=False,
        starts_at__lt=clock.now() - NEVER_AFTER,
    )
    refs = late.order_by("starts_at").values_list("public_id", flat=True)
    return sum(_return_one(ref) for ref in refs[:MOST_PER_SWEEP])


def _return_one(show_ref: str) -> bool:
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(public_id=show_ref)
        if show.state != State.SCHEDULED:
            return False
        if show.starts_at >= clock.now() - NEVER_AFTER:
            return False
        show.agreement = None
        show.save(update_fields=["agreement"])
        return return_guarantee(show_ref) is not None
