"""Public ids: random, readable, each letter as likely as the others."""

import itertools
import secrets

import pytest

from shopfront.common.ids import ALPHABET, LENGTH, new_public_id


def test_ids_are_long_random_and_of_the_alphabet() -> None:
    ids = {new_public_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {len(one) for one in ids} == {LENGTH}
    assert set("".join(ids)) == set(ALPHABET)


def test_every_letter_stands_for_as_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(256))

    def count(length: int) -> bytes:
        return bytes(itertools.islice(numbers, length))

    monkeypatch.setattr(secrets, "token_bytes", count)
    letters = "".join(new_public_id() for _ in range(256 // LENGTH))
    assert {letters.count(letter) for letter in ALPHABET} == {256 // len(ALPHABET)}
