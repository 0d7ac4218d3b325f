"""Held lines of brands: only a disputed one waits, told, appealed, decided, lifted."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from creators.errors import AppealSamePerson, LineHeldBefore, LineNotHeld
from creators.models import (
    Account,
    Commission,
    Entry,
    EntryHold,
    Payout,
    PayoutLine,
    PayoutRun,
)
from creators.selectors.books import find_book_faults
from creators.selectors.holds import weigh_hold
from creators.selectors.payable import sum_settled
from creators.services.holds import (
    appeal_entry,
    hold_entry,
    hold_line,
    lapse_holds,
    release_hold,
    uphold,
)
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from shopfront.models import Audit, User
from shopfront.services.outbox import relay
from tests.factories import (
    make_brand_member,
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_payout_desk import act
from tests.integration.creators.test_payouts import DELIVERY_TAX, DUE, sell
from tests.integration.orders.test_races import at_once

pytestmark = pytest.mark.django_db
LINE, DELIVERY = 2050, 395 - DELIVERY_TAX
"""What a stool and its delivery bring the brand."""
WHY = "The parcel is disputed."


@pytest.fixture
def stall() -> Stall:
    """Make a brand's goods in a show."""
    return make_stall(make_creator())


@pytest.fixture
def member(stall: Stall, shopper: User) -> User:
    """Act for the brand."""
    make_brand_member(brand=stall.brand, user=shopper)
    return shopper


@pytest.fixture
def person(staff: User) -> User:
    """Name who holds lines."""
    staff.display_name = "Noor"
    staff.save()
    return staff


def entry_of(line: Commission) -> Entry:
    return Entry.objects.get(
        transaction=line.posting, account__kind=Account.Kind.BRAND_PAYABLE
    )


def page_of(stall: Stall, hold: EntryHold) -> str:
    return reverse("catalog:pay-held", args=[stall.brand.slug, "GBP", hold.public_id])


def run_on(day: dt.date) -> PayoutRun:
    known = PayoutRun.objects.first()
    return open_run(known.rule if known else make_payout_rule(), day)


def test_only_the_held_line_waits_and_comes_with_the_next_run_once_free(
    stall: Stall, person: User
) -> None:
    held, _free = sell(stall), sell(stall)
    make_payout_details(stall.brand)
    with time_machine.travel(DUE, tick=False):
        hold = hold_entry(entry_of(held), reason=WHY, by=person)
        reverse_line(held.line_ref, refund_ref="r1", amount_minor=300)
        assert weigh_hold(hold).due.minor == LINE - 205
        settled = sum_settled(hold.entry.account, now=DUE, settle_days=30)
        assert settled == LINE + 2 * DELIVERY
        assert claim_run(run_on(DUE.date())) == 1
        assert Payout.objects.get().amount_minor == settled
        release_hold(hold, by=person, reason="It arrived.")
        assert claim_run(run_on(dt.date(2027, 3, 2))) == 1
    assert Payout.objects.earliest("-pk").amount_minor == LINE - 205
    assert PayoutLine.objects.filter(entry=hold.entry).count() == 1
    assert find_book_faults() == []


def test_what_is_paid_held_or_no_line_of_a_brand_is_not_held(
    stall: Stall, person: User
) -> None:
    paid = entry_of(sell(stall))
    make_payout_details(stall.brand)
    with time_machine.travel(DUE, tick=False):
        claim_run(run_on(DUE.date()))
        line = sell(stall)
        reverse_line(line.line_ref, refund_ref="r1", amount_minor=300)
    own = Entry.objects.filter(account=paid.account)
    of_creator = Entry.objects.filter(account__kind="creator_available")
    hold_entry(entry_of(line), reason=WHY, by=person)
    for entry in (
        paid,
        entry_of(line),
        own.get(transaction__kind="payout"),
        own.get(transaction__kind="reversal"),
        of_creator.earliest("pk"),
    ):
        with pytest.raises(LineNotHeld):
            hold_entry(entry, reason=WHY, by=person)
    with pytest.raises(LineNotHeld):
        hold_entry(own.latest("pk"), reason=" ", by=person)
    assert EntryHold.objects.count() == 1


