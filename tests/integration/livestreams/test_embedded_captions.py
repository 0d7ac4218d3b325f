"""Captions in the picture: kept by language, shown, grown, behind what people wrote."""

import datetime as dt

import orjson
import pytest
import time_machine
from django.test import Client

from creators.models import Creator
from livestreams.errors import CaptionsMistimed, LanguageUnknown
from livestreams.errors.captions import CaptionsInPicture, LanguageTwice
from livestreams.models import CaptionCue, CaptionTrack, Livestream
from livestreams.protocol.webvtt import Cue
from livestreams.selectors.captions import list_captions
from livestreams.services import embedded_captions
from livestreams.services.captions import add_cues, upload_captions
from livestreams.services.embedded_captions import ChannelCue, note_lines, set_channels
from shopfront.models import Audit, User
from tests.factories import make_livestream
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
FILE = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"


@pytest.fixture
def show(creator: Creator) -> Livestream:
    state = Livestream.State.LIVE
    return make_livestream(
        creator=creator, state=state, started_at=NOW, language="en-GB"
    )


def line(
    text: str, *, at: int = 0, lasts: int = 15_000, channel: int = 1
) -> ChannelCue:
    return ChannelCue(channel, Cue(NOW_MS + at, NOW_MS + at + lasts, text))


def note(show: Livestream, *lines: ChannelCue) -> int:
    return note_lines(show.public_id, lines)


def test_a_line_grows_and_ends_as_the_same_line(
    client: Client, show: Livestream, listen: Listen
) -> None:
    with listen() as told:
        assert note(show, line("Solid"), line("Solid oak")) == 1
        assert note(show, line("Solid oak.", lasts=2_000), line("Next", at=2_000)) == 2
    events = [orjson.loads(envelope.body) for envelope in told]
    assert [len(event["cues"]) for event in events] == [1, 2]
    assert {event["language"] for event in events} == {"en"}
    (choice,) = list_captions(show)
    assert (choice.basis, choice.origin) == ("moment", "From the picture")
    text = client.get(choice.url).content.decode()
    assert "00:00:00.000 --> 00:00:02.000\nSolid oak.\n" in text
    assert text.count("-->") == 2


def test_each_channel_is_shown_in_its_language_or_not_at_all(
    show: Livestream, creator: Creator
) -> None:
    assert note(show, line("Hidden", channel=3)) == 0
    by = creator.user
    set_channels(show, {1: "", 3: "fr"}, by=by)
    assert note(show, line("One"), line("Trois", channel=3)) == 1
    assert CaptionTrack.objects.get().language == "fr"
    assert Audit.objects.get(action="livestreams.set_caption_channels").facts == {
        "CC1": "",
        "CC3": "fr",
    }
    with pytest.raises(LanguageTwice):
        set_channels(show, {1: "fr", 3: "fr"}, by=by)
    with pytest.raises(LanguageUnknown):
        set_channels(show, {1: "tlh"}, by=by)


@time_machine.travel(NOW, tick=False)
def test_what_people_wrote_stands_before_what_the_picture_says(
    show: Livestream, creator: Creator
) -> None:
    add_cues(show, "en", [line("Recognised").cue])
    assert note(show, line("Embedded", at=1)) == 0
    upload_captions(show, "en", FILE, by=creator.user)
    assert note(show, line("Embedded", at=2)) == 0
    set_channels(show, {1: "de"}, by=creator.user)
    assert note(show, line("Eingebettet")) == 1
    with pytest.raises(CaptionsInPicture):
        add_cues(show, "de", [line("Erkannt", at=3).cue])
    with pytest.raises(CaptionsMistimed):
        add_cues(show, "de", [])


def test_nothing_is_kept_off_air_nor_without_end(
    show: Livestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_captions, "MOST_LINES", 2)
    assert (
        note(show, line("x" * 500), line("", at=1), line("Back", at=2, lasts=-1)) == 1
    )
    assert CaptionCue.objects.get().text == "x" * 400
    assert note(show, line("Two", at=3)) == 1
    assert note(show, line("Three", at=4)) == 0
    Livestream.objects.update(state=Livestream.State.ENDED)
    assert note(show, line("Over", at=5)) == 0
    assert note_lines("nosuchshow", [line("Who")]) == 0


def test_the_host_says_which_channel_speaks_what(
    client: Client, show: Livestream, creator: Creator, stranger: User
) -> None:
    page = f"/creator/shows/{show.public_id}/captions/"
    client.force_login(creator.user)
    choices = {"channel_1": "en", "channel_2": "de"}
    choices |= {"channel_3": "none", "channel_4": "none"}
    answer = client.post(f"{page}channels/", choices, follow=True)
    assert "Languages of the captions saved." in answer.content.decode()
    assert note(show, line("Hallo", channel=2)) == 1
    wrong = client.post(f"{page}channels/", {**choices, "channel_2": "en"})
    assert "a language of its own" in wrong.content.decode()
    unknown = client.post(f"{page}channels/", {**choices, "channel_2": "tlh"})
    assert "tlh is not one of the available choices" in unknown.content.decode()
    client.force_login(stranger)
    assert client.post(f"{page}channels/", choices).status_code == 403
