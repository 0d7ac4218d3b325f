"""Captions of a show: uploaded, from a recogniser, read by players."""

import datetime as dt
import json
from typing import Any

import orjson
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from creators.models import Creator
from livestreams.access.captions import get_captions_key
from livestreams.errors import CaptionsMistimed, CaptionsUploaded, LanguageUnknown
from livestreams.models import CaptionCue, CaptionTrack, Livestream
from livestreams.protocol.webvtt import Cue
from livestreams.selectors.captions import list_captions
from livestreams.services.captions import add_cues, upload_captions
from shopfront.models import User
from tests.factories import make_livestream, make_replay
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
FILE = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello <b>all</b>\n"


@pytest.fixture
def show(creator: Creator) -> Livestream:
    started = NOW - dt.timedelta(minutes=1)
    state = Livestream.State.LIVE
    return make_livestream(creator=creator, state=state, started_at=started)


def line(text: str, *, at: int = NOW_MS, lasts: int = 2000) -> Cue:
    return Cue(at, at + lasts, text)


@time_machine.travel(NOW, tick=False)
def test_live_lines_are_kept_once_and_read_from_the_shows_start(
    client: Client, show: Livestream
) -> None:
    assert add_cues(show, "en", [line("One"), line("Two", at=NOW_MS + 2000)]) == 2
    assert add_cues(show, "en", [line("One again"), line("3", at=NOW_MS + 4000)]) == 1
    (choice,) = list_captions(show)
    assert (choice.basis, choice.from_ms) == ("moment", NOW_MS - 60_000)
    answer = client.get(choice.url)
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("WEBVTT\n\n00:01:00.000 --> 00:01:02.000\nOne\n")
    assert "One again" not in text


@time_machine.travel(NOW, tick=False)
def test_live_lines_are_told_to_the_room_with_their_moments(
    show: Livestream, listen: Listen
) -> None:
    with listen() as told:
        add_cues(show, "de", [line("Eiche, geölt.")])
        add_cues(show, "de", [line("Eiche, geölt.")])
    (event,) = (orjson.loads(envelope.body) for envelope in told)
    cue = {"from_ms": NOW_MS, "until_ms": NOW_MS + 2000, "text": "Eiche, geölt."}
    assert event == {
        "type": "captions.added",
        "language": "de",
        "label": "Deutsch",
        "cues": [cue],
    }


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    "cues",
    [
        [],
        [line("Old", at=NOW_MS - 121_000)],
        [line("Ahead", at=NOW_MS + 31_000)],
        [line("Long", lasts=15_001)],
        [line("Backwards", lasts=-1)],
        [line(" ")],
        [line("x" * 401)],
    ],
)
def test_lines_of_another_time_are_refused(show: Livestream, cues: list[Cue]) -> None:
    with pytest.raises(CaptionsMistimed):
        add_cues(show, "en", cues)
    with pytest.raises(LanguageUnknown):
        add_cues(show, "tlh", [line("nuqneH")])
    assert not CaptionCue.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_a_recogniser_needs_the_key_of_a_show_on_air(
    client: Client, show: Livestream, creator: Creator
) -> None:
    address = f"/live/{show.public_id}/captions/en/"
    body: dict[str, Any] = {
        "cues": [{"from_ms": NOW_MS, "until_ms": NOW_MS + 900, "text": "Hello"}]
    }

    def send(key: str, facts: object = body) -> int:
        return client.post(
            address,
            json.dumps(facts),
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        ).status_code

    other = make_livestream(creator=creator, state=Livestream.State.LIVE)
    key = get_captions_key(show)
    assert send(get_captions_key(other)) == 403
    assert send("") == 403
    assert send(key) == 200
    faults: tuple[object, ...] = ([], {}, {"cues": 5}, {"cues": [{"from_ms": "now"}]})
    for broken in faults:
        assert send(key, broken) == 400
    Livestream.objects.filter(pk=show.pk).update(state=Livestream.State.ENDED)
    assert send(key) == 403
    assert CaptionCue.objects.count() == 1


def test_an_uploaded_file_takes_the_place_of_live_lines(
    show: Livestream, creator: Creator
) -> None:
    with time_machine.travel(NOW, tick=False):
        add_cues(show, "en", [line("Heard wrong")])
        upload_captions(show, "en", FILE, by=creator.user)
        with pytest.raises(CaptionsUploaded):
            add_cues(show, "en", [line("Heard again")])
    assert list(CaptionCue.objects.values_list("text", flat=True)) == ["Hello all"]
    (choice,) = list_captions(show)
    assert (choice.basis, choice.from_ms, choice.line_count) == ("recording", 0, 1)


def test_the_host_uploads_reads_its_faults_and_removes(
    client: Client, creator: Creator, stranger: User
) -> None:
    show = make_replay(creator=creator)
    page = f"/creator/shows/{show.public_id}/captions/"
    client.force_login(creator.user)

    def upload(data: bytes) -> str:
        file = SimpleUploadedFile("captions.vtt", data)
        form = {"language": "de", "file": file}
        return client.post(page, form, follow=True).content.decode()

    assert "first line must begin with WEBVTT" in upload(b"1\n00:00:01,000")
    assert not CaptionTrack.objects.exists()
    assert "Deutsch" in upload(FILE)
    watched = client.get(f"/replays/{show.public_id}/").content.decode()
    assert f'src="/live/{show.public_id}/captions/de.vtt"' in watched
    client.force_login(stranger)
    assert client.get(page).status_code == 403
    assert client.post(f"{page}remove/", {"language": "de"}).status_code == 403
    client.force_login(creator.user)
    client.post(f"{page}remove/", {"language": "de"})
    assert client.get(f"/live/{show.public_id}/captions/de.vtt").status_code == 404


def test_captions_of_a_limited_show_are_for_its_audience(
    client: Client, creator: Creator
) -> None:
    show = make_replay(creator=creator, audience=Livestream.Audience.INVITED)
    upload_captions(show, "en", FILE, by=creator.user)
    address = f"/live/{show.public_id}/captions/en.vtt"
    assert client.get(address).status_code == 404
    client.force_login(creator.user)
    assert client.get(address).status_code == 200
