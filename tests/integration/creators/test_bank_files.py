"""Bank files: one person's name never keeps a market's payouts back."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
import time_machine

from creators.errors.bank_files import FileUnwritable, HolderWrong
from creators.models import Creator, Payout, PayoutDetails, PayoutRun
from creators.payouts.files import SEPA_SCHEMA
from creators.services.payouts import (
    claim_run,
    download_file,
    open_run,
    prepare_run,
    release_run,
)
from shopfront.models import Market, User
from tests.factories import (
    make_creator,
    make_market,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import make_stall
from tests.integration.creators.test_payouts import DUE, sell

pytestmark = pytest.mark.django_db
NAME = f".//{{urn:iso:std:iso:20022:tech:xsd:{SEPA_SCHEMA}}}Cdtr/*"


@pytest.fixture
def euros() -> Market:
    """Let the market pay in euros, so by SEPA."""
    return make_market(currency="EUR")


def make_payees(market: Market) -> list[Creator]:
    """Make two creators who have sold and told where they are paid."""
    payees = [make_creator(), make_creator()]
    for payee in payees:
        sell(make_stall(payee))
        with time_machine.travel(DUE - dt.timedelta(days=9), tick=False):
            make_payout_details(payee, market=market)
    return payees


def call_holder(payee: Creator, holder: str, **changes: str) -> None:
    """Give an owner's details the name of an old row, which nothing had checked."""
    rows = PayoutDetails.objects.filter(owner_ref=payee.public_id)
    assert rows.update(holder=holder, **changes) == 1


def prepare(by: User) -> PayoutRun:
    with time_machine.travel(DUE, tick=False):
        run = open_run(make_payout_rule(), DUE.date())
        claim_run(run)
        prepare_run(run, by=by)
    return run


def release(run: PayoutRun) -> list[str]:
    """Release a run; return whom its file pays."""
    by = make_user(is_staff=True)
    with time_machine.travel(DUE, tick=False):
        release_run(run, by=by)
    return read_names(download_file(run, by=by))


def read_names(text: str) -> list[str]:
    return [name.text or "" for name in ET.fromstring(text).iterfind(NAME)]


@pytest.mark.parametrize(
    ("holder", "named"),
    [
        ("Müller", "Muller"),
        ("Zoë 😀", "Zoe"),
        ("\x07Bob", "Bob"),
        ("李小龍", "Li Xiao Long"),
        ("😀", "Ada Example"),
        ("…", "Ada Example"),
        ("ⓐⓓⓐ", "Ada Example"),
    ],
)
def test_a_name_of_before_that_no_bank_reads_is_the_legal_name(
    euros: Market, staff: User, holder: str, named: str
) -> None:
    odd, _ = make_payees(euros)
    call_holder(odd, holder)
    assert release(prepare(staff)) == [named, "Ada Example"]


def test_a_payout_to_nobody_is_named_and_nothing_is_released(
    euros: Market, staff: User
) -> None:
    odd, _ = make_payees(euros)
    call_holder(odd, "😀", legal_name="…")
    run = prepare(staff)
    payout = Payout.objects.get(details__owner_ref=odd.public_id)
    with pytest.raises(FileUnwritable) as refusal:
        release(run)
    assert refusal.value.extra == {"payout": payout.public_id}
    assert payout.public_id in refusal.value.message
    run.refresh_from_db()
    assert (run.state, run.sealed_file) == (PayoutRun.State.PREPARED, "")
    call_holder(odd, "Ada Müller")
    assert release(run) == ["Ada Muller", "Ada Example"]


def test_a_payer_whom_no_bank_reads_is_refused_with_a_sentence(
    euros: Market, staff: User
) -> None:
    make_payees(euros)
    run = prepare(staff)
    run.rule.payer_name = "😀"
    run.rule.save()
    with pytest.raises(FileUnwritable, match="payout rule"):
        release(run)
    run.refresh_from_db()
    assert run.state == PayoutRun.State.PREPARED


@pytest.mark.parametrize("holder", ["", " ", "😀", "…", "\x07Bob", "Ada\u202e", "ⓐⓓⓐ"])
def test_a_holder_whom_no_bank_reads_is_refused(creator: Creator, holder: str) -> None:
    with pytest.raises(HolderWrong):
        make_payout_details(creator, holder=holder)
    assert not PayoutDetails.objects.exists()


@pytest.mark.parametrize("holder", ["Müller", "Нина Ли", "O'Brien & Sons", "3M"])
def test_a_holder_keeps_the_letters_of_their_name(
    creator: Creator, holder: str
) -> None:
    assert make_payout_details(creator, holder=holder).holder == holder
