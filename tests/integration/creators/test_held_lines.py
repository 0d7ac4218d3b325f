"""Due process: a held line is told, appealed, and decided by somebody else in time."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from creators.errors import AppealSamePerson, LineHeldBefore, LineNotHeld
from creators.models import LineHold
from creators.services.holds import (
    appeal_hold,
    hold_line,
    lapse_holds,
    release_hold,
    uphold,
)
from shopfront.common import clock
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import make_creator, make_user
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_payout_desk import act
from tests.integration.creators.test_payouts import sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold(stall: Stall, staff: User) -> LineHold:
    """Hold the only line."""
    staff.display_name = "Noor"
    staff.save()
    return hold_line(sell(stall), reason="The parcel is disputed.", by=staff)


def test_a_creator_reads_why_a_line_waits_and_appeals_once(
    client: Client, stall: Stall, hold: LineHold
) -> None:
    relay()
    (letter,) = mail.outbox
    assert letter.to == [stall.creator.user.email]
    assert "Noor holds one line" in letter.body
    assert "The parcel is disputed." in letter.body
    client.force_login(stall.creator.user)
    page = reverse("creators:held-line", args=[hold.public_id])
    assert page in client.get(reverse("creators:earnings")).text
    shown = client.get(page).text
    assert "The parcel is disputed." in shown
    assert "Noor" in shown
    assert client.post(page, {"text": " "}).status_code == 200
    assert client.post(page, {"text": "It arrived."}).status_code == 302
    assert client.post(page, {"text": "Again."}).status_code == 409
    hold.refresh_from_db()
    assert hold.appeal == "It arrived."
    assert "Somebody else than the person above decides" in client.get(page).text
    client.force_login(make_creator().user)
    assert client.get(page).status_code == 404
    assert client.post(page, {"text": "Not mine."}).status_code == 404


def test_another_person_decides_the_appeal_on_the_desk(
    client: Client, stall: Stall, staff: User, hold: LineHold
) -> None:
    with pytest.raises(LineNotHeld):
        uphold(hold, by=make_user(), reason="Nothing to decide.")
    appeal_hold(hold, by=stall.creator, text="It arrived.")
    with pytest.raises(AppealSamePerson):
        uphold(hold, by=staff, reason="No.")
    client.force_login(staff)
    act(client, "linehold", "uphold", hold)
    hold.refresh_from_db()
    assert hold.decided_at is None
    other = make_user(is_staff=True, is_superuser=True)
    client.force_login(other)
    act(client, "linehold", "uphold", hold)
    hold.refresh_from_db()
    assert (hold.decided_by, hold.is_open) == (other, True)
    with pytest.raises(LineNotHeld):
        uphold(hold, by=other, reason="Twice.")
    release_hold(hold, by=other, reason="The carrier found it.")
    relay()
    told = [letter.body for letter in mail.outbox]
    assert any("The line is free" in body for body in told)


def test_an_appeal_that_nobody_decides_in_time_frees_the_line_for_good(
    stall: Stall, staff: User, hold: LineHold
) -> None:
    appeal_hold(hold, by=stall.creator, text="It arrived.")
    with time_machine.travel(clock.now() + dt.timedelta(days=7), tick=False):
        assert lapse_holds() == 1
        assert lapse_holds() == 0
        relay()
    assert any("decided for you" in letter.body for letter in mail.outbox)
    with pytest.raises(LineHeldBefore):
        hold_line(hold.commission, reason="Once more.", by=staff)
