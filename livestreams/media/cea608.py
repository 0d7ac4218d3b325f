"""Captions of line 21 decoded: byte pairs in, what the screen shows out.

ANSI/CTA-608-E (formerly EIA-608): pop-on, roll-up and paint-on captions of four
channels, CC1 and CC2 in the first field, CC3 and CC4 in the second. Text channels and
XDS are passed over; colours and slants are not kept.
"""

from collections.abc import Callable
from typing import TypeAlias

ROWS, COLUMNS = 15, 32
FIRST_ROWS = {
    0x10: (11, 11),
    0x11: (1, 2),
    0x12: (3, 4),
    0x13: (12, 13),
    0x14: (14, 15),
    0x15: (5, 6),
    0x16: (7, 8),
    0x17: (9, 10),
}
BASIC = {
    0x2A: "á",
    0x5C: "é",
    0x5E: "í",
    0x5F: "ó",
    0x60: "ú",
    0x7B: "ç",
    0x7C: "÷",
    0x7D: "Ñ",
    0x7E: "ñ",
    0x7F: "█",
}
SPECIAL = "®°½¿™¢£♪à èâêîôû"
EXTENDED = {
    0x12: "ÁÉÓÚÜü\u2018¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",
    0x13: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘",
}
Rows: TypeAlias = dict[int, list[str]]
Command: TypeAlias = Callable[["Screen"], None]


class Screen:
    """One caption channel: what is shown, what is prepared, and where one writes."""

    def __init__(self) -> None:
        self.shown: Rows = {}
        self.turn = 0
        """How often a new text was begun: one that only grows is the same."""
        self._hidden: Rows = {}
        self._is_popping = False
        self._depth = 0
        """Rows of roll-up; 0 in the other styles."""
        self._is_listening = False
        self._row, self._column = ROWS, 0

    @property
    def text(self) -> str:
        """What the screen shows, row by row, without what is blank."""
        rows = ("".join(row).strip() for _, row in sorted(self.shown.items()))
        return "\n".join(" ".join(row.split()) for row in rows if row)

    def write(self, letter: str) -> None:
        """Put a letter where the cursor stands; the last column is written over."""
        if not self._is_listening:
            return
        row = self._page.setdefault(self._row, [" "] * COLUMNS)
        row[self._column] = letter
        self._column = min(self._column + 1, COLUMNS - 1)

    def write_over(self, letter: str) -> None:
        """Put an extended letter in place of the simple one sent before it."""
        self.go_back()
        self.write(letter)

    def place(self, row: int, column: int) -> None:
        """Move the cursor; rolling rows move along with it."""
        if self._depth:
            row = max(row, self._depth)
            shift = row - self._row
            self.shown = {at + shift: text for at, text in self.shown.items()}
        self._row, self._column = row, column

    def indent(self, columns: int) -> None:
        """Move the cursor to the right."""
        self._column = min(self._column + columns, COLUMNS - 1)

    def start_pop_on(self) -> None:
        """Resume caption loading (RCL)."""
        self._is_listening, self._is_popping, self._depth = True, True, 0

    def start_paint_on(self) -> None:
        """Resume direct captioning (RDC)."""
        self._is_listening, self._is_popping, self._depth = True, False, 0

    def start_roll_up(self, depth: int) -> None:
        """Roll up captions (RU2, RU3, RU4); another style before is wiped."""
        if not self._depth:
            self.erase_shown()
            self.erase_hidden()
            self._row = ROWS
        self._is_listening, self._is_popping, self._depth = True, False, depth
        self._column = 0
        self._drop_rows()

    def start_text(self) -> None:
        """Text for another purpose follows (TR, RTD): nothing of it is shown."""
        self._is_listening = False

    def go_back(self) -> None:
        """Backspace (BS)."""
        if self._is_listening and self._column:
            self._column -= 1
            self._page.setdefault(self._row, [" "] * COLUMNS)[self._column] = " "

    def delete_rest(self) -> None:
        """Delete to the end of the row (DER)."""
        row = self._page.get(self._row)
        if self._is_listening and row is not None:
            row[self._column :] = [" "] * (COLUMNS - self._column)

    def erase_shown(self) -> None:
        """Erase displayed memory (EDM)."""
        self.turn += 1
        self.shown = {}

    def erase_hidden(self) -> None:
        """Erase non-displayed memory (ENM)."""
        self._hidden = {}

    def return_carriage(self) -> None:
        """Carriage return (CR): roll one row up."""
        if not self._depth:
            return
        self.turn += 1
        self.shown = {row - 1: letters for row, letters in self.shown.items()}
        self._column = 0
        self._drop_rows()

    def flip(self) -> None:
        """End of caption (EOC): what was prepared is shown."""
        self.start_pop_on()
        self.turn += 1
        self.shown, self._hidden = self._hidden, self.shown

    @property
    def _page(self) -> Rows:
        return self._hidden if self._is_popping else self.shown

    def _drop_rows(self) -> None:
        first = max(1, self._row - self._depth + 1)
        kept = range(first, self._row + 1)
        self.shown = {row: text for row, text in self.shown.items() if row in kept}


