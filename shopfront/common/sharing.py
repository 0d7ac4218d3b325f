"""What pages show to everybody alike: read and finished once within a moment.

A `KeptPage` holds the facts of a page and the parts of it that are finished from them.
A visitor's own facts stay outside: a part is finished without a request, and has gaps
that each visitor's page fills.
"""

import datetime as dt
import re
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from shopfront.common import clock

Read = TypeVar("Read")
Kept = tuple[dt.datetime, Any]

MOST_KEPT = 200
"""Addresses are made up by anybody, so what is kept has a bound."""

MOST_KINDS = 12
"""Of one page, so many kinds of visitors' parts are kept."""

LONGEST_WAIT = 1.0
"""Seconds that one waits for another who reads the same; then one reads oneself."""

_kept: dict[tuple[Hashable, ...], Kept] = {}
_reading = tuple(threading.Lock() for _ in range(64))
_MARK = f"gap{secrets.token_hex(12)}"
_GAP = re.compile(rf"{_MARK}(\w+)\.")


def read_shared(read: Callable[[], Read], *key: Hashable) -> Read:
    """Return what was read for a key in the last `SHARED_SECONDS`, else read it now.

    For what does not depend on who asks: no price, pin or stock may be older than
    a second. Each language has its own. Who gets it must not change it, nor read
    it within another such read: two ages would add up.
    """
    if not settings.SHARED_SECONDS:
        return read()
    name = (get_language(), *key)
    kept = _find_fresh(name)
    if kept is None:
        with _one_at_a_time(name):
            kept = _find_fresh(name) or _keep(name, read)
    found: Read = kept[1]
    return found


@dataclass(frozen=True, slots=True)
class Onlooker:
    """All that a kept part may depend on of who looks; it is `user` there."""

    is_authenticated: bool = False
    is_adult: bool = False
    is_under_18: bool = False

    @classmethod
    def of(cls, user: object) -> "Onlooker":
        """Return as what somebody looks, signed in or not."""
        return cls(*(bool(getattr(user, one.name, False)) for one in fields(cls)))


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part of a page."""

    pieces: tuple[str, ...]
    """Texts and the names of gaps in turn."""

    def fill(self, **own: object) -> SafeString:
        """Return the part with a visitor's own facts in its gaps.

        Raises:
            KeyError: a gap would be left.
        """
        pieces: list[str] = list(self.pieces)
        pieces[1::2] = [escape(own[name]) for name in pieces[1::2]]
        return mark_safe("".join(pieces))  # noqa: S308


class PersonalFact(Exception):
    """A template of a part that everybody gets asks for a person's own fact."""


class _Nobody:
    """Stands where a page has its request and its visitor."""

    def __getattr__(self, name: str) -> NoReturn:
        raise PersonalFact(name)


def finish(
    template: str, facts: Mapping[str, object], *, gaps: Sequence[str] = ()
) -> Part:
    """Finish a part of a page from facts alone: no request, nobody's own facts.

    Args:
        template: the part's; `user` is an `Onlooker` there, if anything.
        facts: all it may show.
        gaps: names that it shows and that `Part.fill` replaces.

    Raises:
        PersonalFact: the template asks who looks, and the facts do not say.
    """
    marks = {name: mark_safe(f"{_MARK}{name}.") for name in gaps}  # noqa: S308
    nobody = {"request": _Nobody(), "user": _Nobody()}
    html = render_to_string(template, {**nobody, **facts, **marks})
    return Part(tuple(_GAP.split(html)))


@dataclass(frozen=True, kw_only=True, eq=False)
class KeptPage:
    """Facts of a page that all see alike, and the parts finished from them.

    The parts live as long as the facts: neither is older than the moment of reading.
    """

    _parts: dict[Hashable, Part] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _finishing: threading.Lock = field(
        init=False, repr=False, compare=False, default_factory=threading.Lock
    )

    @property
    def facts(self) -> dict[str, object]:
        """The facts by name, as templates want them."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.init}

    def get_part(
        self, template: str, *, gaps: Sequence[str] = (), **kind: Hashable
    ) -> Part:
        """Return a part as all visitors of one kind see it, finished once.

        Args:
            template: see `finish`.
            gaps: see `finish`.
            kind: what tells these visitors from others; the template shows it.

        Raises:
            PersonalFact: see `finish`.
        """
        name = (template, *gaps, *kind.items())
        with self._finishing:
            if name not in self._parts:
                if len(self._parts) >= MOST_KINDS:
                    self._parts.clear()
                facts = {**self.facts, **kind}
                self._parts[name] = finish(template, facts, gaps=gaps)
            return self._parts[name]


def _find_fresh(name: tuple[Hashable, ...]) -> Kept | None:
    kept = _kept.get(name)
    return kept if kept is not None and _is_fresh(kept, clock.now()) else None


def _is_fresh(kept: Kept, now: dt.datetime) -> bool:
    seconds: float = settings.SHARED_SECONDS
    return 0 <= (now - kept[0]).total_seconds() < seconds


def _keep(name: tuple[Hashable, ...], read: Callable[[], Any]) -> Kept:
    now = clock.now()
    kept = (now, read())
    if len(_kept) >= MOST_KEPT:
        _make_room(now)
    _kept[name] = kept
    return kept


def _make_room(now: dt.datetime) -> None:
    """Drop what is too old to be shown; where nothing is, drop all."""
    for name, kept in list(_kept.items()):
        if not _is_fresh(kept, now):
            _kept.pop(name, None)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()


@contextmanager
def _one_at_a_time(name: tuple[Hashable, ...]) -> Iterator[None]:
    """Let one read while the others who want the same wait for it, but not for ever."""
    lock = _reading[hash(name) % len(_reading)]
    is_mine = lock.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        if is_mine:
            lock.release()
