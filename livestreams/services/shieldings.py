"""Lines that the shield takes aside: chosen on by their authors, told on (C6, C10)."""

from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from livestreams.access.bans import is_stopped
from livestreams.errors import ChatClosed, MessageMissing, Muted
from livestreams.errors.shield import AlreadyChosen
from livestreams.models import ChatMessage, Livestream, Question, Shielding
from livestreams.models.sayings import Saying, keep
from livestreams.protocol.envelopes import seal
from livestreams.selectors.room import describe_held, describe_message
from livestreams.selectors.shieldings import (
    MESSAGE,
    describe_told,
    list_told,
    list_untold_danger,
    list_untold_questions,
)
from livestreams.services import room
from livestreams.services.minutes import count_messages
from livestreams.services.shield import Verdict
from orders.models import Case, OrderLine
from orders.selectors.cases import list_paid_lines
from orders.services.cases import open_case
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

DANGER_TOPIC = "livestreams.danger_said"
MOST_IN_A_LETTER = 50
Kind, Answer, State = Shielding.Kind, Shielding.Answer, ChatMessage.State


def place_line(message: ChatMessage, verdict: Verdict) -> None:
    """Say where a new line goes by what it is about; nothing is stored yet.

    An order's matter waits for its author, a remark about the host's person for a
    moderator; words about quality and danger go to the room as they are.
    """
    if verdict.kind == Kind.COMPLAINT:
        message.state = State.OFFERED
    elif verdict.kind == Kind.REMARK:
        message.state = State.HELD
        message.why = keep(Saying.PERSON)
        message.looked_at = clock.now()  # a person decides, no rule


def keep_shieldings(
    livestream: Livestream,
    rows: Sequence[ChatMessage],
    verdicts: Mapping[str, Verdict],
) -> None:
    """Store what stored lines were taken for and tell their authors, and staff.

    In the open transaction of the lines; nothing where all are ordinary.
    """
    aside = [row for row in rows if row.public_id in verdicts]
    if not aside:
        return
    now = clock.now()
    kept = [
        Shielding(
            message=row,
            livestream=livestream,
            kind=verdicts[row.public_id].kind,
            sureness=verdicts[row.public_id].sureness,
            at=now,
        )
        for row in aside
    ]
    Shielding.objects.bulk_create(kept)
    count_messages(livestream, shielded=len(kept))
    asked = [one for one in kept if one.kind != Kind.REMARK]
    if asked:
        lines = list_paid_lines({one.message.author_id for one in asked})
        for one in asked:
            offered = lines.get(one.message.author_id, ())
            told = describe_told(one.message, one, lines=offered)
            room.announce(livestream, [seal(told, to=one.message.author.public_id)])
    for one in kept:
        if one.kind == Kind.DANGER:
            ref = one.message.public_id
            outbox.post(DANGER_TOPIC, ref, {"show": livestream.public_id})


def tell_anew(livestream: Livestream, rows: Collection[ChatMessage]) -> None:
    """Tell authors what became of lines that were shown, held, taken or erased.

    In the open transaction, once the lines are stored as they stand now.
    """
    told = list_told(rows)
    if told:
        room.announce(livestream, told)


def open_private_case(message: ChatMessage, *, line: OrderLine | None = None) -> Case:
    """Send a line to the shop alone, as its author chose; it leaves no trace here.

    Words about quality or danger stay in the room beside their case.

    Raises:
        AlreadyChosen: it was said in the room.
        MessageMissing: it was removed meanwhile.

    Locks: the shielding's row, then the line. Safe to repeat: one line opens one case.
    """
    with transaction.atomic():
        shielding = _take(message)
        if shielding.answer == Answer.ROOM:
            raise AlreadyChosen
        case = open_case(
            message.author,
            text=message.text,
            kind=shielding.kind,
            market=message.livestream.market,
            line=line,
            cause_kind=MESSAGE,
            cause_ref=message.public_id,
        )
        if shielding.answer == Answer.WAITING:
            ChatMessage.objects.filter(pk=message.pk, state=State.OFFERED).update(
                state=State.PRIVATE
            )
            _choose(shielding, Answer.CASE, case.public_id)
            _tell(message, shielding, case)
    return case


