"""Who may write in a room and how often: changed by its hosts, held for all (C3)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from livestreams.errors.rules import (
    AccountTooNew,
    BuyersOnly,
    FollowersOnly,
    RulesUnknown,
    SlowMode,
)
from livestreams.models import ChatMessage, ChatTurn, Livestream, RoomRules
from livestreams.selectors import rules as rule_reads
from livestreams.selectors.rules import find_gap, find_rules
from livestreams.services import room
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

TAKE_TURNS = """
INSERT INTO livestreams_chatturn AS turn (livestream_id, user_id, spoke_at, gap_seconds)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[])
ON CONFLICT (livestream_id, user_id) DO UPDATE
SET spoke_at = EXCLUDED.spoke_at, gap_seconds = EXCLUDED.gap_seconds
WHERE turn.spoke_at + EXCLUDED.gap_seconds * interval '1 second' <= EXCLUDED.spoke_at
RETURNING livestream_id, user_id
"""
Turn = tuple[int, int]


def change_rules(
    livestream: Livestream,
    *,
    by: User,
    slow_seconds: int = 0,
    account_minutes: int = 0,
    is_followers_only: bool = False,
    is_buyers_only: bool = False,
) -> RoomRules:
    """Set who may write in a room and how often, and tell everybody there.

    Raises:
        RulesUnknown: a number is not among the choices.

    Locks: the livestream's row. Safe to repeat: yes; the same rules are told once.
    """
    choices = {
        "slow_seconds": slow_seconds,
        "account_minutes": account_minutes,
        "is_followers_only": is_followers_only,
        "is_buyers_only": is_buyers_only,
    }
    if (
        slow_seconds not in RoomRules.Slow.values
        or account_minutes not in RoomRules.Age.values
    ):
        raise RulesUnknown
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        rules = find_rules(show)
        if all(getattr(rules, name) == value for name, value in choices.items()):
            return rules
        for name, value in choices.items():
            setattr(rules, name, value)
        rules.changed_by, rules.changed_at = by, clock.now()
        rules.seq = room.append_events(show, [rule_reads.describe_rules(rules)])
        rules.save()
        audit.record(
            "livestreams.change_rules",
            actor=by,
            subject_kind="livestream",
            subject_ref=show.public_id,
            facts=choices,
        )
    return rules


class Door:
    """Whom the rules of some rooms let write; queries only for rules that are on."""

    def __init__(self, shows: Iterable[Livestream], users: Iterable[User]) -> None:
        people = [user.pk for user in users]
        self._followers: dict[int, set[int]] = {}
        self._buyers: dict[int, set[int]] = {}
        for show in shows:
            rules, creator = find_rules(show), show.creator
            if rules.is_followers_only and creator.pk not in self._followers:
                found = rule_reads.list_followers(creator, people)
                self._followers[creator.pk] = found
            if rules.is_buyers_only and creator.pk not in self._buyers:
                self._buyers[creator.pk] = rule_reads.list_buyers(creator, people)

    def check(self, show: Livestream, author: User) -> None:
        """Let a person write, or say why not.

        Raises:
            AccountTooNew: with the seconds until the account is old enough.
            FollowersOnly: the person does not follow the host.
            BuyersOnly: the person bought nothing that the host sells.
        """
        rules = find_rules(show)
        _check_age(rules, author)
        host = show.creator_id
        if rules.is_followers_only and author.pk not in self._followers[host]:
            raise FollowersOnly
        if rules.is_buyers_only and author.pk not in self._buyers[host]:
            raise BuyersOnly


def take_turns(rows: Mapping[int, ChatMessage]) -> dict[int, SlowMode]:
    """Take the turns of messages, by their place in a batch, in the open transaction.

    One conditional statement decides, so a person who writes from two tabs or
    processes at one instant has one turn. Answers the refusals by place.

    Locks: the turns of these people, in key order.
    """
    turns = {
        place: (row.livestream_id, row.author_id)
        for place, row in rows.items()
        if find_gap(row.livestream)
    }
    firsts: dict[Turn, ChatMessage] = {}
    for place, turn in turns.items():
        firsts.setdefault(turn, rows[place])
    if not firsts:
        return {}
    taken = _take(firsts)
    late = {
        place: turn
        for place, turn in turns.items()
        if turn not in taken or firsts[turn] is not rows[place]
    }
    waits = _read_waits(set(late.values()), firsts) if late else {}
    return {
        place: SlowMode(extra={"retry_after": waits[turn]})
        for place, turn in late.items()
    }


def _take(firsts: dict[Turn, ChatMessage]) -> set[Turn]:
    turns = sorted(firsts)
    values: list[Any] = [
        [show for show, _user in turns],
        [user for _show, user in turns],
        [firsts[turn].at for turn in turns],
        [find_gap(firsts[turn].livestream) for turn in turns],
    ]
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURNS, values)
        return {(show, user) for show, user in cursor.fetchall()}


def _read_waits(turns: set[Turn], firsts: dict[Turn, ChatMessage]) -> dict[Turn, float]:
    """Return the seconds until each of these people may write again."""
    rows = ChatTurn.objects.filter(
        livestream__in={show for show, _user in turns},
        user__in={user for _show, user in turns},
    )
    now = clock.now()
    waits = {}
    for show, user, spoke_at in rows.values_list("livestream", "user", "spoke_at"):
        if (show, user) in turns:
            gap = find_gap(firsts[show, user].livestream)
            free_at = spoke_at + dt.timedelta(seconds=gap)
            waits[show, user] = max(0.1, round((free_at - now).total_seconds(), 1))
    return waits


def _check_age(rules: RoomRules, author: User) -> None:
    if not rules.account_minutes:
        return
    old_enough = author.date_joined + dt.timedelta(minutes=rules.account_minutes)
    left = (old_enough - clock.now()).total_seconds()
    if left > 0:
        said = _("The host asks new accounts to read first. You may write in %(time)s.")
        raise AccountTooNew(
            said % {"time": _say_time(left)}, extra={"retry_after": round(left, 1)}
        )


def _say_time(seconds: float) -> str:
    """Return a stretch of time in words, rounded up."""
    minutes = -int(-seconds // 60)
    hours, days = -(-minutes // 60), -(-minutes // 1440)
    if minutes <= 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if hours <= 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
