"""The replay page and the tokens that players renew."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.services.prices import set_price
from creators.models import Creator
from livestreams.access.playback import is_playback_token_right
from livestreams.models import Livestream, Poll, Question, Report
from livestreams.services import publishing, shows
from livestreams.services.moderation import decide_report
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_livestream, make_replay, make_variant

pytestmark = pytest.mark.django_db


def test_a_replay_has_player_label_and_products(client: Client) -> None:
    variant = make_variant(price=6450)
    show = make_replay(products=(variant.product,))
    answer = client.get(f"/replays/{show.public_id}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-class="replay"' in page
    assert show.title in page
    assert show.creator.display_name in page
    assert "Paid partnership" in page
    assert variant.product.title in page
    assert "data-ticket=" not in page
    assert answer["Cache-Control"] == "private, no-store"


def test_a_replay_keeps_answers_with_their_products(
    client: Client, shopper: User
) -> None:
    variant = make_variant(price=6450)
    show = make_replay(products=(variant.product,))
    facts = {"livestream": show, "asker": shopper, "asker_name": "Sam"}
    Question.objects.create(
        text="Is it oak?",
        answer="All of it is oak.",
        state=Question.State.ANSWERED,
        product=variant.product,
        answered_at=clock.now(),
        **facts,
    )
    Question.objects.create(
        text="Rude?", state=Question.State.DISMISSED, answer="No.", **facts
    )
    page = client.get(f"/replays/{show.public_id}/").content.decode()
    assert "All of it is oak." in page
    assert "Rude?" not in page


def test_a_replay_tells_what_the_room_chose_and_when(
    client: Client, creator: Creator
) -> None:
    start = clock.now() - dt.timedelta(minutes=30)
    show = make_replay(creator=creator, started_at=start)
    facts = {"livestream": show, "opened_by": creator.user}
    Poll.objects.create(
        question="Which next?",
        options=["Red", "Blue"],
        votes=[1, 3],
        opened_at=start + dt.timedelta(seconds=605),
        closed_at=start + dt.timedelta(seconds=700),
        **facts,
    )
    page = client.get(f"/replays/{show.public_id}/").content.decode()
    assert "What the room chose" in page
    assert re.search(r"10:05</span><span[^>]*>Which next\?", page)
    assert "75 %</span> Blue" in page
    assert "4 votes" in page


def test_a_show_on_air_has_no_replay_but_a_watch_page(client: Client) -> None:
    show = make_livestream(state=Livestream.State.LIVE)
    answer = client.get(f"/replays/{show.public_id}/")
    assert answer.status_code == 302
    assert answer["Location"] == show.get_absolute_url()


def test_a_show_without_recording_has_no_replay(client: Client) -> None:
    show = make_livestream(state=Livestream.State.ENDED)
    assert client.get(f"/replays/{show.public_id}/").status_code == 404
    assert client.get("/replays/0000000000000000/").status_code == 404


def test_a_player_renews_its_token(client: Client, stranger: User) -> None:
    show = make_livestream()
    address = f"/live/{show.public_id}/playback/"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    shows.start_livestream(show)
    answer = client.get(address).json()
    assert answer["class"] == "low"
    assert is_playback_token_right(show.public_id, "low", answer["token"])


def test_a_tile_shows_a_frame_only_while_there_is_one(client: Client) -> None:
    show = make_livestream()
    shows.start_livestream(show)
    assert "/still/poster.jpg" not in client.get("/").content.decode()
    publishing.note_picture(show.public_id)
    assert "/still/poster.jpg" in client.get("/").content.decode()


def test_moments_tell_the_price_then_and_now(client: Client) -> None:
    start = clock.now() - dt.timedelta(minutes=30)
    with time_machine.travel(start, tick=False):
        variant = make_variant(price=6450)
        show = make_replay(products=(variant.product,), started_at=start)
        show.pins.create(
            product=variant.product,
            placed_by=show.creator.user,
            placed_at=start + dt.timedelta(seconds=65),
            removed_at=start + dt.timedelta(seconds=90),
        )
    address = f"/replays/{show.public_id}/"
    assert "in the show, " not in client.get(address).content.decode()
    set_price(variant, show.market, 5900)
    page = client.get(address).content.decode()
    assert "£64.50 in the show, £59.00 today" in page
    assert "1:05" in page
    assert "This replay is available until" in page


def test_chat_comes_by_windows_and_removed_text_never(
    client: Client, shopper: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    show = make_replay()
    now = clock.now()
    for text, state, seconds in (
        ("Lovely oak", "visible", 10),
        ("Gone for good", "removed", 11),
        ("Held back", "held", 12),
        ("Much later", "visible", 400),
    ):
        show.messages.create(
            author=shopper,
            author_name="Sam",
            text=text,
            state=state,
            at=now + dt.timedelta(seconds=seconds),
        )
    first = int(now.timestamp() * 1000)
    address = f"/replays/{show.public_id}/chat/"
    with django_assert_max_num_queries(3):
        answer = client.get(address, {"from": first, "until": first + 60_000})
    assert [line["text"] for line in answer.json()["lines"]] == ["Lovely oak"]
    wide = client.get(address, {"from": 0, "until": first + 500_000}).json()["lines"]
    assert [line["text"] for line in wide] == ["Much later"]
    assert client.get(address, {"from": "x", "until": "1"}).status_code == 404
    assert client.get(address).status_code == 404


def test_a_line_of_a_replay_is_reported_decided_and_gone(
    client: Client, shopper: User, stranger: User, staff: User
) -> None:
    show, other = make_replay(), make_replay()
    now = clock.now()
    line = show.messages.create(author=shopper, author_name="Sam", text="Rude", at=now)
    report, chat = (
        f"/{path}"
        for path in (
            f"live/{show.public_id}/report-line/",
            f"replays/{show.public_id}/chat/",
        )
    )
    facts = {"message": line.public_id, "reason": "insult"}
    refused = client.post(report, facts)
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "livestreams.sign_in_to_chat",
    )
    replay = f"/replays/{show.public_id}/"
    assert "data-report-open" not in client.get(replay).content.decode()
    client.force_login(stranger)
    assert "data-report-open" in client.get(replay).content.decode()
    receipts = {client.post(report, facts).json()["receipt"] for _ in range(2)}
    row = Report.objects.get()
    assert receipts == {row.public_id}
    assert (row.reason, row.reporter) == ("insult", stranger)
    elsewhere = f"/live/{other.public_id}/report-line/"
    assert client.post(elsewhere, facts).status_code == 404
    assert client.post(report, {}).status_code == 404
    since = int(now.timestamp() * 1000)
    stretch = {"from": since - 1000, "until": since + 1000}
    assert len(client.get(chat, stretch).json()["lines"]) == 1
    decide_report(row, Report.State.UPHELD, by=staff, reason="Rude indeed.")
    assert client.get(chat, stretch).json()["lines"] == []
    mail.outbox.clear()
    outbox.relay()
    letters = [letter for letter in mail.outbox if letter.to == [stranger.email]]
    assert "Rude indeed." in letters[0].body