def test_a_brands_people_read_why_and_by_whom_and_appeal_once(
    client: Client, stall: Stall, member: User, person: User, stranger: User
) -> None:
    make_payout_rule()
    hold = hold_entry(entry_of(sell(stall)), reason=WHY, by=person)
    mail.outbox.clear()
    relay()
    (letter,) = [one for one in mail.outbox if one.to == [member.email]]
    page = page_of(stall, hold)
    for words in ("Noor holds one line", WHY, page, "£20.50"):
        assert words in letter.body
    client.force_login(member)
    listed = client.get(
        reverse("catalog:pay-detail", args=[stall.brand.slug, "GBP"])
    ).text
    for words in (page, hold.title, WHY, "Held by Noor"):
        assert words in listed
    assert client.post(page, {"text": " "}).status_code == 200
    assert client.post(page, {"text": "It arrived."}).status_code == 302
    assert client.post(page, {"text": "Again."}).status_code == 409
    hold.refresh_from_db()
    assert hold.appeal == "It arrived."
    assert "Somebody else than the person above decides" in client.get(page).text
    assert Audit.objects.get(action="creators.appeal_hold").actor == member
    for user in (stranger, stall.creator.user):
        client.force_login(user)
        assert client.get(page).status_code == 404
        assert client.post(page, {"text": "Not mine."}).status_code == 404


def test_staff_hold_at_the_desk_and_another_decides(
    client: Client, stall: Stall, member: User, person: User
) -> None:
    entry = entry_of(sell(stall))
    client.force_login(person)
    act(client, "entry", "hold", entry)
    hold = EntryHold.objects.get()
    assert (hold.reason, hold.held_by) == ("Checked.", person)
    appeal_entry(hold, by=member, text="It arrived.")
    with pytest.raises(AppealSamePerson):
        uphold(hold, by=person, reason="No.")
    other = make_user(is_staff=True, is_superuser=True)
    client.force_login(other)
    act(client, "entryhold", "uphold", hold)
    hold.refresh_from_db()
    assert (hold.decided_by, hold.is_open) == (other, True)
    act(client, "entryhold", "release", hold)
    act(client, "entryhold", "release", hold)
    relay()
    told = [one.body for one in mail.outbox if one.to == [member.email]]
    assert len(told) == 3
    assert "The line is free" in told[2]
    with pytest.raises(LineHeldBefore):
        hold_entry(entry, reason="Once more.", by=other)


def test_holds_of_both_end_by_themselves(stall: Stall, person: User) -> None:
    line = sell(stall)
    with time_machine.travel(DUE, tick=False) as travel:
        hold_line(line, reason=WHY, by=person)
        hold = hold_entry(entry_of(line), reason=WHY, by=person)
        travel.shift(dt.timedelta(days=13))
        assert lapse_holds() == 0
        travel.shift(dt.timedelta(days=1))
        assert lapse_holds() == 2
        assert lapse_holds() == 0
    hold.refresh_from_db()
    assert (hold.is_open, hold.released_by) == (False, None)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_line_is_paid_or_held_never_both() -> None:
    stall, staff = make_stall(make_creator()), make_user(is_staff=True)
    entry = entry_of(sell(stall))
    make_payout_details(stall.brand)
    with time_machine.travel(DUE, tick=False):
        run = run_on(DUE.date())

        def move(number: int) -> object:
            if number % 2:
                return claim_run(run)
            return hold_entry(entry, reason=WHY, by=staff).public_id

        at_once(move, 4)
    is_paid = PayoutLine.objects.filter(entry=entry).exists()
    assert is_paid != EntryHold.objects.exists()
    assert find_book_faults() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_line_looks_free_to_both() -> None:
    """The negative control: looking first and writing then pays and holds it."""
    entry = entry_of(sell(make_stall(make_creator())))
    looked = threading.Barrier(2)

    def look(_number: int) -> object:
        is_paid = PayoutLine.objects.filter(entry=entry).exists()
        is_held = EntryHold.objects.filter(entry=entry).exists()
        looked.wait(timeout=20)
        return is_paid or is_held

    assert at_once(look, 2) == [False, False]
