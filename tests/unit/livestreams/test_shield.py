"""The shield's classes: learned from our own lines, told in all five languages."""

import functools
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from livestreams.services import classifier, classifier_lines
from livestreams.services import classifier_training as training
from livestreams.services.classifier import (
    HOME,
    KINDS,
    LANGUAGES,
    Model,
    choose_language,
    load_model,
    split,
)
from livestreams.services.classifier_figures import (
    FAMILY,
    ROOMS,
    Figures,
    HeldLine,
    measure_language,
    reject_near_copies,
    write_rooms_table,
    write_table,
)
from livestreams.services.classifier_lines import Line, list_lines
from livestreams.services.languages import load_identifier, recognise
from livestreams.services.shield import warm, weigh

HELD_OUT = Path(__file__).resolve().parents[2] / "heldout"


def test_the_weights_are_those_that_these_lines_and_this_code_give() -> None:
    kept = orjson.loads((HOME / "weights.json").read_bytes())
    assert kept["learned_from"] == training.digest_inputs(), "run train_shield"


def test_every_process_learns_the_same_weights() -> None:
    running = [_learn_elsewhere(hash_seed) for hash_seed in ("1", "2")]
    told = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert len(told[0].split()) > 100
    assert told[0] == told[1]


def test_a_trait_of_two_phrases_alone_is_not_learned() -> None:
    texts = ("odd parcel", "odd dress", "odd even", "parcel", "even", "parcel")
    lines = [
        Line("en", KINDS[place % 2], text, place, 1.0)
        for place, text in enumerate(texts)
    ]
    weights = training.train(lines, rounds=1).weights
    assert {"odd", "parcel", "n:1", "n:2"} <= set(weights)
    assert not {"dress", "even"} & set(weights)


def test_a_lines_length_is_told_in_steps_and_up_to_a_bound() -> None:
    names = [classifier._name_length(count) for count in range(30)]
    assert names[:8] == [f"n:{count}" for count in range(8)]
    assert list(dict.fromkeys(names[8:])) == ["n:8", "n:11", "n:14", "n:17", "n:20"]


def test_a_third_of_the_ways_never_sees_evenings() -> None:
    texts = ("odd parcel", "odd dress", "odd lamp", "red lamp", "red dress", "red")
    lines = [
        Line("en", KINDS[place % 2], text, place, 1.0, "red" in text)
        for place, text in enumerate(texts)
    ]
    bare = [line for line in lines if not line.is_evening]
    weights = training.train(lines).weights
    whole = training.train([replace(line, is_evening=False) for line in lines]).weights
    assert 0 < abs(weights["red"][0]) < abs(whole["red"][0])
    assert "red" not in training.train(bare).weights


