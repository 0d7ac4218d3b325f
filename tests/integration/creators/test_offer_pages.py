"""Pages of offers, agreements, terms, samples and showcase; pay shown by the hour."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Proposal, SampleCriteria, SampleRequest
from catalog.services.collaborations import refuse_counter
from catalog.services.samples import approve_sample, send_sample
from creators.models import Agreement, Creator
from creators.selectors.guarantees import find_guarantee
from creators.services.funding import fund_by_payment
from creators.services.terms import publish_terms
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.common import clock
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import (
    make_agreement,
    make_creator,
    make_duty,
    make_livestream,
    make_product,
    make_variant,
)
from tests.integration.catalog.test_collaborations import make_collaboration
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_payouts import sell

pytestmark = pytest.mark.django_db
PAGES = (
    "collaboration-list",
    "agreement-list",
    "market-terms",
    "sample-list",
    "showcase",
)


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator."""
    client.force_login(creator.user)
    return client


def at(name: str, *args: str) -> str:
    return reverse(f"creators:{name}", args=args)


def test_empty_pages_say_what_comes(portal: Client) -> None:
    said = [portal.get(at(page)).text for page in PAGES]
    for words, page in zip(
        (
            "No offers just now",
            "No agreements yet",
            "no terms of its own",
            "You have not asked for a sample yet",
            "Nothing is chosen yet",
        ),
        said,
        strict=True,
    ):
        assert words in page


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_creators(client: Client, shopper: User, page: str) -> None:
    assert client.get(at(page)).status_code == 302
    client.force_login(shopper)
    assert client.get(at(page)).status_code == 403


def test_an_offer_shows_its_pay_per_hour_and_is_accepted(
    portal: Client, creator: Creator
) -> None:
    offered = make_collaboration(text="Show how it stacks.")
    row = portal.get(at("collaboration-list")).text
    assert "at least £20.00 per hour" in row
    detail = at("collaboration-detail", offered.public_id)
    page = portal.get(detail).text
    for words in (
        "The floor of your market is £12.71",
        "Too early to say",
        "1:00 hours with preparation",
        "paid within 5 bank days",
        "Show how it stacks.",
        "work-GB-20260401",
    ):
        assert words in page, words
    answer = portal.post(
        at("collaboration-answer", offered.public_id, "accept"), follow=True
    )
    assert "Its terms are fixed now" in answer.text
    listed = portal.get(at("agreement-list")).text
    assert offered.title in listed
    assert "£20.00 per hour" in listed


def test_a_counter_is_typed_in_money_and_below_the_floor_names_what_is_missing(
    portal: Client, creator: Creator
) -> None:
    offered = make_collaboration()
    counter = at("collaboration-answer", offered.public_id, "counter")
    typed = {
        "guarantee": "10.00",
        "guarantee_per": "show",
        "commission": "12.5",
        "pays": "both",
        "show_minutes": "60",
        "preparation_minutes": "30",
        "note": "I bring my own light.",
    }
    for wrong in ({"guarantee": "-1"}, {"commission": "101"}, {"pays": "x"}):
        assert portal.post(counter, typed | wrong).status_code == 400
    poor = portal.post(counter, typed)
    assert poor.status_code == 400
    assert "£9.07 are missing" in poor.text
    assert not Proposal.objects.exists()
    sent = portal.post(counter, typed | {"guarantee": "30.00"}, follow=True)
    mine = sent.text.partition("Your terms, with the brand now")[2]
    assert "£30.00 per show" in mine
    assert "£20.00" in mine, "what it pays per hour, preparation counted"
    proposal = Proposal.objects.get()
    assert (proposal.commission_bps, proposal.guarantee_minor) == (1250, 3000)
    refuse_counter(proposal, by=offered.created_by, answer="Too much for us.")
    page = portal.get(at("collaboration-detail", offered.public_id)).text
    assert "Too much for us." in page
    declined = portal.post(
        at("collaboration-answer", offered.public_id, "decline"), follow=True
    )
    assert "Declined" in declined.text


def test_what_is_somebody_else_s_is_not_there(portal: Client, creator: Creator) -> None:
    other = make_creator()
    offered = make_collaboration(creator=other)
    foreign = make_agreement(creator=other)
    show = make_livestream(creator=creator)
    theirs = make_livestream(creator=other)
    assert portal.get(at("collaboration-detail", offered.public_id)).status_code == 404
    for name, args, facts in (
        ("collaboration-answer", (offered.public_id, "accept"), {}),
        ("agreement-answer", (foreign.public_id, "accept"), {}),
        ("sample-change", ("nothing",), {"act": "in_hand"}),
        ("show-agreement", (theirs.public_id,), {}),
        ("show-agreement", (show.public_id,), {"agreement": foreign.public_id}),
    ):
        assert portal.post(at(name, *args), facts).status_code == 404, name
    assert not Agreement.objects.filter(creator=creator).exists()


def test_terms_are_read_and_agreed_to_before_an_offer(
    portal: Client, creator: Creator
) -> None:
    publish_terms(creator.market, text="Be kind to one another.")
    offered = make_collaboration()
    accept = at("collaboration-answer", offered.public_id, "accept")
    refused = portal.post(accept)
    assert refused.status_code == 403
    assert "Please read and accept the terms" in refused.text
    assert "Be kind to one another." in portal.get(at("market-terms")).text
    missing = portal.post(at("market-terms"), {"version": "9"}, follow=True)
    assert "newer version" in missing.text
    agreed = portal.post(at("market-terms"), {"version": "1"}, follow=True)
    assert "You said yes" in agreed.text
    assert portal.post(accept).status_code == 302


