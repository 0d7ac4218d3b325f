"""Two workers hear the same earlier price at once: one denial, one word to the host."""

import threading
from typing import Any

import pytest
from django.db import connection

from livestreams.models import DeniedClaim, Livestream, Pin
from livestreams.protocol.webvtt import Cue
from livestreams.services import price_claims
from livestreams.services.captions import add_cues
from livestreams.services.pins import place_pin
from shopfront.common import clock
from tests.factories import make_livestream, make_product, make_variant

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ONCE = next(
    rule
    for rule in DeniedClaim._meta.constraints
    if rule.name == "livestreams_deniedclaim_once"
)


@pytest.fixture
def pin() -> Pin:
    """Pin a product of £25 in a show on air, without its room's first event."""
    product = make_product()
    make_variant(product=product, price=2500)
    show = make_livestream(products=(product,), state=Livestream.State.LIVE)
    return place_pin(show, product, by=show.creator.user)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the pins that the room is told of, of all workers."""
    keys: list[int] = []
    tell = price_claims._tell

    def note(livestream: Livestream, pin: Pin) -> None:
        keys.append(pin.pk)
        tell(livestream, pin)

    monkeypatch.setattr(price_claims, "_tell", note)
    return keys


def say_at_once(show: Livestream) -> None:
    """Add the same claim to two tracks, each in a thread of its own."""
    now = int(clock.now().timestamp() * 1000)
    texts = {"en": "This was £59", "de": "Statt 59 Pfund"}
    together = threading.Barrier(len(texts))
    faults: list[Exception] = []

    def say(language: str) -> None:
        try:
            together.wait(timeout=30)
            add_cues(show, language, [Cue(now, now + 900, texts[language])])
        except Exception as error:  # noqa: BLE001
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=(one,)) for one in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not faults


def test_two_tracks_deny_a_price_once(pin: Pin, told: list[int]) -> None:
    say_at_once(pin.livestream)
    assert DeniedClaim.objects.get().said_minor == 5900
    assert told == [pin.pk]


def test_without_lock_and_constraint_it_is_denied_twice(
    pin: Pin, told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: looking first and writing then is not enough."""
    both, save = threading.Barrier(2), DeniedClaim.save

    def save_and_meet(claim: DeniedClaim, **facts: Any) -> None:
        save(claim, **facts)
        both.wait(timeout=30)

    monkeypatch.setattr(price_claims, "lock_pins", Pin.objects.in_bulk)
    monkeypatch.setattr(DeniedClaim, "save", save_and_meet)
    with connection.schema_editor() as editor:
        editor.execute(ONCE.remove_sql(DeniedClaim, editor))
    try:
        say_at_once(pin.livestream)
        assert DeniedClaim.objects.count() == 2
        assert told == [pin.pk] * 2
    finally:
        DeniedClaim.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.execute(ONCE.create_sql(DeniedClaim, editor))