def say_in_room(message: ChatMessage) -> None:
    """Show a line to all after all, as its author chose.

    Words that need a look wait for it as they would have without the shield.

    Raises:
        AlreadyChosen: it became a private case.
        MessageMissing: it was removed meanwhile.
        ChatClosed: the show is over.
        Muted: a moderator muted the author meanwhile.

    Locks: the shielding's row, the line, then the room's sequence row.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        shielding = _take(message)
        if shielding.answer == Answer.CASE:
            raise AlreadyChosen
        if shielding.answer == Answer.ROOM:
            return
        if message.state == State.OFFERED:
            _check_room(message)
            _show(message)
        _choose(shielding, Answer.ROOM)
        _tell(message, shielding)


def alert_of_danger(message: Outbox) -> None:
    """Write to staff what was said or asked about danger and not told before.

    Lines of a storm that came meanwhile go out in one letter.

    Safe to repeat: yes; lines are marked once the letter is out.
    """
    shows = Livestream.objects.select_related("creator")
    show = shows.filter(public_id=message.payload["show"]).first()
    if show is None:
        return
    untold = list(list_untold_danger(show)[:MOST_IN_A_LETTER])
    asked = list(list_untold_questions(show)[:MOST_IN_A_LETTER])
    if not (untold or asked):
        return
    staff = User.objects.filter(is_staff=True, is_active=True)
    facts = {"title": show.title, "host": show.creator.display_name}
    lines = [
        _("In “%(title)s” by %(host)s somebody wrote about danger:") % facts,
        *(f"“{one.message.text}”" for one in untold if one.message.text),
        *(_("Asked: “%(text)s”") % {"text": one.text} for one in asked if one.text),
        f"{settings.SITE_URL}/creator/studio/{show.public_id}/",
    ]
    EmailMessage(
        subject=_("Danger is talked about: %(title)s") % facts,
        body="\n\n".join(lines),
        bcc=list(staff.values_list("email", flat=True)),
        headers=name_letter(f"danger-{message.key}"),
    ).send()
    now = clock.now()
    Shielding.objects.filter(pk__in=[one.pk for one in untold]).update(alerted_at=now)
    Question.objects.filter(pk__in=[one.pk for one in asked]).update(alerted_at=now)


def _take(message: ChatMessage) -> Shielding:
    """Lock what was told of a line and the line, and read both as they are now.

    Who removes or erases the line waits, or has ended before: nothing comes back.
    """
    shielding = Shielding.objects.select_for_update(of=("self",)).get(message=message)
    message.refresh_from_db(
        fields=["state", "why", "seq", "text"],
        from_queryset=ChatMessage.objects.select_for_update(no_key=True),
    )
    if message.state == State.REMOVED:
        raise MessageMissing
    return shielding


def _choose(shielding: Shielding, answer: str, case_ref: str = "") -> None:
    shielding.answer, shielding.case_ref = answer, case_ref
    shielding.answered_at = clock.now()
    shielding.save(update_fields=["answer", "case_ref", "answered_at"])


def _check_room(message: ChatMessage) -> None:
    show = message.livestream
    if not show.is_on_air:
        raise ChatClosed
    if is_stopped(message.author, show):
        raise Muted


def _show(message: ChatMessage) -> None:
    """Give a line its number, or to the moderators where its words need a look."""
    show, rows = message.livestream, ChatMessage.objects.filter(pk=message.pk)
    if message.why and not message.is_flagged:
        rows.update(state=State.HELD)
        message.refresh_from_db(fields=["state"])
        held = describe_held(message, state=State.HELD)
        room.announce(show, [seal(held, to=message.author.public_id)])
        count_messages(show, held=1)
        return
    rows.update(state=State.VISIBLE)
    message.refresh_from_db(fields=["state"])
    seq = room.append_events(show, [describe_message(message)])
    rows.update(seq=seq)
    count_messages(show, shown=1)


def _tell(message: ChatMessage, shielding: Shielding, case: Case | None = None) -> None:
    message.refresh_from_db(fields=["state"])
    told = describe_told(message, shielding, case=case)
    room.announce(message.livestream, [seal(told, to=message.author.public_id)])
