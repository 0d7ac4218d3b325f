"""Payouts by Stripe: one transfer each, whatever is lost, killed, refused or undone."""

import datetime as dt
from collections.abc import Iterator
from itertools import product

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from creators.errors import (
    AccountNotConnected,
    CurrencyMixed,
    DetailsNotPending,
    RunNotReady,
    StripeSilent,
)
from creators.models import (
    Account,
    BankAnswer,
    ConnectedAccount,
    Payout,
    PayoutRule,
    PayoutRun,
)
from creators.selectors.books import find_book_faults
from creators.selectors.connected import find_connected, find_late_transfers
from creators.selectors.outlook import read_outlook
from creators.selectors.papers import render_statement
from creators.selectors.unpaid import list_waiting
from creators.services.connected import connect_account, disconnect_account
from creators.services.payouts import (
    claim_run,
    download_file,
    open_run,
    prepare_run,
    release_run,
)
from creators.services.transfers import (
    carry_run,
    look_at_run,
    look_for_reversals,
    send_transfers,
)
from creators.tasks import look_at_transfers_task, send_transfers_task
from shopfront.common.ids import new_public_id
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import (
    make_account,
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_payouts import DUE, run_until, sell, settled
from tests.stripe_fake import FakeStripe

pytestmark = pytest.mark.django_db
State, Outcome = Payout.State, BankAnswer.Outcome


@pytest.fixture
def due() -> Iterator[None]:
    """Stop the clock on the day of the run."""
    with time_machine.travel(DUE, tick=False):
        yield


def connect(stall: Stall, fake: FakeStripe, by: User, **changes: object) -> str:
    """Connect a creator's account as staff do; return its id at Stripe."""
    account = Account.objects.get(
        owner_ref=stall.creator.public_id, kind=Account.Kind.CREATOR_AVAILABLE
    )
    stripe_id = fake.open_account()
    connect_account(
        account,
        market=stall.creator.market,
        stripe_id=stripe_id,
        by=by,
        reason="Onboarded.",
    )
    fake.accounts[stripe_id] |= changes
    return stripe_id


def release(*stalls: Stall, by: User) -> PayoutRun:
    """Release a run by Stripe to creators who are connected."""
    rule = make_payout_rule(method=PayoutRule.Method.STRIPE)
    run = open_run(rule, DUE.date())
    assert claim_run(run) == len(stalls)
    prepare_run(run, by=make_user(is_staff=True))
    release_run(run, by=by)
    return run


@pytest.fixture
def run(stall: Stall, staff: User, stripe_fake: FakeStripe, due: None) -> PayoutRun:
    """Release a run that pays the creator 2.50 by Stripe."""
    sell(stall)
    make_payout_details(stall.creator, agrees_to_self_billing=True)
    connect(stall, stripe_fake, staff)
    return release(stall, by=staff)


def test_a_released_run_is_one_transfer_per_payout(
    run: PayoutRun, stripe_fake: FakeStripe, stall: Stall, staff: User
) -> None:
    payout = run.payouts.get()
    assert payout.state == State.SENT
    assert send_transfers_task() == 1
    assert send_transfers_task() == 0
    assert carry_run(run) == 0
    payout.refresh_from_db()
    assert payout.state == State.CONFIRMED
    (transfer,) = stripe_fake.transfers.values()
    assert (transfer["amount"], transfer["currency"]) == (250, "gbp")
    assert transfer["destination"] == ConnectedAccount.objects.get().stripe_id
    assert transfer["transfer_group"] == run.public_id
    assert transfer["metadata"] == {"reference": payout.public_id}
    assert list(stripe_fake.answers) == [payout.public_id]
    assert settled(stall) == 0
    assert find_book_faults() == []
    with pytest.raises(RunNotReady):
        download_file(run, by=staff)
    assert render_statement(payout, "en").startswith(b"%PDF")


def test_a_lost_answer_is_found_and_not_paid_again(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    stripe_fake.loses_next = stripe_fake.spares_reads = True
    assert send_transfers() == 0
    assert len(stripe_fake.transfers) == 1
    assert run.payouts.get().state == State.SENT
    stripe_fake.forget_keys()
    assert send_transfers() == 1
    assert len(stripe_fake.transfers) == 1
    assert run.payouts.get().state == State.CONFIRMED


def test_a_run_killed_between_call_and_booking_pays_each_once(
    stall: Stall, staff: User, stripe_fake: FakeStripe, due: None
) -> None:
    stalls = (stall, make_stall(make_creator()))
    for one in stalls:
        sell(one)
        make_payout_details(one.creator)
        connect(one, stripe_fake, staff)
    run = release(*stalls, by=staff)
    killed = 0
    for nth in range(0, 100, 3):
        stripe_fake.transfers.clear()
        stripe_fake.forget_keys()
        with transaction.atomic():
            was_cut = run_until(nth, lambda: carry_run(run))
            stripe_fake.forget_keys()
            carry_run(run)
            killed += was_cut
            assert len(stripe_fake.transfers) == 2, nth
            states = set(run.payouts.values_list("state", flat=True))
            assert states == {State.CONFIRMED}, nth
            transaction.set_rollback(True)
        if not was_cut:
            break
    assert killed > 3


def test_a_refused_payout_is_back_in_the_balance_with_its_reason(
    run: PayoutRun, stripe_fake: FakeStripe, stall: Stall
) -> None:
    for account in stripe_fake.accounts.values():
        account["capabilities"] = {"transfers": "inactive"}
    assert send_transfers() == 1
    assert send_transfers() == 0
    payout = run.payouts.get()
    assert payout.state == State.REJECTED
    assert payout.reason == "Stripe: insufficient_capabilities_for_transfer"
    assert settled(stall) == 250
    assert find_book_faults() == []
    outbox.relay()
    letter = mail.outbox[-1]
    assert letter.subject == "A payout did not reach you"
    assert payout.reason in letter.body


def test_an_account_that_left_us_is_a_refusal(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    stripe_fake.accounts.clear()
    assert send_transfers() == 1
    payout = run.payouts.get()
    assert (payout.state, payout.reason) == (
        State.REJECTED,
        "Stripe: resource_missing",
    )


def test_a_balance_that_is_too_small_delays_and_staff_are_told_after_a_day(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    stripe_fake.balance = 249
    assert send_transfers() == 0
    assert run.payouts.get().state == State.SENT
    assert find_late_transfers() == []
    with time_machine.travel(DUE + dt.timedelta(hours=25), tick=False):
        (sentence,) = find_late_transfers()
        assert run.payouts.get().public_id in sentence
        assert look_at_transfers_task() == 0
        assert Audit.objects.filter(action="shopfront.books_alarm").count() == 1
        stripe_fake.forget_keys()
        stripe_fake.balance = 250
        assert send_transfers() == 1
        assert find_late_transfers() == []


def test_a_stripe_that_does_not_answer_decides_nothing(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    for status, spares_reads in product((401, 403, 409, 429, 500), (False, True)):
        stripe_fake.refuses_next, stripe_fake.spares_reads = status, spares_reads
        with pytest.raises(StripeSilent):
            carry_run(run)
    assert run.payouts.get().state == State.SENT
    assert BankAnswer.objects.count() == 0
    assert send_transfers() == 1


def test_a_key_that_was_used_for_something_else_waits(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    payout = run.payouts.get()
    stripe_fake.answers[payout.public_id] = ("something else", 200, b"{}")
    assert send_transfers() == 0
    assert run.payouts.get().state == State.SENT
    stripe_fake.forget_keys()
    assert send_transfers() == 1


def test_a_run_is_carried_by_one_at_a_time(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    other = connection.copy()
    name = f"creators.transfers:{run.public_id}"
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        assert send_transfers() == 0
        assert stripe_fake.transfers == {}
    other.close()
    assert send_transfers() == 1


def test_a_transfer_that_is_reversed_is_back_in_the_balance(
    run: PayoutRun, stripe_fake: FakeStripe, stall: Stall
) -> None:
    assert run.payouts.get().state_words == "On its way by Stripe"
    send_transfers()
    (transfer_id,) = stripe_fake.transfers
    stripe_fake.reverse_transfer(transfer_id, 250)
    assert look_for_reversals() == 1
    assert look_for_reversals() == 0
    payout = run.payouts.get()
    assert (payout.state, payout.reason, payout.state_words) == (
        State.RETURNED,
        "Stripe: transfer reversed",
        "Came back from Stripe",
    )
    assert len(stripe_fake.transfers) == 1
    assert settled(stall) == 250
    assert find_book_faults() == []


def test_a_webhook_tells_of_a_reversal_at_once_and_again_changes_nothing(
    run: PayoutRun,
    stripe_fake: FakeStripe,
    stall: Stall,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args, **_: asked.append((name, *args))
    )

    def tell(body: bytes) -> tuple[int, bool]:
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(
                reverse("orders:payment-notice", args=["stripe"]),
                body,
                content_type="application/json",
                headers={"Stripe-Signature": stripe_fake.sign(body)},
            )
        return answer.status_code, answer.json()["taken"]

    send_transfers()
    (transfer_id,) = stripe_fake.transfers
    stripe_fake.reverse_transfer(transfer_id, 250)
    (body,) = stripe_fake.list_bodies()
    for _ in range(2):
        assert tell(body) == (200, True)
    assert asked == [("creators.look_at_run_task", run.public_id)] * 2
    assert [look_at_run(run.public_id) for _ in range(2)] == [1, 0]
    assert run.payouts.get().state == State.RETURNED
    assert settled(stall) == 250
    assert tell(body.replace(run.public_id.encode(), b"somebody-elses")) == (200, False)
    assert find_book_faults() == []


def test_what_is_reversed_in_part_is_sent_again_and_the_payout_stands(
    run: PayoutRun, stripe_fake: FakeStripe, stall: Stall
) -> None:
    def kept() -> int:
        made = stripe_fake.transfers.values()
        return sum(one["amount"] - one["amount_reversed"] for one in made)

    send_transfers()
    (own,) = stripe_fake.transfers
    for part, count in ((100, 2), (150, 3)):
        stripe_fake.reverse_transfer(own, part)
        stripe_fake.loses_next = stripe_fake.spares_reads = True
        look_for_reversals()
        stripe_fake.forget_keys()
        assert look_for_reversals() == 0
        assert (kept(), len(stripe_fake.transfers)) == (250, count)
        assert run.payouts.get().state == State.CONFIRMED
        assert BankAnswer.objects.latest("pk").outcome == Outcome.CONTRADICTORY
    assert settled(stall) == 0
    for name, transfer in list(stripe_fake.transfers.items())[1:]:
        stripe_fake.reverse_transfer(name, transfer["amount"])
    look_for_reversals()
    assert run.payouts.get().state == State.RETURNED
    assert (kept(), settled(stall)) == (0, 250)
    assert find_book_faults() == []


def test_a_part_that_stripe_will_not_take_again_waits_for_it(
    run: PayoutRun, stripe_fake: FakeStripe
) -> None:
    send_transfers()
    (own,) = stripe_fake.transfers
    stripe_fake.reverse_transfer(own, 100)
    for account in stripe_fake.accounts.values():
        account["capabilities"] = {"transfers": "inactive"}
    assert look_for_reversals() == 2
    assert look_for_reversals() == 0
    assert run.payouts.get().state == State.CONFIRMED
    for account in stripe_fake.accounts.values():
        account["capabilities"] = {"transfers": "active"}
    stripe_fake.forget_keys()
    look_for_reversals()
    assert sum(one["amount"] for one in stripe_fake.transfers.values()) == 350
    assert Audit.objects.get(action="creators.make_up_reversal").facts == {
        "amount_minor": 100,
        "transfer": list(stripe_fake.transfers)[1],
    }


def test_whoever_is_not_connected_waits_and_reads_why(
    stall: Stall, staff: User, stripe_fake: FakeStripe, due: None
) -> None:
    sell(stall)
    make_payout_details(stall.creator)
    rule = make_payout_rule(method=PayoutRule.Method.STRIPE)
    assert claim_run(open_run(rule, DUE.date())) == 0
    market = stall.creator.market
    waiting = {row.public_id: row.why for row in list_waiting(market)}
    assert waiting[stall.creator.public_id] == "not_connected"
    assert not read_outlook(stall.creator).is_ready
    connect(stall, stripe_fake, staff)
    assert read_outlook(stall.creator).is_ready
    waiting = {row.public_id: row.why for row in list_waiting(market)}
    assert stall.creator.public_id not in waiting


def test_a_run_is_not_released_without_a_key(
    stall: Stall, staff: User, stripe_fake: FakeStripe, due: None, settings: Settings
) -> None:
    sell(stall)
    make_payout_details(stall.creator)
    connect(stall, stripe_fake, staff)
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(StripeSilent):
        release(stall, by=staff)
    assert PayoutRun.objects.get().state == PayoutRun.State.PREPARED


def test_a_changed_account_waits_three_days_and_can_be_taken_back(
    stall: Stall, staff: User, stripe_fake: FakeStripe, due: None
) -> None:
    sell(stall)
    make_payout_details(stall.creator)
    first = connect(stall, stripe_fake, staff)
    connect(stall, stripe_fake, staff)
    second = connect(stall, stripe_fake, staff)
    owner = (Account.Owner.CREATOR, stall.creator.public_id, stall.creator.market)

    def used() -> str:
        row = find_connected(*owner)
        return row.stripe_id if row is not None else ""

    assert used() == first
    with time_machine.travel(DUE + dt.timedelta(days=3), tick=False):
        assert used() == second
    disconnect_account(ConnectedAccount.objects.latest("pk"), by=staff, reason="No.")
    with time_machine.travel(DUE + dt.timedelta(days=3), tick=False):
        assert used() == first
        row = ConnectedAccount.objects.earliest("pk")
        disconnect_account(row, by=staff, reason="Closed.")
        assert used() == ""
        with pytest.raises(DetailsNotPending):
            disconnect_account(row, by=staff, reason="Again.")
        connect(stall, stripe_fake, staff)
        assert used() == ""
        outbox.relay()
    letters = [one for one in mail.outbox if "Stripe" in one.subject]
    assert len(letters) == 4
    assert letters[0].to == [stall.creator.user.email]
    assert f"take it back: {settings.SITE_URL}/about/imprint/" in letters[0].body


def test_only_an_account_that_stripe_pays_out_is_connected(
    stall: Stall, staff: User, stripe_fake: FakeStripe, due: None
) -> None:
    account = stall.brand.account
    market = stall.creator.market
    wrong = [
        "",
        "acct_",
        "acct_unknown00",
        "acct_../../v1/refunds",
        "x" * 40,
        stripe_fake.open_account(payouts_enabled=False),
        stripe_fake.open_account(capabilities={"transfers": "pending"}),
        stripe_fake.open_account(capabilities={}),
    ]
    for stripe_id in wrong:
        with pytest.raises(AccountNotConnected):
            connect_account(
                account, market=market, stripe_id=stripe_id, by=staff, reason="."
            )
    good = stripe_fake.open_account()
    stripe_fake.refuses_next = 500
    with pytest.raises(StripeSilent):
        connect_account(account, market=market, stripe_id=good, by=staff, reason=".")
    for changes, refusal in (
        ({"currency": "EUR"}, CurrencyMixed),
        ({"kind": Account.Kind.ESCROW}, AccountNotConnected),
    ):
        other = make_account(owner_ref=new_public_id(), **changes)
        with pytest.raises(refusal):
            connect_account(other, market=market, stripe_id=good, by=staff, reason=".")
    assert not ConnectedAccount.objects.exists()


def test_staff_connect_an_account_and_its_owner_reads_it(
    client: Client, stall: Stall, staff: User, stripe_fake: FakeStripe
) -> None:
    sell(stall)
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.creator)
        make_payout_rule(method=PayoutRule.Method.STRIPE)
        account = Account.objects.get(
            owner_ref=stall.creator.public_id, kind=Account.Kind.CREATOR_AVAILABLE
        )
        address = reverse("admin:creators_account_changelist")
        stripe_id = stripe_fake.open_account()
        chosen = {
            "action": "connect",
            "_selected_action": account.pk,
            "decided": "1",
            "reason": "Onboarded.",
            "market": stall.creator.market.code,
        }
        client.force_login(staff)
        asked = {"action": "connect", "_selected_action": account.pk}
        assert b'name="stripe_id"' in client.post(address, asked).content
        both = [row.pk for row in Account.objects.all()[:2]]
        client.post(address, chosen | {"_selected_action": both})
        client.post(address, chosen | {"stripe_id": "acct_unknown00"})
        assert not ConnectedAccount.objects.exists()
        earnings = reverse("creators:earnings")
        client.force_login(stall.creator.user)
        assert b"not connected yet" in client.get(earnings).content
        client.force_login(staff)
        client.post(address, chosen | {"stripe_id": f" {stripe_id} "})
        row = ConnectedAccount.objects.get()
        assert (row.stripe_id, row.connected_by) == (stripe_id, staff)
        client.force_login(stall.creator.user)
        told = client.get(earnings).content.decode()
        assert f"Stripe account ending in {stripe_id[-4:]}" in told
        client.force_login(staff)
        pages = reverse("admin:creators_connectedaccount_changelist")
        assert stripe_id in client.get(pages).content.decode()
        gone = {"action": "disconnect", "_selected_action": row.pk}
        client.post(pages, chosen | gone)
        row.refresh_from_db()
        assert row.withdrawn_at is not None
