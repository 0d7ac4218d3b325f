"""Polls: one open in a show, one vote per account, the result kept (C2)."""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction

from livestreams.errors import ShowNotOnAir
from livestreams.errors.asking import (
    ChoiceUnknown,
    PollAlreadyOpen,
    PollIncomplete,
    PollOver,
)
from livestreams.models import Livestream, Poll, PollVote
from livestreams.protocol.asking import PollCounted
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Event
from livestreams.selectors import polls as poll_reads
from livestreams.services import room
from shopfront.common import clock
from shopfront.models import User

FEWEST, MOST = 2, 5
MOST_QUESTION, MOST_OPTION = 140, 60

CAST_VOTE = """
INSERT INTO livestreams_pollvote AS vote (poll_id, user_id, choice, version, voted_at)
SELECT id, %s, %s, 1, %s FROM livestreams_poll
WHERE id = %s AND closed_at IS NULL FOR KEY SHARE
ON CONFLICT (poll_id, user_id) DO UPDATE SET choice = EXCLUDED.choice,
version = vote.version + (vote.choice <> EXCLUDED.choice)::int,
voted_at = EXCLUDED.voted_at
RETURNING version
"""


def open_poll(
    livestream: Livestream, *, question: str, options: Sequence[str], by: User
) -> Poll:
    """Ask the room to choose; blank options are left out.

    Raises:
        PollIncomplete: not a question with two to five different options.
        ShowNotOnAir: the show is not live or paused.
        PollAlreadyOpen: another one is open; the table holds that for every race.
    """
    asked = question.strip()
    chosen = [text.strip() for text in options if text.strip()]
    longest = max(map(len, chosen), default=0)
    is_long = len(asked) > MOST_QUESTION or longest > MOST_OPTION
    is_distinct = len({one.casefold() for one in chosen}) == len(chosen)
    if not asked or is_long or not is_distinct or not FEWEST <= len(chosen) <= MOST:
        raise PollIncomplete
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if not show.is_on_air:
            raise ShowNotOnAir
        poll = _insert(show, asked, chosen, by)
        poll.seq = room.append_events(show, [poll_reads.describe_opened(poll)])
        poll.save(update_fields=["seq"])
    return poll


def cast_vote(poll: Poll, user: User, choice: int) -> None:
    """Vote, or change one's vote while the poll is open.

    Raises:
        ChoiceUnknown: the poll has no such option.
        PollOver: it was closed first.

    Safe to repeat: yes; the same vote counts once. The poll's key is shared, so a
    vote is either in the kept result or refused.
    """
    if not 0 <= choice < len(poll.options):
        raise ChoiceUnknown
    with connection.cursor() as cursor:
        cursor.execute(CAST_VOTE, [user.pk, choice, clock.now(), poll.pk])
        if cursor.fetchone() is None:
            raise PollOver


def close_poll(poll: Poll) -> Poll:
    """Close a poll and keep its result. Safe to repeat: yes.

    Locks: the poll's row against votes on their way, then the room's sequence row.
    """
    with transaction.atomic():
        row = Poll.objects.select_for_update().get(pk=poll.pk)
        if row.closed_at is None:
            last = _close(row)
            room.append_events(row.livestream, [poll_reads.describe_closed(row)])
            room.announce(row.livestream, [last])
    return row


def close_open(livestream: Livestream) -> tuple[list[Event], list[Envelope]]:
    """Close a show's open poll, if any, in the open transaction.

    Returns what says so, and the last counts, which are told after it.

    Locks: as `close_poll`.
    """
    rows = list(
        Poll.objects.select_for_update().filter(livestream=livestream, closed_at=None)
    )
    counts = [_close(row) for row in rows]
    return [poll_reads.describe_closed(row) for row in rows], counts


def erase_votes(user: User) -> int:
    """Cut the tie between a person and their votes; return how many went at once.

    The kept result of a poll that is over still counts them. A vote in an open poll
    goes when that closes, or its voter could vote twice.

    Locks: the open polls of these votes in key order. Safe to repeat: yes.
    """
    own = PollVote.objects.filter(user=user)
    with transaction.atomic():
        voted = Poll.objects.filter(closed_at=None, ballots__in=own)
        locked = voted.select_for_update(no_key=True, of=("self",)).order_by("pk")
        running = [poll.pk for poll in locked]
        asked = own.filter(poll__in=running, erasure_asked_at=None)
        asked.update(erasure_asked_at=clock.now())
        over = own.filter(poll__closed_at__isnull=False).exclude(poll__in=running)
        return over.delete()[0]


def _close(row: Poll) -> Envelope:
    """Keep the result of a locked poll and return its last count.

    Votes whose voters asked for their erasure are in it, and go.
    """
    counted = poll_reads.count_votes([row])[row.pk]
    row.closed_at, row.votes = clock.now(), list(counted.votes)
    row.save(update_fields=["closed_at", "votes"])
    PollVote.objects.filter(poll=row, erasure_asked_at__isnull=False).delete()
    return seal(
        PollCounted(
            id=counted.id, votes=counted.votes, version=counted.version, is_final=True
        )
    )


def _insert(
    livestream: Livestream, question: str, options: list[str], by: User
) -> Poll:
    try:
        with transaction.atomic():
            return Poll.objects.create(
                livestream=livestream,
                question=question,
                options=options,
                opened_by=by,
                opened_at=clock.now(),
            )
    except IntegrityError as error:
        raise PollAlreadyOpen from error
