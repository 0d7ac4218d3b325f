"""Briefings: wishes for a show, accepted line by line, fixed by the first yes (P9).

Nothing reads a line that was not accepted, and nothing reads a refusal.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Brand
from creators.models import Notice
from creators.selectors.notices import wants_notice
from livestreams.errors.planning import BriefingFixed, BriefingUnsound, LineForbidden
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Briefing, BriefingLine, Livestream
from livestreams.models.briefings import LONGEST_LINE
from livestreams.services.briefing_words import find_forbidden
from livestreams.services.planning import lock_planned
from livestreams.services.words import tidy
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.briefing_written"
REPORT_TOPIC = "livestreams.briefing_reported"
MOST_LINES = 20
Answer = BriefingLine.Answer


def write_briefing(
    livestream: Livestream, *, brand: Brand | None, lines: Sequence[str], by: User
) -> Briefing:
    """Write or replace the briefing of a brand, or of the operator, for a show.

    Args:
        livestream: a show that has not started.
        brand: whose wishes they are; None for the operator's.
        lines: one wish each; empty ones are left out.
        by: who writes.

    Raises:
        BriefingUnsound: no lines, too many, or too long ones.
        LineForbidden: a line asks for what no briefing may; `extra` names line and
            word.
        ShowBegun: the show is on air or over.
        NotInRehearsal: it is a rehearsal.
        BriefingFixed: the host has accepted a line.

    Locks: the livestream's row. Safe to repeat: the same lines are one version.
    """
    words = [tidied for line in lines if (tidied := tidy(line))]
    _check(words)
    with transaction.atomic():
        show = lock_planned(livestream)
        if show.is_rehearsal:
            raise NotInRehearsal
        briefing, is_new = Briefing.objects.get_or_create(
            livestream=show, brand=brand, defaults={"written_by": by}
        )
        known = briefing.lines.filter(version=briefing.version)
        if not is_new and list(known.values_list("text", flat=True)) == words:
            return briefing
        if briefing.fixed_at is not None:
            raise BriefingFixed
        _write_version(briefing, words, by, is_new=is_new)
    return briefing


def answer_line(line: BriefingLine, *, is_accepted: bool) -> None:
    """Accept a line before the show, or refuse it; the first yes fixes the briefing.

    An answer may be changed until the start. A refusal is read by nothing.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    answer = Answer.ACCEPTED if is_accepted else Answer.REFUSED
    now = clock.now()
    with transaction.atomic():
        lock_planned(line.briefing.livestream)
        rows = BriefingLine.objects.filter(pk=line.pk).exclude(answer=answer)
        rows.update(answer=answer, answered_at=now)
        if is_accepted:
            Briefing.objects.filter(pk=line.briefing_id, fixed_at=None).update(
                fixed_at=now
            )


def report_line(line: BriefingLine, *, by: User, words: str) -> None:
    """Report a line to staff: it asks for what no briefing may, or threatens.

    It counts as refused from then on, where it was not accepted.

    Safe to repeat: yes; the first report stands.
    """
    now = clock.now()
    with transaction.atomic():
        rows = BriefingLine.objects.filter(pk=line.pk, reported_at=None)
        if not rows.update(reported_at=now, report=tidy(words)[:300]):
            return
        BriefingLine.objects.filter(pk=line.pk, answer=Answer.WAITING).update(
            answer=Answer.REFUSED, answered_at=now
        )
        outbox.post(REPORT_TOPIC, line.public_id, {"line": line.public_id})
        audit.record(
            "livestreams.briefing_reported",
            actor=by,
            subject_kind="briefing_line",
            subject_ref=line.public_id,
            reason=tidy(words)[:200],
        )


def send_briefing(message: Outbox) -> None:
    """Tell the host that wishes wait for an answer.

    Safe to repeat: the Message-ID stays the same.
    """
    briefing = (
        Briefing.objects.select_related("livestream__creator__user", "brand")
        .filter(public_id=message.payload["briefing"])
        .first()
    )
    if briefing is None or briefing.version != message.payload["version"]:
        return
    show = briefing.livestream
    if not wants_notice(show.creator, Notice.BRIEFING):
        return
    host = show.creator.user
    with translation.override(host.language):
        facts = {
            "name": briefing.brand.name if briefing.brand else settings.SITE_NAME,
            "title": show.title,
        }
        lines = [
            _("%(name)s has wishes for “%(title)s”.") % facts,
            _(
                "Answer each line before the show. What you do not accept has no "
                "effect, and no refusal costs you anything."
            ),
            f"{settings.SITE_URL}/creator/shows/{show.public_id}/#briefing-title",
        ]
        EmailMessage(
            subject=_("Briefing: %(title)s") % facts,
            body="\n\n".join(lines),
            to=[host.email],
            headers=name_letter(f"briefing-{briefing.public_id}-{briefing.version}"),
        ).send()


def send_report(message: Outbox) -> None:
    """Write to staff that a creator reports a line.

    Safe to repeat: the Message-ID stays the same.
    """
    line = BriefingLine.objects.select_related("briefing__livestream").get(
        public_id=message.payload["line"]
    )
    briefing = line.briefing
    staff = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("Reported line of a briefing: %(title)s")
        % {"title": briefing.livestream.title},
        body="\n\n".join(
            part
            for part in (
                f"“{line.text}”",
                line.report,
                f"{settings.SITE_URL}/admin/livestreams/briefing/{briefing.pk}/change/",
            )
            if part
        ),
        bcc=sorted(staff.values_list("email", flat=True)),
        headers=name_letter(f"briefing-line-{line.public_id}"),
    ).send()


def _check(lines: Sequence[str]) -> None:
    if not 1 <= len(lines) <= MOST_LINES:
        raise BriefingUnsound
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise BriefingUnsound
        word = find_forbidden(line)
        if word:
            message = _(
                "Line %(number)d has “%(word)s”. A briefing says nothing about the "
                "host's body, clothing or private life, and no line may punish."
            ) % {"number": number, "word": word}
            raise LineForbidden(message, extra={"line": number, "word": word})


def _write_version(
    briefing: Briefing, lines: Sequence[str], by: User, *, is_new: bool
) -> None:
    if not is_new:
        briefing.version += 1
        briefing.written_by, briefing.written_at = by, clock.now()
        briefing.save(update_fields=["version", "written_by", "written_at"])
    BriefingLine.objects.bulk_create(
        BriefingLine(
            briefing=briefing, version=briefing.version, position=position, text=text
        )
        for position, text in enumerate(lines)
    )
    facts = {"briefing": briefing.public_id, "version": briefing.version}
    outbox.post(TOPIC, f"{briefing.public_id}:{briefing.version}", facts)
