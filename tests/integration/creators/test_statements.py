"""Statements: a script that knows only the rule and the CSV finds the same total."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from creators.models import Payout
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from livestreams.media.bundling import BUNDLE
from livestreams.services.takealong import ask_for_take_along, make_take_along
from shopfront.models import User
from tests.factories import make_creator, make_payout_details, make_payout_rule
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_payouts import DUE, sell

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[2] / "recompute_statement.py"


def recompute(file: Path, script: Path = SCRIPT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", str(script), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read_paper(content: bytes) -> str:
    """Return the words of a PDF, each line break as a blank."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def payout(stall: Stall) -> Payout:
    """Pay three lines of which one was refunded in part."""
    lines = [sell(stall) for _ in range(3)]
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.creator)
        reverse_line(lines[0].line_ref, refund_ref="r1", amount_minor=1000)
        claim_run(open_run(make_payout_rule(), DUE.date()))
    return Payout.objects.get()


def test_the_script_recomputes_the_statement_to_the_penny(
    client: Client, stall: Stall, payout: Payout, tmp_path: Path
) -> None:
    client.force_login(stall.creator.user)
    response = client.get(reverse("creators:statement-file", args=[payout.public_id]))
    file = tmp_path / "statement.csv"
    file.write_bytes(response.getvalue())
    assert recompute(file).stdout.strip() == str(payout.amount_minor) == "667"
    file.write_text(file.read_text().replace(",250,83,0,167,", ",250,83,0,168,"))
    assert "should pay 167" in recompute(file).stderr
    assert len(SCRIPT.read_text().splitlines()) <= 50


def test_what_a_creator_takes_along_recomputes_too(
    stall: Stall, payout: Payout, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    row = ask_for_take_along(stall.creator, by=stall.creator.user)
    make_take_along(row.pk)
    with zipfile.ZipFile(tmp_path / row.public_id / BUNDLE) as bundle:
        paper, table = sorted(
            (one for one in bundle.namelist() if one.startswith("statements/")),
            reverse=True,
        )
        assert bundle.read(paper).startswith(b"%PDF")
        bundle.extract(table, tmp_path)
        assert len(bundle.read("commissions.csv").splitlines()) == 4
    assert recompute(tmp_path / table).stdout.strip() == "667"


def test_its_creator_reads_a_statement_and_nobody_else(
    client: Client, stall: Stall, payout: Payout
) -> None:
    page = reverse("creators:statement", args=[payout.public_id])
    client.force_login(stall.creator.user)
    assert payout.public_id in client.get(reverse("creators:statement-list")).text
    shown = client.get(page).text
    assert "£6.67" in shown
    assert "\u2212£0.83" in shown  # what the refund took back of the first line
    assert f"Rule: {payout.run.rule.version}" in shown
    assert "Base times rate" in shown
    assert "paid whole" not in shown
    client.force_login(make_creator().user)
    for name in ("statement", "statement-file"):
        address = reverse(f"creators:{name}", args=[payout.public_id])
        assert client.get(address).status_code == 404
    assert "No statements yet" in client.get(reverse("creators:statement-list")).text


def test_a_brands_statement_is_given_at_the_desk_and_recomputed_too(
    client: Client, stall: Stall, staff: User, tmp_path: Path
) -> None:
    sold = sell(stall)
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.brand)
        reverse_line(sold.line_ref, refund_ref="r1", amount_minor=1000)
        claim_run(open_run(make_payout_rule(), DUE.date()))
    payout = Payout.objects.get()
    client.force_login(staff)
    page = reverse("admin:creators_payout_changelist")
    chosen = {"_selected_action": payout.pk}
    sheet = client.post(page, chosen | {"action": "statement_sheet"})
    file = tmp_path / "brand.csv"
    file.write_bytes(sheet.content)
    script = SCRIPT.with_name("recompute_brand_statement.py")
    said = recompute(file, script)
    assert (said.stdout.strip(), said.stderr) == (str(payout.amount_minor), "")
    file.write_text(file.read_text().replace(",200,", ",201,", 1))
    assert "should come to" in recompute(file, script).stderr
    paper = client.post(page, chosen | {"action": "statement_paper"})
    assert paper.content.startswith(b"%PDF")


def test_a_statement_is_a_paper_too(
    client: Client, stall: Stall, payout: Payout
) -> None:
    client.force_login(stall.creator.user)
    page = reverse("creators:statement-paper", args=[payout.public_id])
    assert (
        page in client.get(reverse("creators:statement", args=[payout.public_id])).text
    )
    paper = read_paper(client.get(page).content)
    assert "Base times rate" in paper
    assert "Taken back" in paper
    assert "paid whole" not in paper
    assert "Lines: 3" in paper
    assert "\u2013" in paper  # nothing was taken back of the other lines
    client.force_login(make_creator().user)
    assert client.get(page).status_code == 404
