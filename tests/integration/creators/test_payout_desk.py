"""The desk of payout runs: two persons, a file that is recorded, lines held."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import LineHold, PayoutRun
from creators.services.payouts import claim_run, open_run
from shopfront.models import Audit, User
from tests.factories import make_payout_details, make_payout_rule, make_user
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_payouts import DUE, sell

pytestmark = pytest.mark.django_db


def act(client: Client, model: str, action: str, row: Any) -> Any:
    address = reverse(f"admin:creators_{model}_changelist")
    answers = {"decided": "1", "reason": "Checked."}
    chosen = {"action": action, "_selected_action": row.pk}
    return client.post(address, chosen | answers)


def test_one_prepares_another_releases_and_the_download_is_recorded(
    client: Client, stall: Stall, staff: User
) -> None:
    sell(stall)
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.creator)
        run = open_run(make_payout_rule(), DUE.date())
        claim_run(run)
    client.force_login(staff)
    act(client, "payoutrun", "prepare", run)
    act(client, "payoutrun", "release", run)
    run.refresh_from_db()
    assert run.state == PayoutRun.State.PREPARED
    assert act(client, "payoutrun", "download", run).status_code == 302
    client.force_login(make_user(is_staff=True, is_superuser=True))
    act(client, "payoutrun", "release", run)
    run.refresh_from_db()
    assert run.state == PayoutRun.State.RELEASED
    file = act(client, "payoutrun", "download", run)
    assert b"2.50" in file.content
    assert "no-store" in file["Cache-Control"]
    assert Audit.objects.filter(action="creators.download_payouts").count() == 1
    page = reverse("admin:creators_payoutrun_change", args=[run.pk])
    assert client.get(page).status_code == 200


def test_staff_hold_one_line_and_release_it(
    client: Client, stall: Stall, staff: User
) -> None:
    line = sell(stall)
    client.force_login(staff)
    act(client, "commission", "hold", line)
    hold = LineHold.objects.get()
    assert (hold.held_by, hold.reason) == (staff, "Checked.")
    act(client, "linehold", "release", hold)
    hold.refresh_from_db()
    assert hold.released_by == staff
