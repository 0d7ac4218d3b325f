"""Who runs the site: named per market, written by staff, never invented (L5)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from shopfront.common import sharing
from shopfront.markets import count_unnamed, find_operator
from shopfront.models import Market, Operator, User
from shopfront.services import people
from shopfront.services.roles import MODERATORS, STAFF
from tests.factories import make_market, make_operator, make_user

pytestmark = pytest.mark.django_db

IMPRINT = "/about/imprint/"
ADD = "admin:shopfront_operator_add"
LIST = "admin:shopfront_operator_changelist"
FACTS: dict[str, Any] = {
    "name": "Shopfront GmbH",
    "address": "Musterstraße 1\n12345 Musterstadt",
    "represented_by": "Erika Mustermann",
    "email": "hallo@shopfront.example",
    "phone": "+49 30 23125 000",
    "register_name": "Amtsgericht Musterstadt",
    "register_number": "HRB 1",
    "vat_number": "DE123456788",
    "authority": "Landesamt",
    "authorities_email": "amt@shopfront.example",
    "contact_languages": ["de", "en"],
}
SENT = FACTS | {"market": "", "contact_languages": '["de", "en"]'}


def look(user: User | None = None, **cookies: str) -> str:
    """Return the imprint as one person sees it, from a browser of their own."""
    client = Client()
    client.cookies.load(cookies)
    if user is not None:
        client.force_login(user)
    answer = client.get(IMPRINT)
    assert answer.status_code == 200
    assert "Cookie" in answer["Vary"], "else a cache gives one market's to all"
    return answer.text


def make_employee(role: str, boss: User) -> User:
    person = make_user()
    people.give_role(person, role, by=boss, reason="Hired")
    return person


def test_the_imprint_says_all_that_the_law_asks_for() -> None:
    make_operator(market=make_market(), **FACTS)

    page = look()

    for fact in ("name", "represented_by", "phone", "vat_number", "authority"):
        assert FACTS[fact] in page
    assert "Musterstraße 1<br>12345 Musterstadt" in page
    assert "Amtsgericht Musterstadt, HRB 1" in page
    assert '<a href="mailto:hallo@shopfront.example">' in page
    assert '<a href="mailto:amt@shopfront.example">' in page
    assert '<a href="tel:+493023125000">' in page
    assert "German, English" in page
    assert "<h2>United Kingdom</h2>" in page


def test_what_was_not_written_down_is_not_shown() -> None:
    make_operator(market=make_market(), name="A <b>bold</b> trader")

    page = look()

    assert "A &lt;b&gt;bold&lt;/b&gt; trader" in page
    for name in ("Represented by", "Trade register", "VAT number", "Telephone"):
        assert f"<dt>{name}" not in page
    assert "Supervisory authority" not in page
    assert "You may write in" not in page
    assert page.count('"mailto:help@shopfront.example"') == 2, "people and authorities"


def test_a_market_that_nobody_is_named_for_invents_nobody() -> None:
    make_operator(market=make_market("DE"))
    make_market()

    page = look()

    assert "Who runs this" in page
    assert "Shopfront Ltd" not in page
    assert "mailto:" not in page


def test_a_site_without_any_market_names_who_runs_it_all_the_same() -> None:
    assert "mailto:" not in look()
    make_operator()
    assert "Shopfront Ltd" in look()


def test_each_market_has_its_own_operator_also_where_much_is_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SHARED_SECONDS = 0.9
    monkeypatch.setattr(sharing, "_kept", {})
    germany = make_market("DE", languages=["de"])
    make_market("FR")
    make_operator(market=make_market(), name="British Ltd")
    make_operator(market=germany, name="Deutsche GmbH")
    wide = make_operator(name="World Inc")
    german = make_user(market=germany)
    for _ in range(2):
        assert "British Ltd" in look(sf_market="GB")
        assert "Deutsche GmbH" in look(sf_market="DE")
        assert "Deutsche GmbH" in look(german, sf_market="GB")
        assert "World Inc" in look(sf_market="FR")
        assert "World Inc" not in look(sf_market="DE")
    wide.name = "Planet Inc"
    wide.save()
    assert "Planet Inc" in look(sf_market="FR")


def test_the_imprint_is_in_the_language_of_who_reads_it() -> None:
    make_operator(market=make_market(), **FACTS)

    page = look(django_language="de")

    assert "<dt>Adresse</dt>" in page
    assert "Deutsch, Englisch" in page
    assert "<h2>Vereinigtes Königreich</h2>" in page


def test_an_address_with_signs_of_its_own_stays_one_address() -> None:
    make_operator(market=make_market(), email="a&b?c=d@shopfront.example")

    assert 'href="mailto:a%26b%3Fc%3Dd@shopfront.example"' in look()


def test_many_operators_cost_the_page_as_much_as_one() -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            look()
        return len(captured)

    make_operator(market=make_market())
    one = count()
    for code in ("DE", "FR", "IT"):
        make_operator(market=make_market(code))

    assert count() == one


def test_a_market_s_own_operator_comes_before_the_one_for_all() -> None:
    market = make_market()
    assert find_operator(market) is None
    wide = make_operator()
    assert find_operator(market) == wide
    own = make_operator(market=market)
    assert find_operator(market) == own
    assert find_operator(None) == wide


def test_staff_learn_which_markets_have_an_imprint_without_a_name(
    client: Client, staff: User
) -> None:
    make_market()
    for code, stage in (("DE", "paused"), ("FR", "planned"), ("IT", "closed")):
        make_market(code, stage=Market.Stage(stage))

    def read_figures(role: str) -> dict[str, str]:
        client.force_login(make_employee(role, staff))
        figures = client.get("/admin/").context["figures"]
        return {row.name: row.value for row in figures if row.url == LIST}

    assert read_figures(STAFF) == {"Markets without a named operator": "2"}
    assert read_figures(MODERATORS) == {}
    make_operator(market=make_market())
    assert count_unnamed() == 1
    make_operator()
    assert count_unnamed() == 0
    assert read_figures(STAFF) == {}


def test_staff_write_it_down_and_what_it_was_before_is_kept(
    client: Client, staff: User
) -> None:
    client.force_login(make_employee(STAFF, staff))

    assert client.post(reverse(ADD), SENT).status_code == 302
    row = Operator.objects.get()
    assert {name: getattr(row, name) for name in FACTS} == FACTS | {
        "address": "Musterstraße 1\n12345 Musterstadt"
    }
    change = reverse("admin:shopfront_operator_change", args=[row.pk])
    client.post(change, SENT | {"name": "Shopfront SE"})
    assert "Shopfront SE" in client.get(change).text
    names = row.events.order_by("pgh_id").values_list("name", flat=True)  # type: ignore[attr-defined]
    assert list(names) == ["Shopfront GmbH", "Shopfront SE"]
    delete = reverse("admin:shopfront_operator_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_nobody_else_reads_or_writes_it_in_the_admin(
    client: Client, staff: User, stranger: User
) -> None:
    for person, is_in in ((stranger, False), (make_employee(MODERATORS, staff), True)):
        client.force_login(person)
        assert client.get(reverse(LIST)).status_code == (403 if is_in else 302)
        assert client.post(reverse(ADD), SENT).status_code == (403 if is_in else 302)
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "  "}, "This field is required"),
        ({"address": " \n "}, "This field is required"),
        ({"email": "nobody"}, "Enter a valid email address"),
        ({"email": ""}, "This field is required"),
        ({"authorities_email": "a b@c"}, "Enter a valid email address"),
        ({"phone": "030 23125"}, "Write the number with its country"),
        ({"phone": "+49 30 javascript"}, "Write the number with its country"),
        ({"vat_number": "123"}, "A VAT number has two letters"),
        ({"register_number": ""}, "Write the trade register and the number"),
        ({"register_name": ""}, "Write the trade register and the number"),
        ({"contact_languages": '["xx-nowhere"]'}, "Languages are a list of codes"),
        ({"contact_languages": '["de", "de"]'}, "Languages are a list of codes"),
        ({"contact_languages": '"de"'}, "Languages are a list of codes"),
        ({"contact_languages": '[["de"]]'}, "Languages are a list of codes"),
        ({"contact_languages": "de"}, "Enter a valid JSON"),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_sentence(
    client: Client, staff: User, wrong: dict[str, str], words: str
) -> None:
    client.force_login(staff)

    answer = client.post(reverse(ADD), SENT | wrong)

    assert answer.status_code == 200
    assert words in answer.text
    assert not Operator.objects.exists()


def test_a_market_has_one_operator_and_so_have_all_the_others(
    client: Client, staff: User
) -> None:
    client.force_login(staff)
    market = make_market()
    for pk in (str(market.pk), ""):
        sent = SENT | {"market": pk}
        assert client.post(reverse(ADD), sent).status_code == 302
        again = client.post(reverse(ADD), sent)
        assert "This market has an operator already." in again.text
    assert Operator.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"address": "\n"},
        {"email": ""},
        {"register_name": "Companies House"},
    ],
)
def test_the_database_refuses_it_too(wrong: dict[str, Any]) -> None:
    make_operator()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_operator()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_operator(market=make_market(), **wrong)


def test_an_operator_is_sound_as_the_factory_makes_it() -> None:
    make_operator().full_clean()
    with pytest.raises(ValidationError):
        Operator(name="A").full_clean()


def test_the_list_of_operators_asks_as_much_for_many_as_for_one(
    client: Client,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(staff)
    make_operator(market=make_market())
    client.get(reverse(LIST))
    counts = []
    for codes in ((), ("DE", "FR", "IT")):
        for code in codes:
            make_operator(market=make_market(code))
        with django_assert_max_num_queries(20) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
