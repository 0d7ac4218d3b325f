"""Captions of line 21: styles, letters, doubled codes, bytes that lie."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from livestreams.media.cea608 import COLUMNS, ROWS, Field
from tests.captions_lab import (
    BS,
    CR,
    EDM,
    PADDING,
    RDC,
    RU3,
    TEXT,
    Pair,
    code,
    odd,
    pop_on,
    roll_up,
    row,
    words,
)


def shown(
    pairs: Iterable[Pair], *, field: Field | None = None, channel: int = 1
) -> str:
    field = field or Field(has_xds=False)
    for first, second in pairs:
        field.feed(first, second)
    return field.screens[channel - 1].text


def test_pop_on_captions_appear_whole_and_are_erased() -> None:
    field = Field(has_xds=False)
    caption = pop_on("Solid oak.")
    assert shown(caption[:-2], field=field) == ""
    assert shown(caption[-2:], field=field) == "Solid oak."
    assert shown(pop_on("Next"), field=field) == "Next"
    assert shown(code(EDM), field=field) == ""


def test_roll_up_keeps_as_many_rows_as_it_says() -> None:
    field = Field(has_xds=False)
    said = [shown(roll_up(text), field=field) for text in ("One", "Two", "Three")]
    assert said == ["One", "One\nTwo", "Two\nThree"]
    assert shown(roll_up("Four", depth=RU3), field=field) == "Two\nThree\nFour"
    assert shown(pop_on("Other style"), field=field) == "Other style"
    assert shown(roll_up("Anew"), field=field) == "Anew"


def test_rolling_rows_move_with_their_base() -> None:
    field = Field(has_xds=False)
    shown([*roll_up("One"), *roll_up("Two")], field=field)
    first_row = code(0x40, first=0x11)  # too high for two rows
    assert shown([*first_row, *words("!")], field=field) == "One\n!wo"
    assert sorted(field.screens[0].shown) == [1, 2]


def test_paint_on_writes_where_one_looks_and_goes_back() -> None:
    pairs = [*code(RDC), *row(14), *words("Up"), *row(15), *words("Downn")]
    assert shown([*pairs, *code(BS)]) == "Up\nDown"
    wiped = [*code(0x50, first=0x14), *code(0x24)]  # row 14, delete the rest
    assert shown([*pairs, *wiped]) == "Downn"


def test_letters_of_other_languages_take_the_place_of_plain_ones() -> None:
    oe = [*words("Moo"), *code(0x33, first=0x13), *words("bel")]
    special = [*code(0x37, first=0x11), *words(chr(0x2A)), *code(0x20, first=0x12)]
    assert shown([*code(RDC), *row(15), *oe, *special]) == "Moöbel♪Á"


def test_a_doubled_code_counts_once_and_two_of_them_twice() -> None:
    start = [*code(RDC), *row(15), *words("abcd")]
    assert shown([*start, *code(BS)]) == "abc"
    assert shown([*start, *code(BS), *code(BS)]) == "ab"
    assert shown([*start, code(BS)[0], PADDING, code(BS)[0]]) == "abc"


def test_tabs_indents_and_colours_take_columns() -> None:
    pairs = [*code(0x72, first=0x14), *code(0x22, first=0x17), *words("x")]
    field = Field(has_xds=False)
    assert shown([*code(RDC), *pairs], field=field) == "x"
    assert "".join(field.screens[0].shown[15]).index("x") == 6
    colour = code(0x28, first=0x11)
    assert shown([*colour, *words("red")], field=field) == "x red"


def test_channels_of_one_field_do_not_mix() -> None:
    field = Field(has_xds=False)
    shown([*pop_on("English"), *pop_on("Deutsch", channel=2)], field=field)
    assert [screen.text for screen in field.screens] == ["English", "Deutsch"]


def test_text_channels_and_programme_facts_are_passed_over() -> None:
    assert shown([*code(RDC), *code(TEXT), *words("Weather")]) == ""
    facts = [(odd(0x01), odd(0x03)), *words("Show"), (odd(0x0F), odd(0x1D))]
    pairs = [*code(RDC, first=0x15), *row(15)]
    field = Field(has_xds=True)
    assert shown([*pairs, *words("A"), *facts, *words("B")], field=field) == "AB"


def test_a_byte_of_wrong_parity_is_lost_alone() -> None:
    bad = odd(ord("x")) ^ 0x80
    pairs = [*code(RDC), *row(15), (odd(ord("a")), bad), (bad, odd(ord("b")))]
    assert shown(pairs) == "ab"
    first, second = code(EDM)[0]
    assert shown([*pairs, (first, second ^ 0x80)]) == "ab"


def test_a_row_never_grows_beyond_its_columns() -> None:
    text = shown([*code(RDC), *row(15), *words("x" * 40), *code(CR)])
    assert text == "x" * COLUMNS


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=300))
def test_garbage_never_breaks_a_screen_nor_makes_it_grow(pairs: list[Pair]) -> None:
    for has_xds in (False, True):
        field = Field(has_xds=has_xds)
        for first, second in pairs:
            field.feed(odd(first & 0x7F), odd(second & 0x7F))
        for screen in field.screens:
            assert len(screen.text) <= (COLUMNS + 1) * ROWS
            assert all(0 < at <= ROWS for at in screen.shown)
