"""Cases: opened by a shopper, answered by brand and staff, closed with reason (O3)."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from orders.errors import AttemptKeyMissing, CaseClosed, CaseEmpty
from orders.models import Case, CaseMessage, OrderLine
from orders.services.numbers import new_case_number
from orders.services.rules import read_key
from orders.signals import case_opened
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Market, Outbox, User
from shopfront.services import audit, outbox

TOPIC = "orders.case_written"
PAGE = "page"
MOST_TEXT = 2000
LONGEST_KEY = 20
State = Case.State
Side = CaseMessage.Side


def open_case(
    user: User,
    *,
    text: str,
    kind: str,
    market: Market,
    line: OrderLine | None = None,
    cause_kind: str = "",
    cause_ref: str = "",
) -> Case:
    """Open a case with a shopper's first letter and tell who follows cases.

    Args:
        user: whose case it is.
        text: what is wrong, in the shopper's words.
        kind: one of `Case.Kind`.
        market: where it was said, or where the order is from.
        line: the shopper's own paid line that it is about.
        cause_kind: what it came from, such as a line of chat.
        cause_ref: the public id of that.

    Raises:
        CaseEmpty: nothing is written.

    Safe to repeat: one cause opens one case.
    """
    words = _tidy(text)
    with transaction.atomic():
        facts = {"market": market, "user": user, "line": line, "kind": kind}
        number = new_case_number(market.code)
        if cause_ref:
            case, is_new = Case.objects.get_or_create(
                cause_kind=cause_kind,
                cause_ref=cause_ref,
                defaults=facts | {"number": number},
            )
        else:
            case, is_new = Case.objects.create(number=number, **facts), True
        if is_new:
            _write(case, user, Side.SHOPPER, words)
            case_opened.send(Case, case=case)
    return case


def open_case_on(line: OrderLine, *, by: User, text: str, kind: str, key: str) -> Case:
    """Open a case about a paid line of the shopper's own.

    Args:
        line: from `access.get_paid_line_for`.
        by: the shopper.
        text: what is wrong.
        kind: one of `Case.Kind`; anything else counts as a complaint.
        key: of this attempt.

    Raises:
        AttemptKeyMissing: the form came without its key.
        CaseEmpty: nothing is written.

    Safe to repeat: yes, one attempt opens one case.
    """
    if len(read_key(key)) > LONGEST_KEY:
        raise AttemptKeyMissing
    return open_case(
        by,
        text=text,
        kind=kind if kind in Case.Kind.values else Case.Kind.COMPLAINT,
        market=line.order.market,
        line=line,
        cause_kind=PAGE,
        cause_ref=f"{by.public_id}:{key}",
    )


def write_in_case(
    case: Case, *, by: User, text: str, side: str = Side.SHOPPER
) -> CaseMessage:
    """Add a letter and send it to the other side.

    After a shopper's letter the shop has to answer again; one of brand or staff
    answers the case.

    Raises:
        CaseEmpty: nothing is written.
        CaseClosed: the case has come to its end.

    Locks: the case's row.
    """
    words = _tidy(text)
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if row.is_closed:
            raise CaseClosed
        if side == Side.SHOPPER:
            row.state = State.OPEN
        else:
            row.state, row.answered_at = State.ANSWERED, clock.now()
        row.save(update_fields=["state", "answered_at"])
        case.refresh_from_db()
        return _write(case, by, side, words)


def answer_case(case: Case, *, by: User, text: str) -> CaseMessage:
    """Add a letter of the staff and send it to the shopper.

    Raises:
        CaseEmpty: nothing is written.
        CaseClosed: the case has come to its end.

    Locks: the case's row.
    """
    return write_in_case(case, by=by, text=text, side=Side.STAFF)


def close_case(case: Case, *, by: User, reason: str, side: str = Side.STAFF) -> bool:
    """Close a case with a last letter that says why; False if it was closed.

    Raises:
        CaseEmpty: no reason is given.

    Safe to repeat: yes.
    """
    words = _tidy(reason)
    with transaction.atomic():
        closed = (
            Case.objects.filter(pk=case.pk)
            .exclude(state=State.CLOSED)
            .update(state=State.CLOSED, closed_at=clock.now())
        )
        case.refresh_from_db()
        if closed:
            _write(case, by, side, words)
            audit.record(
                "orders.close_case",
                actor=by,
                subject_kind="case",
                subject_ref=case.public_id,
                reason=words[:500],
            )
    return bool(closed)


def send_letter(message: Outbox) -> None:
    """Send a letter to the other side: the shopper, or the people of the brand.

    Safe to repeat: the Message-ID stays the same.
    """
    letter = (
        CaseMessage.objects.select_related("case__user", "case__line__order__brand")
        .filter(pk=message.payload["letter"])
        .first()
    )
    if letter is None:
        return
    for person in _list_readers(letter):
        _send(letter, person)


def _list_readers(letter: CaseMessage) -> Iterable[User]:
    case = letter.case
    if letter.side != Side.SHOPPER:
        return [case.user] if case.user.is_active else []
    if case.line is None:
        return []
    members = case.line.order.brand.members.select_related("user")
    people = [member.user for member in members.filter(user__is_active=True)]
    return [person for person in people if person.pk != case.user_id]


def _send(letter: CaseMessage, person: User) -> None:
    case = letter.case
    facts = {"number": case.number, "site": settings.SITE_NAME}
    with translation.override(person.language):
        lines = [
            letter.text,
            _("Read and answer here:"),
            f"{settings.SITE_URL}{case.get_absolute_url()}",
        ]
        subject = (
            _("A shopper writes in case %(number)s")
            if letter.side == Side.SHOPPER
            else _("%(site)s answers your case %(number)s")
        ) % facts
    name = f"case-{case.public_id}-{letter.pk}"
    if person.pk != case.user_id:
        name = f"{name}-{person.public_id}"
    EmailMessage(
        subject=subject,
        body="\n\n".join(lines),
        to=[person.email],
        headers=name_letter(name),
    ).send()


def _write(case: Case, by: User, side: str, words: str) -> CaseMessage:
    letter = CaseMessage.objects.create(case=case, author=by, side=side, text=words)
    outbox.post(TOPIC, f"case-letter:{letter.pk}", {"letter": letter.pk})
    return letter


def _tidy(text: str) -> str:
    words = text.strip()[:MOST_TEXT]
    if not words:
        raise CaseEmpty
    return words
