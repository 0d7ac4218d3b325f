"""Giveaways: one entry each, a commitment, and winners that all can compute."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from livestreams.errors import giveaways as errors
from livestreams.models import Giveaway, GiveawayEntry, GiveawayTerms, Livestream
from livestreams.services import giveaways
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests import recompute_draw
from tests.factories import make_livestream, make_market, make_user

pytestmark = pytest.mark.django_db
START = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=10)


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """Stop the clock."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def show() -> Livestream:
    """Plan a show in a market that allows giveaways."""
    show = make_livestream()
    GiveawayTerms.objects.create(market=show.market, is_allowed=True, words="No cash.")
    return show


def give(show: Livestream, **changes: Any) -> Giveaway:
    """Open a giveaway of two mugs for ten minutes."""
    facts: dict[str, Any] = {
        "title": "Two mugs",
        "prize": "A mug each",
        "closes_at": END,
        "winners": 2,
        "by": show.creator.user,
    }
    return giveaways.open_giveaway(show, **(facts | changes))


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_draw_is_made_once_and_anybody_computes_it_again(
    show: Livestream,
    moment: time_machine.Traveller,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    mailoutbox: list[Any],
) -> None:
    mugs = give(show)
    people = [make_user() for _ in range(6)]
    for person in [*people, *people]:
        giveaways.enter_giveaway(mugs, user=person)
    assert giveaways.draw_due() == 0
    with pytest.raises(errors.GiveawayNotOver):
        giveaways.draw_giveaway(mugs)
    page = Client().get(mugs.get_absolute_url())
    assert mugs.seed_hash in text_of(page)
    assert mugs.seed not in page.content.decode()
    assert Client().get(f"{mugs.get_absolute_url()}draw.json").status_code == 409

    moment.move_to(END)
    with pytest.raises(errors.GiveawayOver):
        giveaways.enter_giveaway(mugs, user=make_user())
    assert [giveaways.draw_due() for _ in range(2)] == [1, 0]
    first = giveaways.draw_giveaway(mugs)
    assert giveaways.draw_giveaway(mugs).drawn_at == first.drawn_at
    won = GiveawayEntry.objects.filter(rank__isnull=False).order_by("rank")
    winners = [entry.pseudonym for entry in won]
    assert len(winners) == 2

    answer = Client().get(f"{mugs.get_absolute_url()}draw.json")
    published = tmp_path / "draw.json"
    published.write_bytes(answer.content)
    assert recompute_draw.main(str(published)) == 0
    assert capsys.readouterr().out.split() == winners
    assert "The same winners" in text_of(Client().get(mugs.get_absolute_url()))
    for name, value in (("seed", "0" * 64), ("entries", winners)):
        forged = json.loads(answer.content) | {name: value}
        published.write_text(json.dumps(forged))
        assert recompute_draw.main(str(published)) == 1

    outbox.relay()
    assert {mail.to[0] for mail in mailoutbox} == {entry.user.email for entry in won}
    assert Audit.objects.filter(action="livestreams.draw_giveaway").count() == 1


def test_a_published_number_is_joined_by_staff(
    show: Livestream, staff: User, moment: time_machine.Traveller
) -> None:
    mugs = give(show, public_source="Lottery numbers of 1 January")
    giveaways.enter_giveaway(mugs, user=make_user())
    moment.move_to(END)
    assert giveaways.draw_due() == 0
    mugs.refresh_from_db()
    assert (mugs.state, mugs.entry_count) == ("closed", 1)
    with pytest.raises(errors.PublicValueNeeded):
        giveaways.draw_giveaway(mugs, by=staff)
    drawn = giveaways.draw_giveaway(mugs, public_value=" 4 8 15 ", by=staff)
    assert (drawn.state, drawn.public_value) == ("drawn", "4 8 15")


def test_who_may_not_enter(show: Livestream, staff: User, teen: User) -> None:
    mugs = give(show)
    unknown = make_user(age_band=User.AgeBand.UNKNOWN)
    abroad = make_user(market=make_market("DE"))
    for person, fault in (
        (teen, errors.GiveawayAdultsOnly),
        (unknown, errors.GiveawayAdultsOnly),
        (staff, errors.HostsLeftOut),
        (show.creator.user, errors.HostsLeftOut),
        (abroad, errors.GiveawayElsewhere),
    ):
        with pytest.raises(fault):
            giveaways.enter_giveaway(mugs, user=person)
    assert not GiveawayEntry.objects.exists()


def test_giveaways_that_may_not_be(show: Livestream) -> None:
    for changes in (
        {"title": " "},
        {"prize": ""},
        {"winners": 0},
        {"winners": 101},
        {"closes_at": START},
        {"closes_at": START + dt.timedelta(days=31)},
    ):
        with pytest.raises(errors.GiveawayWrong):
            give(show, **changes)
    GiveawayTerms.objects.update(is_allowed=False)
    with pytest.raises(errors.GiveawayNotAllowed):
        give(show)
    GiveawayTerms.objects.all().delete()
    with pytest.raises(errors.GiveawayNotAllowed):
        give(show)


def test_the_page_holds_rules_and_takes_the_entry(
    show: Livestream, shopper: User
) -> None:
    mugs, client = give(show), Client()
    enter = f"{mugs.get_absolute_url()}enter/"
    assert "/accounts/login/" in client.post(enter)["Location"]
    client.force_login(shopper)
    page = text_of(client.get(mugs.get_absolute_url()))
    for words in ("Nothing need be bought", "18 or older", "No cash.", "Two mugs"):
        assert words in page
    entered = client.post(enter, follow=True)
    assert "You are entered as" in text_of(entered)
    assert "Two mugs" in text_of(client.get("/giveaways/"))
    assert Client().get("/giveaways/nothing/").status_code == 404
    assert clock.now() == START


def test_nobody_entered(show: Livestream, moment: time_machine.Traveller) -> None:
    mugs = give(show)
    moment.move_to(END)
    assert giveaways.draw_due() == 1
    assert "Nobody entered." in text_of(Client().get(mugs.get_absolute_url()))
