"""Appeals of people whose report of a product changed nothing (C7, S5)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from catalog.errors.reported_goods import (
    GoodsAppealDecided,
    GoodsAppealEmpty,
    GoodsAppealTooLate,
    OwnGoods,
    OwnGoodsDecision,
    ReportAppealedBefore,
    ReportNotRefused,
)
from catalog.models import Product, ProductReport, ReportAppeal, ReportedProduct
from catalog.selectors.product_reports import count_report_work, describe_own_reports
from catalog.services.product_appeals import appeal_withdrawal, grant_product_appeal
from catalog.services.product_decisions import (
    clear_reported,
    put_back,
    withdraw_reported,
)
from catalog.services.product_reports import (
    erase_words,
    forget_guests,
    report_product,
)
from catalog.services.report_appeals import (
    appeal_report,
    grant_report_appeal,
    refuse_report_appeal,
)
from catalog.services.stock import holder_of
from livestreams.tasks import remind_appeals_task
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from shopfront.services.people import give_role
from shopfront.services.roles import MODERATORS, STAFF
from tests.factories import make_brand_member, make_user, make_variant

pytestmark = pytest.mark.django_db
LAW = ReportedProduct.Ground.LAW
MAY_APPEAL = "You may appeal within six months"
LATE = dt.timedelta(days=184)


@pytest.fixture
def other_staff() -> User:
    """Make a second person who may decide."""
    return make_user(email="second@people.example", is_staff=True, is_superuser=True)


@pytest.fixture
def product() -> Product:
    """Make a product of a brand with one person."""
    product = make_variant().product
    make_brand_member(brand=product.brand, user=make_user(email="one@brand.example"))
    return product


@pytest.fixture
def told_no(product: Product, shopper: User, staff: User) -> ProductReport:
    """Have a shopper's report of a product answered with no."""
    mine = report(product, shopper)
    clear_reported(mine.case, by=staff, reason="It does not burn.")
    return ProductReport.objects.get()


def report(product: Product, user: User | None, **facts: str) -> ProductReport:
    return report_product(
        product,
        holder=holder_of(user, "a-browser"),
        reporter=user,
        reason="danger",
        words="It burns.",
        language="en-gb",
        **facts,
    )


def read_letters() -> dict[str, str]:
    """Carry the outbox; return what each person was written last."""
    mail.outbox.clear()
    outbox.relay()
    return {one.to[0]: str(one.body) for one in mail.outbox if one.to}


def address_of(taken: ProductReport, name: str = "report-receipt") -> str:
    return reverse(f"catalog:{name}", args=[taken.public_id])


def test_who_was_told_no_appeals_at_the_receipt_and_the_product_goes_after_all(
    client: Client,
    product: Product,
    told_no: ProductReport,
    shopper: User,
    other_staff: User,
) -> None:
    assert MAY_APPEAL in read_letters()[shopper.email]
    other = report(make_variant().product, shopper)
    client.force_login(shopper)
    own = client.get("/accounts/moderation/").text
    assert f'href="{address_of(told_no)}"' in own
    assert "Send appeal" in client.get(address_of(told_no)).text
    assert "Send appeal" not in client.get(address_of(other)).text
    sent = {"text": " It burnt\n my  table. "}
    said = client.post(address_of(told_no, "report-appeal"), sent, follow=True).text
    assert "within 7 days and writes to you" in said
    assert "It burnt my table." in said
    assert "Send appeal" not in said
    appeal = ReportAppeal.objects.get()
    grant_report_appeal(appeal, ground=LAW, by=other_staff, answer="A lab agrees.")
    product.refresh_from_db()
    appeal.refresh_from_db()
    case = ReportedProduct.objects.get(pk=told_no.case_id)
    assert product.state == Product.State.WITHDRAWN
    assert (case.state, case.ground, case.state_before) == (
        "withdrawn",
        "law",
        "active",
    )
    assert (case.decided_by, appeal.state) == (other_staff, "granted")
    told = read_letters()
    assert set(told) == {shopper.email, "one@brand.example"}
    assert all("A lab agrees." in body for body in told.values())
    assert "We agree with you" in told[shopper.email]
    assert MAY_APPEAL not in told[shopper.email]
    assert MAY_APPEAL in told["one@brand.example"]
    assert "A lab agrees." in client.get(address_of(told_no)).text
    audit = Audit.objects.get(action="catalog.reported_product_withdrawn")
    assert (audit.actor, audit.reason) == (other_staff, "A lab agrees.")


