"""Polls as the room and the studio read them: what is open, and its sums."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from livestreams.models import Livestream, Poll, PollVote
from livestreams.protocol.asking import PollClosed, PollCounted, PollOpened
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Event

EVENT_TYPES = frozenset({PollOpened.type, PollClosed.type})
RESULTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class StudioOption:
    """An option with how many chose it."""

    text: str
    votes: int
    share: int
    """Of all votes, in percent."""


@dataclass(frozen=True, slots=True)
class StudioPoll:
    """A poll as the host sees it."""

    public_id: str
    question: str
    options: tuple[StudioOption, ...]
    total: int
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PollResult:
    """A poll of a show that is over, and when it was asked."""

    poll: StudioPoll
    at_ms: int
    offset: int
    """Whole seconds after the show's start."""


@dataclass(frozen=True, slots=True)
class StudioPolls:
    """The open poll and the newest results."""

    is_on_air: bool
    open: StudioPoll | None
    closed: tuple[StudioPoll, ...]


def read_polls(public_ids: Collection[str]) -> Mapping[str, Poll]:
    """Return polls by public id; no query where none is asked for."""
    if not public_ids:
        return {}
    return {row.public_id: row for row in Poll.objects.filter(public_id__in=public_ids)}


def read_event(name: str, poll: Poll) -> Event:
    """Return what an event of a poll says."""
    return describe_opened(poll) if name == PollOpened.type else describe_closed(poll)


def describe_opened(poll: Poll) -> PollOpened:
    """Return a poll as all see it."""
    return PollOpened(
        id=poll.public_id,
        question=poll.question,
        options=tuple(poll.options),
        at=poll.opened_at,
    )


def describe_closed(poll: Poll) -> PollClosed:
    """Return the end of a poll with its result."""
    return PollClosed(
        id=poll.public_id,
        votes=tuple(poll.votes),
        at=poll.closed_at or poll.opened_at,
    )


def count_votes(polls: Iterable[Poll]) -> dict[int, PollCounted]:
    """Return the sums of polls by primary key, in one query.

    The version is the number of votes and changes of votes: it only grows.
    """
    rows = {poll.pk: poll for poll in polls}
    sums = {key: [0] * len(poll.options) for key, poll in rows.items()}
    versions = dict.fromkeys(rows, 0)
    ballots = PollVote.objects.filter(poll__in=list(rows)).order_by()
    counted = ballots.values("poll", "choice").annotate(
        votes=Count("pk"), changes=Sum("version")
    )
    for row in counted:
        sums[row["poll"]][row["choice"]] = row["votes"]
        versions[row["poll"]] += row["changes"]
    return {
        key: PollCounted(
            id=poll.public_id, votes=tuple(sums[key]), version=versions[key]
        )
        for key, poll in rows.items()
    }


def read_sums(public_ids: Iterable[str]) -> dict[str, Envelope]:
    """Return the sums of the open polls of many rooms; one query when none is open."""
    polls = list(
        Poll.objects.filter(
            livestream__public_id__in=list(public_ids), closed_at=None
        ).select_related("livestream")
    )
    if not polls:
        return {}
    sums = count_votes(polls)
    return {
        poll.livestream.public_id: seal(sums[poll.pk])
        for poll in polls
        if sums[poll.pk].version
    }


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return the open poll with its sums, if there is one."""
    poll = Poll.objects.filter(livestream=livestream, closed_at=None).first()
    if poll is None:
        return []
    counted = count_votes([poll])[poll.pk]
    sums = [seal(counted)] if counted.version else []
    return [seal(describe_opened(poll), seq=poll.seq), *sums]


def read_studio_polls(livestream: Livestream) -> StudioPolls:
    """Return the open poll with its sums and the newest results."""
    rows = Poll.objects.filter(livestream=livestream)
    running = rows.filter(closed_at=None).first()
    counted = None
    if running is not None:
        votes = count_votes([running])[running.pk].votes
        counted = _describe(running, votes)
    over = rows.exclude(closed_at=None).order_by("-id")[:RESULTS_SHOWN]
    closed = tuple(_describe(row, row.votes) for row in over)
    return StudioPolls(livestream.is_on_air, counted, closed)


def list_results(livestream: Livestream) -> list[PollResult]:
    """Return what a show's room chose, in its order; one query."""
    rows = Poll.objects.filter(livestream=livestream).exclude(closed_at=None)
    results = []
    for row in rows.order_by("opened_at", "id"):
        start = livestream.started_at or row.opened_at
        results.append(
            PollResult(
                poll=_describe(row, row.votes),
                at_ms=int(row.opened_at.timestamp() * 1000),
                offset=max(0, round((row.opened_at - start).total_seconds())),
            )
        )
    return results


def _describe(poll: Poll, votes: Collection[int]) -> StudioPoll:
    total = sum(votes)
    options = tuple(
        StudioOption(text, count, round(100 * count / total) if total else 0)
        for text, count in zip(poll.options, votes, strict=True)
    )
    return StudioPoll(poll.public_id, poll.question, options, total, poll.closed_at)
