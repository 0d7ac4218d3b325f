"""Cases: opened once, answered by letters, closed with a reason, nobody else's."""

import pytest
from django.core import mail
from django.test import Client

from orders.access import get_case_for, get_paid_line_for
from orders.errors import CaseClosed, CaseEmpty, CaseLineMissing, CaseMissing
from orders.models import Case, Order
from orders.services.cases import (
    answer_case,
    close_case,
    open_case,
    open_case_on,
    write_in_case,
)
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import (
    make_brand_member,
    make_market,
    make_paid_order,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(shopper: User) -> Case:
    order = make_paid_order(make_variant(), user=shopper)
    return open_case(
        shopper,
        text="The lid is cracked.",
        kind=Case.Kind.COMPLAINT,
        market=order.market,
        line=order.lines.get(),
    )


def test_a_case_has_a_number_and_the_first_letter(case: Case, shopper: User) -> None:
    assert case.number.startswith("C-GB-")
    assert case.state == Case.State.OPEN
    assert case.messages.get().text == "The lid is cracked."


def test_one_cause_opens_one_case(shopper: User) -> None:
    first, second = (
        open_case(
            shopper,
            text="Where is it?",
            kind=Case.Kind.COMPLAINT,
            market=make_market(),
            cause_kind="chat_message",
            cause_ref="m1",
        )
        for _ in range(2)
    )
    assert first == second
    assert first.messages.count() == 1


def test_an_answer_reaches_the_shopper_by_e_mail(case: Case, staff: User) -> None:
    answer_case(case, by=staff, text="A new one is on its way.")
    outbox.relay()
    letter = mail.outbox[0]
    assert letter.to == [case.user.email]
    assert "A new one is on its way." in letter.body
    assert case.get_absolute_url() in letter.body
    assert case.state == Case.State.ANSWERED


def test_a_shoppers_letter_opens_an_answered_case_again(
    case: Case, shopper: User, staff: User
) -> None:
    answer_case(case, by=staff, text="It is on its way.")
    write_in_case(case, by=shopper, text="Not here yet.")
    assert case.state == Case.State.OPEN


def test_a_closed_case_takes_no_letters(case: Case, shopper: User, staff: User) -> None:
    assert close_case(case, by=staff, reason="Replaced.") is True
    assert close_case(case, by=staff, reason="Again.") is False
    with pytest.raises(CaseClosed):
        write_in_case(case, by=shopper, text="Thanks")
    with pytest.raises(CaseClosed):
        answer_case(case, by=staff, text="Welcome")
    assert case.messages.count() == 2


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_letter_is_refused(case: Case, shopper: User, text: str) -> None:
    with pytest.raises(CaseEmpty):
        write_in_case(case, by=shopper, text=text)


def test_nobody_else_reaches_a_case_or_its_line(
    case: Case, shopper: User, stranger: User
) -> None:
    assert get_case_for(shopper, case.public_id) == case
    with pytest.raises(CaseMissing):
        get_case_for(stranger, case.public_id)
    assert case.line is not None
    assert get_paid_line_for(shopper, case.line.public_id) == case.line
    with pytest.raises(CaseLineMissing):
        get_paid_line_for(stranger, case.line.public_id)


def test_an_unpaid_line_opens_no_case(case: Case, shopper: User) -> None:
    assert case.line is not None
    Order.objects.update(paid_at=None)
    with pytest.raises(CaseLineMissing):
        get_paid_line_for(shopper, case.line.public_id)


def test_the_pages_show_the_thread_to_its_shopper_only(
    client: Client, case: Case, shopper: User, stranger: User
) -> None:
    address = case.get_absolute_url()
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(shopper)
    assert "The lid is cracked." in client.get(address).content.decode()
    assert case.number in client.get("/cases/").content.decode()
    sent = client.post(f"{address}write/", {"text": "Any news?"})
    assert sent.status_code == 302
    refused = client.post(f"{address}write/", {"text": " "})
    assert refused.status_code == 400
    assert case.messages.count() == 2


def test_a_case_opens_from_the_page_of_an_order(client: Client, shopper: User) -> None:
    order = make_paid_order(make_variant(), user=shopper)
    address = f"/cases/new/{order.lines.get().public_id}/"
    client.force_login(shopper)
    assert address in client.get(order.get_absolute_url()).content.decode()
    page = client.get(address)
    assert page.context["key"] != client.get(address).context["key"]
    form = {"text": "It never came.", "kind": "quality", "key": page.context["key"]}
    assert client.post(address, form | {"text": ""}).status_code == 400
    assert client.post(address, form | {"key": ""}).status_code == 400
    assert client.post(address, form | {"key": "x" * 40}).status_code == 400
    for _again in range(2):
        opened = client.post(address, form)
    case = Case.objects.get(user=shopper)
    assert opened["Location"] == case.get_absolute_url()
    assert (case.line, case.kind) == (order.lines.get(), Case.Kind.QUALITY)
    assert case.messages.count() == 1
    assert case.number in client.get(order.get_absolute_url()).content.decode()


def test_anothers_key_opens_a_case_of_ones_own(shopper: User, stranger: User) -> None:
    variant = make_variant()
    opened = [
        open_case_on(
            make_paid_order(variant, user=person).lines.get(),
            by=person,
            text="Torn",
            kind="nonsense",
            key="attempt-1",
        )
        for person in (shopper, stranger)
    ]
    assert [case.user for case in opened] == [shopper, stranger]
    assert opened[0].kind == Case.Kind.COMPLAINT


def test_shopper_brand_and_staff_write_in_one_thread(
    client: Client, case: Case, shopper: User, stranger: User, staff: User
) -> None:
    assert case.line is not None
    seller = make_brand_member(brand=case.line.order.brand).user
    address, write = case.get_absolute_url(), f"{case.get_absolute_url()}write/"
    client.force_login(seller)
    assert case.number in client.get("/cases/").content.decode()
    page = client.get(address).content.decode()
    assert "The shopper" in page
    assert case.line.order.get_absolute_url() not in page
    assert client.post(write, {"text": "A new lid is coming."}).status_code == 302
    client.post(f"{address}close/")
    case.refresh_from_db()
    assert case.state == Case.State.ANSWERED
    client.force_login(staff)
    client.post(write, {"text": "We keep an eye on it."})
    client.force_login(shopper)
    client.post(write, {"text": "Thank you both."})
    page = client.get(address).content.decode()
    assert case.line.order.brand.name in page
    sides = list(case.messages.values_list("side", flat=True))
    assert sides == ["shopper", "brand", "staff", "shopper"]
    outbox.relay()
    told = [(letter.to[0], letter.subject.split()[0]) for letter in mail.outbox]
    assert told.count((seller.email, "A")) == 2
    assert len([one for one in told if one[0] == shopper.email]) == 2
    client.post(f"{address}close/")
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED
    client.force_login(stranger)
    for path in (write, f"{address}close/", f"{address}on-air/"):
        assert client.post(path, {"text": "Me too"}).status_code in {404, 405}
    assert client.get(f"{address}on-air/").status_code == 404
    assert case.messages.count() == 5


def test_a_plain_member_of_staff_without_rights_reads_no_case(case: Case) -> None:
    with pytest.raises(CaseMissing):
        get_case_for(make_user(is_staff=True), case.public_id)


def test_staff_answer_and_close_in_the_admin(
    client: Client, case: Case, staff: User
) -> None:
    client.force_login(staff)
    place = "/admin/orders/case/"
    assert case.number in client.get(place).content.decode()
    for action, state in (("answer", "answered"), ("close", "closed")):
        sent = client.post(
            place,
            {
                "action": action,
                "_selected_action": [case.pk],
                "decided": "1",
                "reason": "We send another one.",
            },
        )
        assert sent.status_code == 302
        case.refresh_from_db()
        assert case.state == state
