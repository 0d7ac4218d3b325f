"""Public ids: random, readable, each letter as likely as the others."""

import itertools
import secrets

import pytest

from shopfront.common.ids import ALPHABET, LENGTH, new_public_id, new_public_ids


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


def test_many_ids_at_once_are_as_good_as_one_by_one() -> None:
    ids = new_public_ids(1_000)
    assert len(set(ids)) == 1_000
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in ids)
    assert new_public_ids(0) == []