def test_bars_do_not_know_what_the_weighed_phrase_is_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known: list[set[str]] = []
    go_down = training._go_down

    def spy(table: training._Table, some: training.Numbers, rounds: int) -> Model:
        model = go_down(table, some, rounds)
        known.append(set(model.weights))
        return model

    monkeypatch.setattr(training, "_go_down", spy)
    monkeypatch.setattr(training, "LANGUAGES", ("en",))
    monkeypatch.setattr(training, "LEAST_SEEN", 2)
    texts = ("odd parcel", "odd dress", "red lamp", "red dress")
    training.learn(
        [
            Line("en", KINDS[place % 2], text, place, 1.0)
            for place, text in enumerate(texts)
        ],
        rounds=1,
    )
    assert ["odd" in traits for traits in known] == [False, False, True, True]
    assert ["red" in traits for traits in known] == [False, True, False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_lines_of_its_own_for_every_kind(language: str) -> None:
    counts = Counter(line.kind for line in list_lines([language]))
    assert set(counts) == set(KINDS)
    assert counts["ordinary"] >= 500
    assert sum(counts[kind] for kind in FAMILY) >= 300
    assert counts["remark"] >= 200


@pytest.mark.parametrize(
    ("language", "kind", "text"),
    [
        ("en", "complaint", "Where is my parcel? I paid three weeks ago"),
        ("en", "quality", "mine fell apart after one wash"),
        ("en", "danger", "the charger caught fire last night"),
        ("en", "remark", "you look so fat in that dress"),
        ("en", "ordinary", "Does it come in green?"),
        ("en", "ordinary", "my parcel came today, thank you so much"),
        ("de", "complaint", "Wo bleibt mein Paket? Ich warte seit drei Wochen"),
        ("de", "danger", "bei mir hat das Ladegerät Feuer gefangen"),
        ("de", "remark", "du hast aber zugenommen"),
        ("de", "ordinary", "Gibt es die Lampe auch in Blau?"),
        ("fr", "complaint", "où est mon colis, j'attends depuis trois semaines"),
        ("fr", "danger", "le chargeur a pris feu chez moi"),
        ("fr", "remark", "tu as grossi non ?"),
        ("fr", "ordinary", "elle existe en bleu ?"),
        ("it", "complaint", "dov'è il mio pacco, aspetto da tre settimane"),
        ("it", "danger", "il caricatore ha preso fuoco"),
        ("it", "remark", "sei ingrassata tanto"),
        ("it", "ordinary", "c'è anche in blu?"),
        ("es", "complaint", "dónde está mi paquete, llevo tres semanas esperando"),
        ("es", "danger", "el cargador se prendió fuego en casa"),
        ("es", "remark", "has engordado mucho"),
        ("es", "ordinary", "la hay en azul?"),
    ],
)
def test_plain_lines_are_told_for_what_they_are(
    language: str, kind: str, text: str
) -> None:
    assert weigh(text, language).kind == kind


def test_everything_that_a_phrase_offers_comes_up_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "training" / "en"
    folder.mkdir(parents=True)
    for kind in KINDS:
        (folder / f"{kind}.txt").write_text("", encoding="utf-8")
    (folder / "slots.txt").write_text("goods: mug|lamp\n", encoding="utf-8")
    phrase = "[a|b|c|d|e|f|g|] my {goods} [broke|leaks]\n"
    (folder / "quality.txt").write_text(phrase, encoding="utf-8")
    (folder / "danger-more.txt").write_text("it [smokes|sparks]\n", encoding="utf-8")
    monkeypatch.setattr(classifier_lines, "HOME", tmp_path)
    lines = list_lines(["en"])
    words = {word for line in lines for word in line.text.split()}
    assert words >= {*"abcdefg", "my", "broke", "leaks", "smokes", "sparks"}
    assert {line.kind for line in lines} == {"quality", "danger"}
    assert not any(sign in line.text for line in lines for sign in "[]|{}")


def test_how_sure_an_alarm_must_be_is_set_for_every_language() -> None:
    bars = load_model().alarm_from
    assert set(bars) == set(LANGUAGES)
    assert all(0 < bar <= 1 for pair in bars.values() for bar in pair)
    assert choose_language("de-AT") == "de"
    assert choose_language("xx") == "en"


def test_no_more_ordinary_lines_than_wanted_are_over_the_bar() -> None:
    sureness = [1 - (1 - number / 1000) ** 0.5 for number in range(1000)]
    measured = [
        (Line("en", KINDS[0], "", place, 1.0), (1 - sure, sure, 0.0, 0.0, 0.0))
        for place, sure in enumerate(sureness)
    ]
    family, remark, danger = training.set_alarms(measured)
    over = sum(sure >= family for sure in sureness)
    assert 0 < over <= training.FALSE_ALARMS[0] * len(measured)
    assert remark == danger < family


def test_a_line_in_another_language_than_the_show_is_understood() -> None:
    assert weigh("Wo bleibt mein Paket? Ich warte seit Wochen", "en").kind in FAMILY
    assert weigh("where is my parcel, still not here", "de").kind in FAMILY


@pytest.mark.parametrize("text", ["", "?", "😂😂😂", "…", "12", "\u202eabc", "a" * 300])
def test_strange_lines_are_ordinary(text: str) -> None:
    assert weigh(text, "xx").is_ordinary


def test_case_accents_numbers_and_stretching_do_not_matter() -> None:
    assert split("WHEEEERE is Größe 42?") == split("wheere is grosse 7?")


def test_enough_held_out_lines_are_no_copies_of_training_lines() -> None:
    for language in LANGUAGES:
        assert sum(measured(language).counts.values()) >= 300
        assert measured(language, ROOMS).counts["ordinary"] >= 300


def test_a_near_copy_is_rejected() -> None:
    near = HeldLine("en", "complaint", "where is my parcel its been two weeks!")
    far = HeldLine("en", "ordinary", "is the big one still there")
    learned = ["hello", "where is my parcel its been two weeks"]
    assert reject_near_copies([near, far], learned) == [far]


def test_the_figures_in_the_repository_are_those_of_these_weights() -> None:
    kept = (HOME / "FIGURES.md").read_text(encoding="utf-8")
    table = write_table([measured(language) for language in LANGUAGES])
    rooms = [measured(language, ROOMS) for language in LANGUAGES]
    assert f"\n{table}\n" in kept, "run train_shield"
    assert kept.endswith(f"\n{write_rooms_table(rooms)}\n"), "run train_shield"


def test_a_word_said_again_weighs_as_it_did_the_first_time() -> None:
    text = "where is my parcel, still no parcel"
    fresh = replace(load_model(), _known={})
    first = fresh.measure(text, "en")
    assert fresh.measure(text, "en") == first


def test_a_full_memory_of_words_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "MOST_KNOWN", 2)
    known: dict[str, int] = {}
    for value, word in enumerate("abc"):
        classifier.remember(known, word, value)
    assert known == {"c": 2}


def _learn_elsewhere(hash_seed: str) -> subprocess.Popen[str]:
    """Start a process that learns a few lines and prints the weights exactly."""
    code = (
        "from livestreams.services import classifier_training as training\n"
        "from livestreams.services.classifier_lines import list_lines\n"
        "lines = list_lines(['en'])[::40]\n"
        "model = training.train(lines, rounds=2)\n"
        "print(model.bias)\n"
        "for line in lines[::9]:\n"
        "    print([x.hex() for x in model.measure(line.text, 'en')])\n"
        "for trait, row in model.weights.items():\n"
        "    print(trait, row)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[3],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


@functools.cache
def measured(language: str, part: str = "") -> Figures:
    return measure_language(HELD_OUT / part, language)


def test_the_first_line_of_a_process_waits_for_nothing_once_warm() -> None:
    loads = (load_model, load_identifier)
    for load in loads:
        load.cache_clear()
    warm()
    weigh("Does the blue one come in small?", "en")
    recognise("Kommt der blaue auch in klein?")
    assert [load.cache_info().misses for load in (load_model, load_identifier)] == [
        1,
        1,
    ]


def test_a_web_process_is_warm_before_it_serves() -> None:
    code = """
import shopfront.asgi
from livestreams.services.classifier import load_model
from livestreams.services.languages import load_identifier
print(load_model.cache_info().currsize + load_identifier.cache_info().currsize)
"""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "2", done.stderr[-500:]
