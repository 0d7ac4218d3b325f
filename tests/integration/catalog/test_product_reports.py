"""Products as a whole, reported by anybody: one case, a receipt, an alert (C7)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.errors.reported_goods import GoodsReportUnsound
from catalog.models import Product, ProductReport, ReportedProduct
from catalog.services.product_decisions import clear_reported
from catalog.services.product_reports import forget_guests, report_product
from catalog.services.products import withdraw_product
from catalog.services.stock import holder_of
from livestreams.services.erasure import erase_chat
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_bundle, make_product, make_user, make_variant

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
SAID = {"reason": "misleading", "words": " It says oak,\n it is pine. "}
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def product() -> Product:
    """Make a product on sale."""
    return make_variant().product


def address_of(product: Product) -> str:
    return reverse("catalog:product-report", args=[product.slug])


def report(product: Product, user: User, reason: str = "other") -> ProductReport:
    return report_product(
        product,
        holder=holder_of(user, ""),
        reporter=user,
        reason=reason,
        words="It smells.",
        language=user.language,
    )


def test_a_person_reports_a_product_and_reads_what_becomes_of_it(
    client: Client, product: Product, shopper: User, stranger: User, staff: User
) -> None:
    address = address_of(product)
    for page in (product.get_absolute_url(), f"{product.get_absolute_url()}sheet/"):
        assert f'href="{address}"' in client.get(page).text
    client.force_login(shopper)
    form = client.get(address).text
    assert 'type="email"' not in form
    for _ in range(2):
        answer = client.post(address, SAID)
    told = ProductReport.objects.get()
    assert (told.reporter, told.words) == (shopper, "It says oak, it is pine.")
    receipt = reverse("catalog:report-receipt", args=[told.public_id])
    assert answer["Location"] == receipt
    assert told.public_id in client.get(receipt).text
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [shopper.email]
    assert told.public_id in letter.body
    clear_reported(told.case, by=staff, reason="Oak it is.")
    assert "Oak it is." in client.get(receipt).text
    own = client.get(reverse("livestreams:decisions")).text
    assert "A product" in own
    assert "Oak it is." in own
    mail.outbox.clear()
    outbox.relay()
    (letter,) = mail.outbox
    assert "let it stand" in letter.body
    assert "Oak it is." in letter.body
    for user in (stranger, None):
        client.logout()
        if user:
            client.force_login(user)
        assert client.get(receipt).status_code == 404


def test_a_guest_reports_without_script_and_follows_it_by_number(
    client: Client, product: Product, staff: User
) -> None:
    address = address_of(product)
    assert 'type="email"' in client.get(address).text
    for _ in range(2):
        answer = client.post(address, SAID, follow=True)
    told = ProductReport.objects.get()
    assert (told.reporter, told.email) == (None, "")
    assert "Keep this page" in answer.text
    clear_reported(told.case, by=staff, reason="Oak it is.")
    elsewhere = Client()
    receipt = reverse("catalog:report-receipt", args=[told.public_id])
    assert "Oak it is." in elsewhere.get(receipt).text
    assert elsewhere.get(receipt)["Cache-Control"].count("no-store") == 1
    outbox.relay()
    assert mail.outbox == []
    elsewhere.post(address, SAID | {"email": "guest@people.example"})
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == ["guest@people.example"]
    newer = ProductReport.objects.exclude(pk=told.pk).get()
    assert f"/reports/{newer.public_id}/" in letter.body
    assert newer.case != told.case


def test_a_report_in_the_sheet_answers_within_it(
    client: Client, product: Product, shopper: User
) -> None:
    client.force_login(shopper)
    address = address_of(product)
    form = client.get(f"{address}?show=s&ref=r", headers=PART).text
    assert "<html" not in form
    assert "sheet/?show=s&amp;ref=r" in form
    answer = client.post(address, {"reason": "danger"}, headers=PART)
    assert answer.status_code == 400
    assert "Please fill this in." in answer.text
    assert "checked" in answer.text
    answer = client.post(address, SAID, headers=PART)
    assert ProductReport.objects.get().public_id in answer.text
    assert "<html" not in answer.text


def test_each_product_of_a_bundle_can_be_reported(client: Client) -> None:
    first = make_variant()
    second = make_variant(product=make_product(brand=first.product.brand))
    bundle = make_bundle((first, 1), (second, 2))
    for page in ("", "sheet/"):
        shown = client.get(bundle.get_absolute_url() + page).text
        for part in bundle.parts.select_related("variant__product"):
            assert address_of(part.variant.product) in shown


def test_reports_of_a_product_gather_in_one_case_and_danger_is_told_at_once(
    client: Client, product: Product, shopper: User, stranger: User, staff: User
) -> None:
    first = report(product, shopper)
    assert not ReportedProduct.objects.get().is_urgent
    people = [stranger, make_user(), make_user()]
    for person in people:
        report(product, person, "danger")
    case = ReportedProduct.objects.get()
    assert case == first.case
    assert case.is_urgent
    assert case.reports.count() == 4
    outbox.relay()
    alarms = [one for one in mail.outbox if "dangerous" in one.subject]
    (alarm,) = alarms
    assert alarm.bcc == [staff.email]
    assert "It smells." in alarm.body
    assert f"/admin/catalog/reportedproduct/{case.pk}/change/" in alarm.body


def test_a_report_after_a_decision_opens_a_new_case(
    product: Product, shopper: User, staff: User
) -> None:
    case = report(product, shopper).case
    clear_reported(case, by=staff, reason="Fine")
    again = report(product, shopper)
    assert again.case != case
    assert ReportedProduct.objects.filter(state="open").count() == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 400),
        ({"reason": "danger"}, 400),
        ({"reason": "danger", "words": " \n "}, 400),
        ({"reason": "boring", "words": "It is."}, 400),
        ({"reason": "danger", "words": "x" * 501}, 400),
        ({"reason": "danger", "words": "a\x00b"}, 400),
        ({"reason": "danger", "words": "It is.", "email": "nobody"}, 400),
    ],
)
def test_a_report_without_a_reason_or_words_is_refused(
    client: Client, product: Product, said: dict[str, str], status: int
) -> None:
    assert client.post(address_of(product), said).status_code == status
    assert not ReportedProduct.objects.exists()


@pytest.mark.parametrize(("reason", "words"), [("no", "x"), ("danger", " ")])
def test_the_service_refuses_what_a_form_would(
    product: Product, shopper: User, reason: str, words: str
) -> None:
    with pytest.raises(GoodsReportUnsound):
        report_product(
            product,
            holder="account:x",
            reporter=shopper,
            reason=reason,
            words=words,
            language="en-gb",
        )


def test_what_is_not_on_sale_cannot_be_reported(
    client: Client, product: Product, staff: User
) -> None:
    withdraw_product(product, by=staff, reason="Recall")
    address = address_of(product)
    assert client.get(address).status_code == 404
    assert client.post(address, SAID).status_code == 404
    nobody = reverse("catalog:product-report", args=["nobody"])
    assert client.post(nobody, SAID).status_code == 404
    unknown = reverse("catalog:report-receipt", args=["nobody"])
    assert client.get(unknown).status_code == 404


def test_reports_come_slowly_and_words_are_not_lost(
    client: Client, shopper: User
) -> None:
    client.force_login(shopper)
    products = [make_variant().product for _ in range(6)]
    with time_machine.travel(clock.now(), tick=False):
        answers = [client.post(address_of(one), SAID) for one in products]
    assert [one.status_code for one in answers] == [302] * 5 + [409]
    assert "Go on in a while." in answers[-1].text
    assert "it is pine." in answers[-1].text


def test_guests_of_one_address_come_slowly_whatever_their_browsers(
    product: Product,
) -> None:
    address = address_of(product)
    with time_machine.travel(clock.now(), tick=False):
        codes = [Client().post(address, SAID).status_code for _ in range(21)]
    assert codes == [302] * 20 + [409]
    assert ProductReport.objects.count() == 20


def test_a_person_takes_their_reports_away_and_has_their_words_erased(
    client: Client, product: Product, shopper: User, staff: User
) -> None:
    open_one = report(product, shopper)
    other = report(make_variant().product, shopper)
    clear_reported(other.case, by=staff, reason="Fine")
    client.force_login(shopper)
    assert "2 reports of products" in client.get(reverse("livestreams:own-chat")).text
    taken = client.get(reverse("livestreams:own-chat-json")).json()["product_reports"]
    assert [one["text"] for one in taken] == ["It smells.", "It smells."]
    erase_chat(shopper, by=shopper)
    for row in (open_one, other):
        row.refresh_from_db()
    assert (open_one.words, other.words) == ("It smells.", "")
    assert open_one.erasure_asked_at is not None
    clear_reported(open_one.case, by=staff, reason="Fine")
    open_one.refresh_from_db()
    assert open_one.words == ""
    assert erase_chat(shopper, by=shopper) == 0


def test_guests_are_forgotten_half_a_year_after_the_decision(
    client: Client, product: Product, shopper: User, staff: User
) -> None:
    client.post(address_of(product), SAID | {"email": "guest@people.example"})
    kept = report(product, shopper)
    guest = ProductReport.objects.get(reporter=None)
    clear_reported(guest.case, by=staff, reason="Fine")
    assert forget_guests() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=184), tick=False):
        assert forget_guests() == 1
        assert forget_guests() == 0
    guest.refresh_from_db()
    kept.refresh_from_db()
    assert (guest.words, guest.email) == ("", "")
    assert kept.words