def test_an_agreement_on_offer_is_declined_or_accepted(
    portal: Client, creator: Creator
) -> None:
    offered = Agreement.State.OFFERED
    unwanted, poor = (
        make_agreement(creator=creator, state=offered, guarantee_minor=minor)
        for minor in (2000, 1)
    )
    page = portal.get(at("overview")).text
    assert "at least £20.00 per hour" in page
    refused = portal.post(
        at("agreement-answer", poor.public_id, "accept"), follow=True
    ).text
    assert "£12.70 are missing" in refused
    portal.post(at("agreement-answer", unwanted.public_id, "decline"))
    unwanted.refresh_from_db()
    assert unwanted.state == Agreement.State.DECLINED


def test_a_sample_is_asked_for_and_confirmed_in_hand(
    portal: Client, creator: Creator, staff: User
) -> None:
    product = make_product(title="Walnut stool")
    make_variant(product=product)
    new = at("sample-new", product.public_id)
    assert "This brand sends no samples." in portal.get(new).text
    assert portal.post(new, {"address": "1 High Street"}).status_code == 403
    SampleCriteria.objects.create(brand=product.brand, needs_agreement=False)
    assert "Walnut stool" in portal.get(at("sample-list"), {"q": "walnut"}).text
    assert portal.post(new, {"address": ""}).status_code == 200
    portal.post(new, {"address": "1 High Street"})
    sample = SampleRequest.objects.get()
    change = at("sample-change", sample.public_id)
    assert "not ready" in portal.post(change, {"act": "in_hand"}, follow=True).text
    approve_sample(sample, by=staff)
    send_sample(sample, by=staff, carrier="Royal Mail", tracking="RM1")
    assert "RM1" in portal.get(at("sample-list")).text
    done = portal.post(change, {"act": "in_hand"}, follow=True).text
    assert "Sample in hand." in done


def test_the_showcase_stands_on_the_public_page(
    portal: Client, creator: Creator
) -> None:
    product = make_product(title="Walnut stool")
    make_variant(product=product)
    assert "Walnut stool" in portal.get(at("showcase"), {"q": "walnut"}).text
    facts = {"product": product.public_id, "act": "add"}
    portal.post(at("showcase"), facts)
    public = reverse("creator-page", args=[creator.handle])
    assert "Walnut stool" in portal.get(public).text
    portal.post(at("showcase"), facts | {"act": "remove"})
    assert "Walnut stool" not in portal.get(public).text


def test_the_plan_tells_missing_funding_and_the_report_the_pay_per_hour(
    portal: Client, creator: Creator
) -> None:
    show = make_livestream(creator=creator)
    detail = at("show-detail", show.public_id)
    agreement = make_agreement(creator=creator, preparation_minutes=30)
    assert "no pay is guaranteed" in portal.get(detail).text
    choose = at("show-agreement", show.public_id)
    chosen = portal.post(choose, {"agreement": agreement.public_id}, follow=True)
    assert "£20.00 are not paid in yet" in chosen.text
    make_duty(show.market)
    studio = at("studio-act", show.public_id, "start")
    show.refresh_from_db()
    show.publisher_seen_at = clock.now()
    show.save()
    assert "not paid in yet" in portal.post(studio, follow=True).text
    guarantee = find_guarantee(show.public_id)
    assert guarantee is not None
    with transaction.atomic():
        fund_by_payment(guarantee, reference="p", amount_minor=2000)
    assert "Paid in. You can go live." in portal.get(detail).text
    kept = portal.post(choose, {"agreement": ""}, follow=True).text
    assert "Money is in this show" in kept
    with time_machine.travel(clock.now(), tick=False):
        start_livestream(show)
        end_livestream(show)
    relay()
    report = portal.get(detail).text
    assert "whatever sells" in report
    assert "for 30 minutes, preparation included" in report
    assert "Earned" in portal.get(at("agreement-list")).text


def test_what_is_expected_comes_from_the_creator_s_own_shows(
    client: Client, stall: Stall
) -> None:
    long_ago = clock.now() - dt.timedelta(days=60)
    for _ in range(3):
        stall.show.pk = None
        stall.show.public_id = f"show{_:012}"
        stall.show.save()
        for _again in range(8):
            sell(stall, long_ago)
    offered = make_collaboration(stall.brand)
    client.force_login(stall.creator.user)
    page = client.get(at("collaboration-detail", offered.public_id)).text
    assert "£24.00 a show, as your last ones sold" in page
    assert "0%" in page


def test_lists_ask_as_much_with_many_rows_as_with_few(
    portal: Client,
    creator: Creator,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def fill() -> None:
        make_collaboration(places=2)
        make_agreement(creator=creator, state=Agreement.State.OFFERED)
        show = make_livestream(creator=creator)
        agreement = make_agreement(creator=creator)
        portal.post(
            at("show-agreement", show.public_id), {"agreement": agreement.public_id}
        )

    fill()
    pages = ("collaboration-list", "agreement-list", "overview")
    counts = []
    for _ in range(2):
        for page in pages:
            with django_assert_max_num_queries(30) as asked:
                assert portal.get(at(page)).status_code == 200
            counts.append(len(asked))
        for _again in range(2):
            fill()
    assert counts[:3] == counts[3:]
