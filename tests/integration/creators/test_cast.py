"""People of a show: duties, shares agreed before it, paid to those present (W8, P2)."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from creators.models import Account, Commission, Creator, Entry
from creators.selectors.books import find_book_faults
from creators.services.reversals import reverse_line
from creators.services.settlement import settle_commissions
from creators.services.worktime import note_presence
from livestreams.errors import ShowBegun
from livestreams.errors.planning import PersonUnfit, SharesTooHigh
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import CoHost, Livestream
from livestreams.services.attribution import attribute_order
from livestreams.services.cast import accept_share, end_duty, give_duty
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_creator, make_paid_order, make_user
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
CO_HOST, MODERATOR = CoHost.Duty.CO_HOST, CoHost.Duty.MODERATOR


@pytest.fixture
def second(db: None) -> Creator:
    """Make a verified creator who helps."""
    return make_creator(handle="bea", display_name="Bea")


def agree(show: Livestream, creator: Creator, share_bps: int) -> None:
    give_duty(show, creator.user, duty=CO_HOST, share_bps=share_bps)
    assert accept_share(show, creator.user, share_bps=share_bps)


def come(show: Livestream, creator: Creator) -> None:
    note_presence(
        creator.user, market=show.market, show_ref=show.public_id, title=show.title
    )


def sell(stall: Stall, quantity: int = 1) -> dict[str, Commission]:
    order = make_paid_order(
        stall.variant, quantity=quantity, source_ref=stall.source_ref
    )
    attribute_order(order.public_id)
    attribute_order(order.public_id)
    rows = Commission.objects.filter(line_ref=order.lines.get().public_id)
    return {row.creator.handle: row for row in rows.select_related("creator")}


def test_the_share_of_an_absent_one_goes_to_those_present(
    stall: Stall, second: Creator
) -> None:
    third = make_creator(handle="cyd")
    agree(stall.show, second, 3000)
    agree(stall.show, third, 2000)
    show = start_livestream(stall.show)
    assert {k: row.rate_bps for k, row in sell(stall).items()} == {"ada": 1000}
    come(show, second)
    lines = sell(stall)
    assert {k: (r.rate_bps, r.amount_minor) for k, r in lines.items()} == {
        "ada": (625, 156),
        "bea": (375, 94),
    }
    come(show, third)
    rates = {k: row.rate_bps for k, row in sell(stall).items()}
    assert rates == {"ada": 500, "bea": 300, "cyd": 200}
    assert find_book_faults() == []


def test_a_share_without_a_yes_does_not_count(stall: Stall, second: Creator) -> None:
    give_duty(stall.show, second.user, duty=CO_HOST, share_bps=3000)
    assert not accept_share(stall.show, second.user, share_bps=2000)
    show = start_livestream(stall.show)
    come(show, second)
    assert list(sell(stall)) == ["ada"]
    with pytest.raises(ShowBegun):
        accept_share(stall.show, second.user, share_bps=3000)


def test_parts_settle_and_go_back_with_their_line(
    stall: Stall, second: Creator
) -> None:
    agree(stall.show, second, 3333)
    show = start_livestream(stall.show)
    come(show, second)
    pair = sell(stall, quantity=3)
    line_ref = pair["bea"].line_ref
    total = sum(row.amount_minor for row in pair.values())
    assert total == 750
    reverse_line(line_ref, refund_ref="half", amount_minor=4500)
    assert find_book_faults() == []
    Commission.objects.update(settles_at=clock.now() - dt.timedelta(days=1))
    assert settle_commissions() == 2
    reverse_line(line_ref, refund_ref="rest", amount_minor=4500)
    assert find_book_faults() == []
    for row in Commission.objects.all():
        assert (row.state, row.reversed_minor) == ("reversed", row.amount_minor)
    owned = Entry.objects.filter(account__owner_kind=Account.Owner.CREATOR)
    sums: dict[int, int] = {}
    for entry in owned:
        sums[entry.account_id] = sums.get(entry.account_id, 0) + entry.amount_minor
    assert set(sums.values()) == {0}


def test_only_fit_people_have_duties_and_shares_fit_the_whole(
    stall: Stall, second: Creator, teen: User, shopper: User
) -> None:
    show = stall.show
    applied = make_creator(state=Creator.State.APPLIED)
    for person, duty in (
        (teen, MODERATOR),
        (shopper, CO_HOST),
        (applied.user, CO_HOST),
        (stall.creator.user, CO_HOST),
        (shopper, "owner"),
    ):
        with pytest.raises(PersonUnfit):
            give_duty(show, person, duty=duty)
    give_duty(show, second.user, duty=CO_HOST, share_bps=6000)
    other = make_creator()
    for person, duty, share in (
        (other.user, CO_HOST, 4001),
        (other.user, CO_HOST, -1),
        (shopper, MODERATOR, 1),
    ):
        with pytest.raises(SharesTooHigh):
            give_duty(show, person, duty=duty, share_bps=share)
    with pytest.raises(NotInRehearsal):
        give_duty(open_rehearsal(show), shopper, duty=MODERATOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        CoHost.objects.create(
            livestream=show, user=shopper, duty=MODERATOR, share_bps=1
        )
    start_livestream(show)
    for act in (
        lambda: give_duty(show, shopper, duty=MODERATOR),
        lambda: end_duty(show, second.user),
    ):
        with pytest.raises(ShowBegun):
            act()


def test_a_changed_share_is_asked_anew(stall: Stall, second: Creator) -> None:
    agree(stall.show, second, 3000)
    agree(stall.show, second, 3000)
    give_duty(stall.show, second.user, duty=CO_HOST, share_bps=1000)
    assert CoHost.objects.get().accepted_at is None


def test_host_and_helper_agree_on_their_pages(
    client: Client, stall: Stall, second: Creator, shopper: User
) -> None:
    host_page = reverse("creators:show-detail", args=[stall.show.public_id])
    change = reverse("creators:cast-change", args=[stall.show.public_id])
    client.force_login(stall.creator.user)
    for contact, duty, share, said in (
        ("nobody@people.example", "moderator", "0", "We know nobody"),
        ("", "moderator", "0", "We know nobody"),
        ("@bea", "co_host", "250", "at most the whole commission"),
        ("@bea", "co_host", "33.33", "not accepted yet"),
        (shopper.email, "moderator", "", shopper.name),
    ):
        facts = {"act": "give", "contact": contact, "duty": duty, "share": share}
        page = client.post(change, facts, follow=True).content.decode()
        assert said in page, contact
    outbox.relay()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(
        [second.user.email, shopper.email]
    )
    answer = reverse("creators:duty-answer", args=[stall.show.public_id])
    client.force_login(second.user)
    assert "Accept share" in client.get(reverse("creators:overview")).content.decode()
    sent = client.post(answer, {"act": "accept", "share": "3000"}, follow=True)
    assert "changed meanwhile" in sent.content.decode()
    client.post(answer, {"act": "accept", "share": "3333"})
    client.force_login(shopper)
    client.post(answer, {"act": "leave"})
    client.force_login(make_user())
    assert client.post(answer, {"act": "accept"}).status_code == 404
    client.force_login(stall.creator.user)
    page = client.get(host_page).content.decode()
    assert "33.33% of the commission" in page
    assert "not accepted yet" not in page
    facts = {"act": "remove", "person": second.user.public_id}
    client.post(change, facts)
    client.post(change, facts)
    assert not CoHost.objects.exists()