COMMANDS: dict[int, Command] = {
    0x20: Screen.start_pop_on,
    0x21: Screen.go_back,
    0x24: Screen.delete_rest,
    0x25: lambda screen: screen.start_roll_up(2),
    0x26: lambda screen: screen.start_roll_up(3),
    0x27: lambda screen: screen.start_roll_up(4),
    0x28: lambda screen: screen.write(" "),
    0x29: Screen.start_paint_on,
    0x2A: Screen.start_text,
    0x2B: Screen.start_text,
    0x2C: Screen.erase_shown,
    0x2D: Screen.return_carriage,
    0x2E: Screen.erase_hidden,
    0x2F: Screen.flip,
}


class Field:
    """One field of line 21: its two channels, its doubled codes, its XDS packets."""

    def __init__(self, *, has_xds: bool) -> None:
        self.screens = (Screen(), Screen())
        self._has_xds = has_xds
        self._current: int | None = None
        self._last_code: tuple[int, int] | None = None
        self._is_xds = False

    def feed(self, first: int, second: int) -> Screen | None:
        """Take a pair of bytes; return the screen that it was for, if any.

        A byte whose parity is wrong is lost, and a code with it.
        """
        is_first_right, is_second_right = _is_odd(first), _is_odd(second)
        first, second = first & 0x7F, second & 0x7F
        if not (first or second):
            return None
        if 0x10 <= first <= 0x1F and is_first_right:
            return self._take_code(first, second) if is_second_right else None
        self._last_code = None
        if first < 0x10 and is_first_right and first:
            self._is_xds = self._has_xds and first != 0x0F
            return None
        if self._is_xds or self._current is None:
            return None
        screen = self.screens[self._current]
        for byte, is_right in ((first, is_first_right), (second, is_second_right)):
            if is_right and byte >= 0x20:
                screen.write(BASIC.get(byte, chr(byte)))
        return screen

    def _take_code(self, first: int, second: int) -> Screen | None:
        """Obey a code; it is sent twice, and the second time says nothing new."""
        self._is_xds = False
        if self._last_code == (first, second):
            self._last_code = None
            return None
        self._last_code = (first, second)
        self._current = first >> 3 & 1
        screen = self.screens[self._current]
        _obey(screen, first & 0x17, second)
        return screen


def _obey(screen: Screen, first: int, second: int) -> None:
    if second >= 0x40:
        row = FIRST_ROWS[first][second >> 5 & 1]
        column = (second >> 1 & 7) * 4 if second & 0x10 else 0
        screen.place(row, column)
    elif first in {0x14, 0x15} and second in COMMANDS:
        COMMANDS[second](screen)
    elif first == 0x11 and second >= 0x30:
        screen.write(SPECIAL[second - 0x30])
    elif first == 0x11 and second >= 0x20:
        screen.write(" ")  # a change of colour takes a column
    elif first in EXTENDED and second >= 0x20:
        screen.write_over(EXTENDED[first][second - 0x20])
    elif first == 0x17 and 0x21 <= second <= 0x23:
        screen.indent(second - 0x20)


def _is_odd(byte: int) -> bool:
    return byte.bit_count() % 2 == 1
