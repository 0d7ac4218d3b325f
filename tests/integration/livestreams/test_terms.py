"""Terms that wait for a host's yes: told in time, asked before a show, never in it."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from creators.errors import TermsNotAccepted
from creators.models import Creator, Guarantee, MarketTerms
from creators.selectors.guarantees import find_guarantee
from creators.services.funding import fund_by_payment
from creators.services.terms import accept_terms, publish_terms
from livestreams.models import CoHost, Livestream
from livestreams.services.funding import choose_agreement
from livestreams.services.publishing import note_picture, note_picture_lost
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import pause_livestream
from livestreams.services.studio import go_live, go_on
from shopfront.common import clock
from shopfront.models import Outbox
from shopfront.services.outbox import relay
from tests.factories import (
    make_agreement,
    make_creator,
    make_duty,
    make_livestream,
    make_user,
)

pytestmark = pytest.mark.django_db
State = Livestream.State
WAITS = "waits for your yes: without it this show cannot start"


@pytest.fixture
def first(creator: Creator) -> MarketTerms:
    """Publish the market's first terms, which the host agreed to."""
    terms = publish_terms(creator.market, text="Be kind.")
    accept_terms(creator, version=1)
    return terms


@pytest.fixture
def show(creator: Creator, first: MarketTerms) -> Livestream:
    """Plan a show whose picture arrives, with somebody on duty."""
    make_duty(creator.market)
    return make_livestream(creator=creator, publisher_seen_at=clock.now())


def change_terms(creator: Creator) -> MarketTerms:
    return publish_terms(creator.market, text="Be kinder.", changes="Kinder.")


def test_new_terms_refuse_the_start_and_a_yes_opens_it(
    creator: Creator, show: Livestream
) -> None:
    second = change_terms(creator)
    with time_machine.travel(second.valid_from, tick=False):
        with pytest.raises(TermsNotAccepted) as refusal:
            go_live(show, by=creator.user)
        assert refusal.value.extra == {"version": 2}
        show.refresh_from_db()
        assert show.state == State.SCHEDULED
        accept_terms(creator, version=2)
        assert go_live(show, by=creator.user).state == State.LIVE


def test_terms_bind_nobody_before_the_notice_is_over(
    creator: Creator, show: Livestream
) -> None:
    change_terms(creator)
    assert go_live(show, by=creator.user).state == State.LIVE


def test_a_show_on_air_is_never_cut_off_by_new_terms(
    creator: Creator, show: Livestream
) -> None:
    second = change_terms(creator)
    go_live(show, by=creator.user)
    with time_machine.travel(second.valid_from, tick=False):
        note_picture_lost(show.public_id)
        note_picture(show.public_id)
        pause_livestream(show, by=creator.user)
        assert go_on(show, by=creator.user).state == State.LIVE
        pause_livestream(show, by=creator.user)
        assert go_live(show, by=creator.user).state == State.LIVE


def test_a_rehearsal_needs_no_yes(creator: Creator, show: Livestream) -> None:
    second = change_terms(creator)
    with time_machine.travel(second.valid_from, tick=False):
        rehearsal = open_rehearsal(make_livestream(creator=creator))
        Livestream.objects.filter(pk=rehearsal.pk).update(publisher_seen_at=clock.now())
        assert go_live(rehearsal, by=creator.user).state == State.LIVE


def test_the_studio_says_it_before_the_start_and_a_yes_leads_back(
    client: Client, creator: Creator, show: Livestream
) -> None:
    agreement = make_agreement(creator=creator, guarantee_minor=3000)
    choose_agreement(show, agreement)
    guarantee = find_guarantee(show.public_id)
    assert guarantee is not None
    with transaction.atomic():
        fund_by_payment(guarantee, reference="pay-1", amount_minor=3000)
    second = change_terms(creator)
    Livestream.objects.filter(pk=show.pk).update(
        starts_at=second.valid_from + dt.timedelta(hours=1)
    )
    make_livestream(creator=creator, state=State.LIVE, started_at=clock.now())
    client.force_login(creator.user)
    studio = reverse("creators:studio", args=[show.public_id])
    plan = reverse("creators:show-detail", args=[show.public_id])
    terms = reverse("creators:market-terms")
    for page, back in ((studio, studio), (plan, plan)):
        said = client.get(page).text
        assert WAITS in said, page
        assert f"{terms}?next={back}" in said.replace("%2F", "/"), page
    assert (
        "no show can start without it" in client.get(reverse("creators:overview")).text
    )
    with time_machine.travel(second.valid_from, tick=False):
        client.force_login(creator.user)
        start = reverse("creators:studio-act", args=[show.public_id, "start"])
        assert (
            "accept the terms of your market first"
            in client.post(start, follow=True).text
        )
        wrong = client.post(f"{terms}?next={studio}", {"version": "9"})
        assert wrong.headers["Location"] == f"{terms}?next={studio}"
        agreed = client.post(f"{terms}?next={studio}", {"version": "2"})
        assert agreed.headers["Location"] == studio
        assert WAITS not in client.get(studio).text
        client.post(start)
    show.refresh_from_db()
    guarantee.refresh_from_db()
    assert show.state == State.LIVE
    assert guarantee.state == Guarantee.State.FUNDED


def test_a_co_host_reads_whose_yes_is_missing(
    client: Client, creator: Creator, show: Livestream
) -> None:
    change_terms(creator)
    with time_machine.travel(clock.now() + dt.timedelta(days=16), tick=False):
        helper = make_user()
        CoHost.objects.create(livestream=show, user=helper, duty="co_host")
        client.force_login(helper)
        page = client.get(reverse("creators:studio", args=[show.public_id])).text
    assert f"waits for the yes of {creator.display_name}" in page
    assert reverse("creators:market-terms") not in page.partition("terms-wait")[2][:400]


def test_a_yes_leads_to_no_page_of_others(client: Client, creator: Creator) -> None:
    publish_terms(creator.market, text="Be kind.")
    client.force_login(creator.user)
    terms = reverse("creators:market-terms")
    for away in ("https://evil.example/", "//evil.example/", "javascript:x"):
        answer = client.post(f"{terms}?next={away}", {"version": "1"})
        assert answer.headers["Location"] == terms


def test_who_would_be_bound_gets_the_terms_as_a_letter_once(
    creator: Creator, first: MarketTerms
) -> None:
    relay()
    assert not mail.outbox, "who agreed before the letter went out needs none"
    for state in (Creator.State.APPLIED, Creator.State.CLOSED):
        make_creator(state=state)
    eager = make_creator()
    change_terms(creator)
    accept_terms(eager, version=2)
    relay()
    (letter,) = mail.outbox
    assert letter.to == [creator.user.email]
    assert letter.subject == "Terms for creators: version 2"
    for words in (
        "holds from",
        "What is new: Kinder.",
        "Be kinder.",
        "/creator/terms/",
    ):
        assert words in letter.body, words
    Outbox.objects.update(state=Outbox.State.WAITING)
    relay()
    assert {one.extra_headers["Message-ID"] for one in mail.outbox} == {
        letter.extra_headers["Message-ID"]
    }


def test_each_announced_version_can_be_agreed_to(
    client: Client, creator: Creator, first: MarketTerms
) -> None:
    change_terms(creator)
    later = clock.now() + dt.timedelta(days=30)
    third = publish_terms(creator.market, text="Be kindest.", valid_from=later)
    client.force_login(creator.user)
    assert "Be kindest." in client.get(reverse("creators:market-terms")).text
    assert accept_terms(creator, version=3).terms == third
