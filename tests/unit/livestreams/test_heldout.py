"""The held-out lines are enough, labelled, and each is there once."""

from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "heldout"
LEAST = {"ordinary": 300, "complaint": 70, "quality": 30, "danger": 20, "remark": 60}


LEAST_OF_ROOMS = LEAST | {"ordinary": 600} | dict.fromkeys([*LEAST][1:], 2)


@pytest.mark.parametrize(("part", "wanted"), [("", LEAST), ("rooms", LEAST_OF_ROOMS)])
@pytest.mark.parametrize("language", ["en", "de", "fr", "it", "es"])
def test_held_out_lines_are_enough_labelled_and_single(
    language: str, part: str, wanted: dict[str, int]
) -> None:
    path = FOLDER / part / f"{language}.tsv"
    rows = [row.split("\t") for row in path.read_text("utf-8").splitlines()]
    assert all(len(row) == 2 and row[1].strip() == row[1] != "" for row in rows)
    counts = Counter(label for label, _ in rows)
    assert set(counts) == set(wanted)
    assert all(counts[label] >= least for label, least in wanted.items())
    texts = [text.casefold() for _, text in rows]
    assert len(set(texts)) == len(texts)