def test_a_refused_appeal_is_told_with_its_reasons_and_comes_once(
    told_no: ProductReport, product: Product, shopper: User, other_staff: User
) -> None:
    appeal = appeal_report(told_no, text="It burnt my table.")
    with pytest.raises(ReportAppealedBefore) as refusal:
        appeal_report(told_no, text="And my chair.")
    assert refusal.value.code == "catalog.report_appealed_before"
    read_letters()
    refuse_report_appeal(appeal, by=other_staff, answer="A lab denies it.")
    told = read_letters()
    assert set(told) == {shopper.email}
    for words in ("the decision stands", "A lab denies it.", told_no.public_id):
        assert words in told[shopper.email]
    product.refresh_from_db()
    assert product.state == Product.State.ACTIVE
    audit = Audit.objects.get(action="catalog.refuse_report_appeal")
    assert (audit.actor, audit.reason) == (other_staff, "A lab denies it.")
    with pytest.raises(ReportAppealedBefore):
        appeal_report(told_no, text="But")
    with pytest.raises(GoodsAppealDecided):
        refuse_report_appeal(appeal, by=other_staff, answer="Again")
    with pytest.raises(GoodsAppealDecided):
        grant_report_appeal(appeal, ground=LAW, by=other_staff, answer="Again")


def test_an_appeal_needs_words_time_and_a_no(
    told_no: ProductReport, product: Product, stranger: User, staff: User
) -> None:
    with pytest.raises(GoodsAppealEmpty):
        appeal_report(told_no, text=" \n\x00 ")
    late = clock.now() + LATE
    with time_machine.travel(late, tick=False), pytest.raises(GoodsAppealTooLate):
        appeal_report(told_no, text="It burns.")
    undecided = report(product, stranger)
    with pytest.raises(ReportNotRefused):
        appeal_report(undecided, text="It burns.")
    withdraw_reported(undecided.case, ground=LAW, by=staff, reason="It burns.")
    with pytest.raises(ReportNotRefused):
        appeal_report(undecided, text="It burns.")
    assert not ReportAppeal.objects.exists()


def test_nobody_decides_in_their_own_matter(
    told_no: ProductReport, product: Product, shopper: User, staff: User
) -> None:
    appeal = appeal_report(told_no, text="It burns.")
    seller = product.brand.members.get().user
    for by, refused in (
        (staff, OwnGoodsDecision),
        (shopper, OwnGoodsDecision),
        (seller, OwnGoods),
    ):
        with pytest.raises(refused):
            grant_report_appeal(appeal, ground=LAW, by=by, answer="Mine")
        with pytest.raises(refused):
            refuse_report_appeal(appeal, by=by, answer="Mine")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer) == ("open", "")


def test_only_who_reported_finds_the_way_to_appeal(
    client: Client, told_no: ProductReport, stranger: User
) -> None:
    there = address_of(told_no, "report-appeal")
    assert client.post(there, {"text": "Mine"}).status_code == 404
    client.force_login(stranger)
    assert client.post(there, {"text": "Mine"}).status_code == 404
    assert client.get(there).status_code == 405
    nowhere = reverse("catalog:report-appeal", args=["nobody"])
    assert client.post(nowhere, {"text": "Mine"}).status_code == 404
    assert not ReportAppeal.objects.exists()


@pytest.mark.parametrize("email", ["guest@people.example", ""])
def test_a_guest_appeals_by_the_number_of_the_report(
    client: Client, product: Product, staff: User, other_staff: User, email: str
) -> None:
    taken = report(product, None, email=email)
    clear_reported(taken.case, by=staff, reason="It does not burn.")
    there = address_of(taken, "report-appeal")
    said = client.post(there, {"text": "It does."}, follow=True).text
    assert ("writes to you" in said) == bool(email)
    again = client.post(there, {"text": "It does!"}, follow=True).text
    assert "You appealed against this decision already" in again
    read_letters()
    refuse_report_appeal(ReportAppeal.objects.get(), by=other_staff, answer="Never.")
    assert ("Never." in read_letters().get(email, "")) == bool(email)
    assert "Never." in client.get(address_of(taken)).text


def test_one_granted_appeal_answers_the_others_and_who_did_not_appeal_is_told(
    told_no: ProductReport, product: Product, staff: User, other_staff: User
) -> None:
    case = told_no.case
    people = [make_user() for _ in range(2)]
    rows = [
        ProductReport.objects.create(
            case=case,
            holder=one.public_id,
            reporter=one,
            language="en-gb",
            reason="age",
        )
        for one in people
    ]
    first = appeal_report(told_no, text="It burns.")
    second = appeal_report(rows[0], text="It does.")
    read_letters()
    grant_report_appeal(first, ground=LAW, by=other_staff, answer="It burns.")
    second.refresh_from_db()
    assert (second.state, second.answer) == ("granted", "It burns.")
    assert {one.email for one in people} <= set(read_letters())
    with pytest.raises(GoodsAppealDecided):
        refuse_report_appeal(second, by=make_user(), answer="No")


