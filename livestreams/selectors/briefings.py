"""Briefings as the host answers them, and as the studio shows what was accepted."""

from dataclasses import dataclass

from django.db.models import F, QuerySet

from livestreams.models import BriefingLine, Livestream


@dataclass(frozen=True, slots=True)
class BriefingView:
    """The wishes of one author for a show."""

    author: str
    """The brand's name; empty for the operator."""
    is_fixed: bool
    lines: tuple[BriefingLine, ...]


def read_briefings(livestream: Livestream) -> tuple[BriefingView, ...]:
    """Return the present versions of a show's briefings; one query."""
    groups: dict[int, list[BriefingLine]] = {}
    rows = _select(livestream).select_related("briefing__brand")
    for line in rows.order_by("briefing_id", "position"):
        groups.setdefault(line.briefing_id, []).append(line)
    return tuple(
        BriefingView(
            author=lines[0].briefing.brand.name if lines[0].briefing.brand else "",
            is_fixed=lines[0].briefing.fixed_at is not None,
            lines=tuple(lines),
        )
        for lines in groups.values()
    )


def list_accepted(livestream: Livestream) -> tuple[str, ...]:
    """Return the lines that the host accepted: no other has any effect; one query."""
    rows = _select(livestream).filter(answer=BriefingLine.Answer.ACCEPTED)
    lines = rows.order_by("briefing_id", "position")
    return tuple(lines.values_list("text", flat=True))


def count_unanswered(livestream: Livestream) -> int:
    """Count the lines that wait for the host; one query."""
    return _select(livestream).filter(answer=BriefingLine.Answer.WAITING).count()


def _select(livestream: Livestream) -> "QuerySet[BriefingLine]":
    return BriefingLine.objects.filter(
        briefing__livestream=livestream, version=F("briefing__version")
    )
