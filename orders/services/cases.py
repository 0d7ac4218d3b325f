"""Cases: opened by a shopper, answered by the shop, closed with a reason (O3)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from orders.errors import CaseClosed, CaseEmpty
from orders.models import Case, CaseMessage, OrderLine
from orders.services.numbers import new_case_number
from orders.signals import case_opened
from shopfront.common import clock
from shopfront.models import Market, Outbox, User
from shopfront.services import audit, outbox

TOPIC = "orders.case_written"
MOST_TEXT = 2000
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
            CaseMessage.objects.create(case=case, author=user, text=words)
            case_opened.send(Case, case=case)
    return case


def write_in_case(case: Case, *, by: User, text: str) -> CaseMessage:
    """Add a shopper's letter; the shop has to answer again.

    Raises:
        CaseEmpty: nothing is written.
        CaseClosed: the case has come to its end.

    Locks: the case's row.
    """
    words = _tidy(text)
    with transaction.atomic():
        _take(case)
        Case.objects.filter(pk=case.pk).update(state=State.OPEN)
        case.refresh_from_db()
        return CaseMessage.objects.create(case=case, author=by, text=words)


def answer_case(case: Case, *, by: User, text: str) -> CaseMessage:
    """Add the shop's letter and send it to the shopper.

    Raises:
        CaseEmpty: nothing is written.
        CaseClosed: the case has come to its end.

    Locks: the case's row.
    """
    words = _tidy(text)
    with transaction.atomic():
        _take(case)
        Case.objects.filter(pk=case.pk).update(
            state=State.ANSWERED, answered_at=clock.now()
        )
        case.refresh_from_db()
        return _write_to_shopper(case, by, words)


def close_case(case: Case, *, by: User, reason: str) -> bool:
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
            _write_to_shopper(case, by, words)
            audit.record(
                "orders.close_case",
                actor=by,
                subject_kind="case",
                subject_ref=case.public_id,
                reason=words[:500],
            )
    return bool(closed)


def send_letter(message: Outbox) -> None:
    """Send a letter of the shop to the shopper.

    Safe to repeat: the Message-ID stays the same.
    """
    letter = (
        CaseMessage.objects.select_related("case__user")
        .filter(pk=message.payload["letter"], case__user__is_active=True)
        .first()
    )
    if letter is None:
        return
    case = letter.case
    facts = {"number": case.number, "site": settings.SITE_NAME}
    with translation.override(case.user.language):
        lines = [
            letter.text,
            _("Read and answer here:"),
            f"{settings.SITE_URL}{case.get_absolute_url()}",
        ]
        subject = _("%(site)s answers your case %(number)s") % facts
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    EmailMessage(
        subject=subject,
        body="\n\n".join(lines),
        to=[case.user.email],
        headers={"Message-ID": f"<case-{case.public_id}-{letter.pk}@{host}>"},
    ).send()


def _write_to_shopper(case: Case, by: User, words: str) -> CaseMessage:
    letter = CaseMessage.objects.create(
        case=case, author=by, side=Side.STAFF, text=words
    )
    outbox.post(TOPIC, f"case-letter:{letter.pk}", {"letter": letter.pk})
    return letter


def _take(case: Case) -> None:
    row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if row.is_closed:
        raise CaseClosed


def _tidy(text: str) -> str:
    words = text.strip()[:MOST_TEXT]
    if not words:
        raise CaseEmpty
    return words