def test_each_side_is_heard_once_and_told_of_each_turn(
    product: Product, shopper: User, staff: User, other_staff: User
) -> None:
    """Withdrawn, put back for the brand, withdrawn again for who reported it."""
    mine, seller = report(product, shopper), product.brand.members.get().user
    withdraw_reported(mine.case, ground=LAW, by=staff, reason="It burns.")
    brands = appeal_withdrawal(mine.case, person=seller, text="It is cold.")
    grant_product_appeal(brands, by=other_staff, answer="Cold.")
    mine = ProductReport.objects.get()
    assert MAY_APPEAL in read_letters()[shopper.email]
    reporters = appeal_report(mine, text="It burnt my table.")
    third = make_user()
    with pytest.raises(OwnGoodsDecision):
        grant_report_appeal(reporters, ground=LAW, by=other_staff, answer="Mine")
    grant_report_appeal(reporters, ground=LAW, by=third, answer="Hot.")
    told = read_letters()
    assert "Hot." in told[shopper.email]
    assert "Hot." in told[seller.email]
    assert MAY_APPEAL not in told[seller.email]
    assert "Going to court is open to you." in told[seller.email]
    put_back(ReportedProduct.objects.get(), by=staff, reason="A new lab.")
    told = read_letters()
    assert "A new lab." in told[shopper.email]
    assert "A new lab." in told[seller.email]
    assert MAY_APPEAL not in told[shopper.email]


def test_words_of_an_appeal_are_taken_along_and_erased_once_it_is_answered(
    told_no: ProductReport, shopper: User, other_staff: User
) -> None:
    appeal = appeal_report(told_no, text="It burnt my table.")
    (taken,) = describe_own_reports(shopper)
    assert (taken["appeal"], taken["appeal_state"]) == ("It burnt my table.", "open")
    assert erase_words(shopper) == 0
    refuse_report_appeal(appeal, by=other_staff, answer="No")
    appeal.refresh_from_db()
    told_no.refresh_from_db()
    assert (appeal.text, told_no.words) == ("", "")
    assert erase_words(shopper) == 0


def test_words_of_an_answered_appeal_go_at_once(
    told_no: ProductReport, shopper: User, other_staff: User
) -> None:
    appeal = appeal_report(told_no, text="It burnt my table.")
    refuse_report_appeal(appeal, by=other_staff, answer="No")
    assert erase_words(shopper) == 1
    appeal.refresh_from_db()
    told_no.refresh_from_db()
    assert (appeal.text, told_no.words) == ("", "")


def test_a_guest_is_remembered_until_half_a_year_after_the_answer(
    product: Product, staff: User, other_staff: User
) -> None:
    taken = report(product, None, email="guest@people.example")
    clear_reported(taken.case, by=staff, reason="No")
    now, day = clock.now(), dt.timedelta(days=1)
    with time_machine.travel(now + 180 * day, tick=False):
        appeal = appeal_report(ProductReport.objects.get(), text="It burns.")
    with time_machine.travel(now + 184 * day, tick=False):
        assert forget_guests() == 0
        refuse_report_appeal(appeal, by=other_staff, answer="No")
        assert forget_guests() == 0
    with time_machine.travel(now + 368 * day, tick=False):
        assert forget_guests() == 1
        assert forget_guests() == 0
    appeal.refresh_from_db()
    taken.refresh_from_db()
    assert (appeal.text, taken.words, taken.email) == ("", "", "")


def test_staff_are_reminded_once_of_an_appeal_that_is_due(
    told_no: ProductReport, other_staff: User
) -> None:
    appeal_report(told_no, text="It burnt my table.")
    assert count_report_work().report_appeals == 1
    assert remind_appeals_task() == 0
    read_letters()
    with time_machine.travel(clock.now() + dt.timedelta(days=6), tick=False):
        assert remind_appeals_task() == 1
        letter = read_letters()[other_staff.email]
        assert "It burnt my table." in letter
        assert reverse("admin:catalog_reportappeal_changelist") in letter
        assert remind_appeals_task() == 1
        assert read_letters() == {}


def test_staff_decide_at_their_desk_and_moderators_do_not(
    client: Client, told_no: ProductReport, product: Product, staff: User
) -> None:
    appeal = appeal_report(told_no, text="It burnt my table.")
    queue = reverse("admin:catalog_reportappeal_changelist")
    page = reverse("admin:catalog_reportappeal_change", args=[appeal.pk])
    grant = {"action": "grant", "_selected_action": appeal.pk, "decided": "1"}
    moderator, keeper = make_user(), make_user()
    give_role(moderator, MODERATORS, by=staff, reason="Hired")
    give_role(keeper, STAFF, by=staff, reason="Hired")
    client.force_login(User.objects.get(pk=moderator.pk))
    assert client.get(queue).status_code == 403
    client.force_login(User.objects.get(pk=keeper.pk))
    shown = client.get(page).text
    for words in ("It is dangerous. It burns.", "It does not burn.", product.title):
        assert words in shown, words
    assert "It burnt my table." in client.get(queue).text
    assert "Appeals of reporters" in client.get("/admin/").text
    case = reverse("admin:catalog_reportedproduct_change", args=[told_no.case_id])
    assert "It burnt my table." in client.get(case).text
    client.post(queue, grant | {"reason": "No ground is named"})
    appeal.refresh_from_db()
    assert appeal.state == "open"
    client.post(queue, grant | {"reason": "A lab agrees", "ground": "law"})
    appeal.refresh_from_db()
    product.refresh_from_db()
    assert (appeal.state, appeal.decided_by) == ("granted", keeper)
    assert product.state == Product.State.WITHDRAWN
