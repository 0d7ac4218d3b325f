"""Sentences of rules: stored as codes, said in each reader's language."""

import pytest
from django.utils import translation

from livestreams.media.faults import Fault
from livestreams.models import sayings
from livestreams.models.sayings import (
    TAKEN_OVER_BY,
    Saying,
    find_saying,
    keep,
    say,
    say_fault,
)

MOST_STORED = 200


def test_a_sentence_is_said_with_its_facts() -> None:
    stored = keep(Saying.FLOOD, count=12)
    assert "accounts" not in stored
    assert say(stored) == "12 accounts wrote the same within 20 seconds."
    reasons = (Saying.ONE_BLOCKED, Saying.NEW_ACCOUNT)
    assert say(keep(Saying.LOOK_REMOVED, reasons=reasons)) == (
        "Removed after a second look: a word that is not allowed, the account is new."
    )


def test_each_reader_hears_it_in_their_own_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = {
        "Released after a second look: %(reasons)s.": "Freigegeben: %(reasons)s.",
        "the account is new": "das Konto ist neu",
    }
    german = translation.trans_real.translation("de")  # type: ignore[attr-defined]
    monkeypatch.setattr(german, "gettext", lambda text: words.get(text, text))
    stored = keep(Saying.LOOK_RELEASED, reasons=[Saying.NEW_ACCOUNT])
    assert say(stored, language="de") == "Freigegeben: das Konto ist neu."
    assert say(stored) == "Released after a second look: the account is new."
    with translation.override("de"):
        assert say(stored) == "Freigegeben: das Konto ist neu."


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Threats",
        "100 % rude",
        "said:",
        "said:no_such_code",
        "said:flood#x",
        "%(a)s",
    ],
)
def test_what_a_person_typed_comes_back_as_it_is(typed: str) -> None:
    assert say(typed) == typed
    assert find_saying(typed) is None


def test_every_sentence_fits_its_column_and_can_be_said() -> None:
    for saying in Saying:
        stored = keep(saying, count=999_999, reasons=list(Saying)[:6])
        assert (
            len(keep(saying, count=999_999, reasons=list(Saying)[5:12])) <= MOST_STORED
        )
        assert "%(" not in say(stored)
    assert (
        say("said:flood?count=many") == "0 accounts wrote the same within 20 seconds."
    )


def test_the_name_in_a_fault_is_kept_in_every_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Fault.TAKEN_OVER_BY.sentence == TAKEN_OVER_BY
    told = Fault.TAKEN_OVER_BY.tell_of("Bo (100 %)")
    assert say_fault(told) == told == "Bo (100 %) took over the picture of this show."
    words = {
        Fault.TAKEN_OVER_BY.sentence: "Jetzt sendet %(name)s.",
        Fault.SHOW_OVER.sentence: "Vorbei.",
    }
    monkeypatch.setattr(sayings, "gettext", lambda text: words.get(text, text))
    assert say_fault(told) == "Jetzt sendet Bo (100 %)."
    assert say_fault(Fault.SHOW_OVER.sentence) == "Vorbei."
    assert say_fault("") == ""
