"""The desk of payout runs: two persons, a file that is recorded, lines held."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.models import Brand
from creators.models import (
    Commission,
    Creator,
    LineHold,
    Payout,
    PayoutDetails,
    PayoutRun,
)
from creators.services.holds import hold_line
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
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


CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
 <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId></GrpHdr><Ntfctn><Id>1</Id><Ntry>
  <Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
  <Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls>
   <Refs><EndToEndId>{name}</EndToEndId></Refs>
   <Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
  </TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn>
</Document>"""


def send_file(client: Client, run: PayoutRun, content: bytes) -> str:
    """Hand in a file of the bank on a run's page; return the page that follows."""
    address = reverse("admin:creators_payoutrun_changelist")
    chosen = {"action": "answers", "_selected_action": run.pk}
    asked = client.post(address, chosen).text
    assert 'enctype="multipart/form-data"' in asked
    file = SimpleUploadedFile("camt.xml", content)
    facts = chosen | {"decided": "1", "file": file}
    return str(client.post(address, facts, follow=True).text)


def test_staff_hand_in_what_the_bank_answers(
    client: Client, stall: Stall, staff: User
) -> None:
    sell(stall)
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.creator)
        run = open_run(make_payout_rule(), DUE.date())
        claim_run(run)
    prepare_run(run, by=staff)
    release_run(run, by=make_user(is_staff=True))
    client.force_login(make_user(is_staff=True, is_superuser=True))
    payout = run.payouts.get()
    amount = f"{payout.amount_minor / 100:.2f}"
    facts = {"currency": payout.currency, "name": payout.public_id}
    wrong = CAMT.format(amount="0.01", **facts).encode()
    right = CAMT.format(amount=amount, **facts).encode()
    assert "cannot read this" in send_file(client, run, b"<no>")
    assert "Contradicts what is known: 1" in send_file(client, run, wrong)
    payout.refresh_from_db()
    assert payout.state == Payout.State.SENT
    assert "Applied: 1" in send_file(client, run, right)
    assert "Applied" not in send_file(client, run, right), "twice"
    payout.refresh_from_db()
    assert payout.state == Payout.State.CONFIRMED
    assert "required" in send_file(client, run, b""), "an empty file"


def test_the_desk_tells_whose_money_waits_and_why(
    client: Client, stall: Stall, staff: User
) -> None:
    sell(stall)
    client.force_login(staff)
    with time_machine.travel(DUE, tick=False):
        client.force_login(staff)
        run = open_run(make_payout_rule(minimum_minor=300), DUE.date())

        def why(owner: Creator | Brand) -> str:
            sheet = act(client, "payoutrun", "waiting", run).content.decode()
            rows = {row["public_id"]: row for row in csv.DictReader(io.StringIO(sheet))}
            return rows[owner.public_id]["why"] if owner.public_id in rows else ""

        assert (why(stall.creator), why(stall.brand)) == ("no_details", "no_details")
        details = make_payout_details(stall.creator)
        make_payout_details(stall.brand)
        assert (why(stall.creator), why(stall.brand)) == ("below_minimum", "")
        PayoutDetails.objects.filter(pk=details.pk).update(tax_number="")
        assert why(stall.creator) == "no_tax_data"
        PayoutDetails.objects.filter(pk=details.pk).update(
            tax_number="1234567890", usable_from=DUE + dt.timedelta(days=1)
        )
        assert why(stall.creator) == "details_wait"
        PayoutDetails.objects.filter(pk=details.pk).update(usable_from=DUE)
        hold_line(Commission.objects.get(), reason="Disputed.", by=staff)
        assert why(stall.creator) == "not_settled"
        Creator.objects.update(state=Creator.State.CLOSED)
        LineHold.objects.update(released_at=DUE)
        assert why(stall.creator) == ""


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
