"""What the gateway's facts do to a show, its room and its recording."""

import asyncio
from typing import Any

import pytest
import time_machine

from livestreams.access.intake import mint_intake_ticket
from livestreams.access.playback import (
    find_playback,
    find_replay,
    get_stream_key,
    get_stream_name,
    is_playback_token_right,
    mint_playback_token,
)
from livestreams.access.studio import get_studio_seat
from livestreams.errors import ShowEnded, StreamKeyWrong
from livestreams.media.hooks import PublishAttempt, PublishGrant, Refusal
from livestreams.models import Livestream, Recording, RoomEvent
from livestreams.services import publishing, shows
from shopfront.management.commands.media import ShopHooks
from shopfront.models import Audit, User
from tests.factories import make_livestream, make_user

pytestmark = pytest.mark.django_db

State = Livestream.State


def events_of(livestream: Livestream) -> list[str]:
    rows = RoomEvent.objects.filter(livestream=livestream).order_by("seq")
    return list(rows.values_list("type", flat=True))


def live_show(**changes: Any) -> Livestream:
    """Return a show on air with a picture."""
    livestream = make_livestream(**changes)
    shows.start_livestream(livestream)
    publishing.note_picture(livestream.public_id)
    livestream.refresh_from_db()
    return livestream


def test_the_right_key_is_admitted() -> None:
    livestream = make_livestream()
    key = get_stream_key(livestream)
    assert publishing.admit_publisher(livestream.public_id, key) == livestream
    assert get_stream_name(livestream) == f"{livestream.public_id}?key={key}"


def test_a_wrong_key_is_refused_and_the_studio_can_tell() -> None:
    livestream = make_livestream()
    with pytest.raises(StreamKeyWrong):
        publishing.admit_publisher(livestream.public_id, "wrong")
    livestream.refresh_from_db()
    assert livestream.refused_at is not None
    assert livestream.refused_why == "An encoder tried with a wrong key."


def test_an_unknown_show_is_refused_like_a_wrong_key() -> None:
    with pytest.raises(StreamKeyWrong):
        publishing.admit_publisher("0000000000000000", "wrong")


def test_a_key_is_for_one_show_only_and_dies_when_it_is_changed(
    staff: User,
) -> None:
    first, second = make_livestream(), make_livestream()
    key = get_stream_key(first)
    with pytest.raises(StreamKeyWrong):
        publishing.admit_publisher(second.public_id, key)
    publishing.rotate_stream_key(first, by=staff)
    assert Audit.objects.filter(action="livestreams.rotate_stream_key").exists()
    with pytest.raises(StreamKeyWrong):
        publishing.admit_publisher(first.public_id, key)


def test_the_standing_of_a_show_names_the_key_that_counts_now(staff: User) -> None:
    livestream = make_livestream()
    assert publishing.check_standing(livestream.public_id).key_version == 1
    publishing.rotate_stream_key(livestream, by=staff)
    assert publishing.check_standing(livestream.public_id).key_version == 2


def test_an_ended_show_takes_no_picture(staff: User) -> None:
    livestream = live_show()
    shows.end_livestream(livestream, by=staff, reason="unsafe goods")
    with pytest.raises(ShowEnded):
        publishing.admit_publisher(livestream.public_id, get_stream_key(livestream))
    assert publishing.check_standing(livestream.public_id).is_allowed is False


def test_a_lost_picture_pauses_and_its_return_resumes() -> None:
    livestream = live_show()
    publishing.note_picture_lost(livestream.public_id)
    publishing.note_picture_lost(livestream.public_id)
    livestream.refresh_from_db()
    assert livestream.state == State.PAUSED
    publishing.note_picture(livestream.public_id)
    livestream.refresh_from_db()
    assert livestream.state == State.LIVE
    assert events_of(livestream) == ["show.started", "show.paused", "show.resumed"]


def test_a_break_outlives_a_lost_picture() -> None:
    livestream = live_show()
    shows.pause_livestream(livestream)
    publishing.note_picture_lost(livestream.public_id)
    assert publishing.check_standing(livestream.public_id).waits
    publishing.note_picture(livestream.public_id)
    livestream.refresh_from_db()
    assert livestream.state == State.PAUSED


def test_a_picture_that_stays_away_ends_the_show_with_a_recording() -> None:
    livestream = live_show()
    publishing.note_picture_lost(livestream.public_id)
    assert not publishing.check_standing(livestream.public_id).waits
    for _ in range(2):
        publishing.close_broadcast(livestream.public_id, seconds=61.6, bytes_count=9)
    livestream = Livestream.objects.get(pk=livestream.pk)
    assert livestream.state == State.ENDED
    assert livestream.recording.state == Recording.State.READY
    assert livestream.recording.seconds == 62
    replay = find_replay(livestream)
    assert replay is not None
    assert replay.kind == "replay"


def test_a_show_ends_together_with_its_recording_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a page that hears of the end looks before the replay is there."""
    livestream = live_show()
    publishing.note_picture_lost(livestream.public_id)
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "_finish_recording", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            publishing.close_broadcast(livestream.public_id, seconds=9, bytes_count=9)
    livestream.refresh_from_db()
    assert livestream.state == State.PAUSED
    assert "show.ended" not in events_of(livestream)
    publishing.close_broadcast(livestream.public_id, seconds=9, bytes_count=9)
    livestream.refresh_from_db()
    assert livestream.state == State.ENDED
    assert livestream.recording.is_ready


def test_a_try_before_the_show_leaves_no_recording() -> None:
    livestream = make_livestream()
    publishing.note_picture(livestream.public_id)
    publishing.close_broadcast(livestream.public_id, seconds=30, bytes_count=9)
    livestream.refresh_from_db()
    assert livestream.state == State.SCHEDULED
    assert not Recording.objects.exists()
    assert find_replay(livestream) is None


def test_a_demo_show_waits_for_its_broadcaster() -> None:
    livestream = live_show(is_demo=True)
    publishing.note_picture_lost(livestream.public_id)
    assert publishing.check_standing(livestream.public_id).waits


def test_shows_left_open_by_a_crash_are_named() -> None:
    crashed = live_show()
    make_livestream()
    ended = live_show()
    shows.end_livestream(ended)
    assert list(publishing.list_left_open("main")) == [
        crashed.public_id,
        ended.public_id,
    ]


def test_a_token_opens_one_kind_of_one_show_until_it_expires() -> None:
    livestream, other = make_livestream(), make_livestream()
    token = mint_playback_token(livestream, "low", seconds=60)
    name = livestream.public_id
    assert is_playback_token_right(name, "low", token)
    assert not is_playback_token_right(name, "replay", token)
    assert not is_playback_token_right(other.public_id, "low", token)
    assert not is_playback_token_right(name, "low", "9999999999-" + token[11:])
    assert not is_playback_token_right(name, "low", "nonsense")
    with time_machine.travel(0, tick=False):
        early = mint_playback_token(livestream, "low", seconds=60)
    assert not is_playback_token_right(name, "low", early)


def test_the_picture_before_the_show_is_for_its_host_only(
    stranger: User, staff: User
) -> None:
    livestream = make_livestream()
    assert find_playback(livestream, stranger) is None
    assert find_playback(livestream, livestream.creator.user) is not None
    shows.start_livestream(livestream)
    assert find_playback(livestream, stranger) is not None
    shows.end_livestream(livestream, by=staff)
    assert find_playback(livestream, stranger) is None


@pytest.mark.django_db(transaction=True)
def test_the_gateway_reaches_the_shop_through_its_hooks() -> None:
    livestream = make_livestream(is_demo=True)
    hooks = ShopHooks()
    name, key = livestream.public_id, get_stream_key(livestream)
    host = livestream.creator.user
    ticket = mint_intake_ticket(get_studio_seat(host, name), host)
    other = make_user().public_id

    async def ask() -> None:
        wrong = await hooks.authorise_publish(PublishAttempt(name, "wrong", "peer"))
        assert isinstance(wrong, Refusal)
        right = await hooks.authorise_publish(PublishAttempt(name, key, "peer"))
        assert isinstance(right, PublishGrant)
        assert right.keep_seconds == publishing.DEMO_KEEPS_SECONDS
        browser = PublishAttempt(name, ticket, "peer", is_browser=True)
        sent = await hooks.authorise_publish(browser)
        assert isinstance(sent, PublishGrant)
        assert sent.keep_seconds == publishing.DEMO_KEEPS_SECONDS
        assert sent.person == host.public_id
        assert sent.person_name == host.name
        await hooks.published(name)
        assert (await hooks.still_publishing(name, "")).is_allowed
        for person, is_out in ((host.public_id, False), (other, True)):
            standing = await hooks.still_publishing(name, person)
            assert standing.is_dismissed is is_out
        await hooks.refused(name, "No key frame.")
        await hooks.unpublished(name)
        assert await hooks.list_left_open() == [name]

    asyncio.run(ask())
    livestream.refresh_from_db()
    assert livestream.refused_why == "No key frame."
