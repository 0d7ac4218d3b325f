"""The gateway joined to the shop: from an encoder's key to the finished recording."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from livestreams.access.gateways import get_play_address
from livestreams.access.playback import (
    find_playback,
    find_replay,
    get_stream_name,
)
from livestreams.media.embedded import EmbeddedLine
from livestreams.media.faults import Fault
from livestreams.media.flv import Tag
from livestreams.media.hooks import PlayRequest
from livestreams.media.server import MediaServer
from livestreams.models import (
    CaptionCue,
    Gateway,
    Livestream,
    Recording,
    ShowInvitation,
)
from livestreams.services import gateways, publishing, shows
from livestreams.services.audiences import (
    claim_invitation,
    invite,
    revoke_invitation,
)
from shopfront.common import clock
from shopfront.management.commands.media import ShopHooks, build_server
from shopfront.models import User
from tests.factories import make_livestream, make_user
from tests.media_lab import decode, run_encoder, serve, until
from tests.rtmp_pen import endless, run_feed, run_pen

pytestmark = pytest.mark.django_db(transaction=True)


async def until_row(
    livestream: Livestream, is_so: Callable[[Livestream], bool], seconds: float
) -> Livestream:
    """Wait until the show's row says something."""
    rows = Livestream.objects.select_related("recording")
    async with asyncio.timeout(seconds):
        while True:
            row = await rows.aget(pk=livestream.pk)
            if is_so(row):
                return row
            await asyncio.sleep(0.1)


async def test_a_show_runs_is_ended_by_staff_and_can_be_replayed(
    staff: User, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_DIR = tmp_path
    livestream = await sync_to_async(make_livestream)()
    await sync_to_async(shows.start_livestream)(livestream)
    server = build_server(host="127.0.0.1", rtmp_port=0)
    async with serve(server) as port:
        base = f"rtmp://127.0.0.1:{server.rtmp.port}/live/"
        async with run_encoder(base + get_stream_name(livestream)) as encoder:
            await until_row(livestream, lambda row: bool(row.publisher_seen_at), 20)
            show = server.gateway.find_show(livestream.public_id)
            assert show is not None
            now = clock.now().timestamp()
            said = EmbeddedLine(1, now, now + 2, "Hello")
            await server.gateway.hooks.captioned(livestream.public_id, [said])
            cues = CaptionCue.objects.filter(track__livestream=livestream)
            assert await cues.values_list("text", flat=True).aget() == "Hello"
            async with asyncio.timeout(20):
                await show.packager.wait_for(3, None, seconds=20)
            await sync_to_async(shows.end_livestream)(
                livestream, by=staff, reason="Goods that are not safe"
            )
            async with asyncio.timeout(3):
                await encoder.wait()
        ended = await until_row(livestream, _is_recorded, 10)
        assert ended.recording.seconds >= 2
        settings.MEDIA_BASE_URL = f"http://127.0.0.1:{port}"
        replay = await sync_to_async(find_replay)(ended)
        assert replay is not None
        address = f"{replay.base}/{replay.token}/{replay.show}/replay/vod.m3u8"
        frames, complaints = await decode(address, seconds=60)
        assert frames > 48, complaints
        async with run_encoder(base + get_stream_name(livestream)) as late:
            _, complaint = await late.communicate()
        assert b"ended" in complaint


def _is_recorded(row: Livestream) -> bool:
    return row.recording.state == Recording.State.READY


def start_gateway(settings: Settings, tmp_path: Path, name: str) -> MediaServer:
    """Build a gateway that has a name and addresses of its own."""
    settings.MEDIA_GATEWAY = name
    settings.MEDIA_DIR = tmp_path / name
    settings.MEDIA_BASE_URL = f"https://{name}.example"
    settings.MEDIA_RTMP_URL = f"rtmp://{name}.example/live"
    return build_server(host="127.0.0.1", rtmp_port=0)


async def test_two_gateways_share_shows_and_one_takes_over_when_the_other_is_lost(
    tmp_path: Path, settings: Settings, clip: list[Tag]
) -> None:
    livestream = await sync_to_async(make_livestream)()
    name = get_stream_name(livestream)
    one = start_gateway(settings, tmp_path, "one")
    two = start_gateway(settings, tmp_path, "two")
    async with serve(two):
        await _until_alive("two")
        async with serve(one):
            await _until_alive("one")
            async with run_feed(one.rtmp.port, name, endless(clip)):
                row = await until_row(livestream, _has_picture, 20)
                assert (
                    await sync_to_async(get_play_address)(row) == "https://one.example"
                )
                async with run_pen(two.rtmp.port, name) as strayed:
                    assert "rtmp://one.example/live" in await strayed.until_over()
        lost_at = clock.now() - gateways.SILENT_AFTER
        await Gateway.objects.filter(name="one").aupdate(seen_at=lost_at)
        async with run_feed(two.rtmp.port, name, endless(clip)):
            await until(lambda: _is_carried(two, livestream))
    row = await Livestream.objects.select_related("gateway").aget(pk=livestream.pk)
    assert row.gateway is not None
    assert row.gateway.name == "two"


async def test_a_new_key_ends_who_sends_with_the_old_one(
    staff: User, tmp_path: Path, settings: Settings, clip: list[Tag]
) -> None:
    settings.MEDIA_DIR = tmp_path
    livestream = await sync_to_async(make_livestream)()
    server = build_server(host="127.0.0.1", rtmp_port=0)
    name = get_stream_name(livestream)
    async with (
        serve(server),
        run_feed(server.rtmp.port, name, endless(clip)) as sender,
    ):
        await until_row(livestream, _has_picture, 20)
        await sync_to_async(publishing.rotate_stream_key)(livestream, by=staff)
        assert await sender.until_over() == Fault.KEY_CHANGED.sentence
        told = Fault.KEY_CHANGED.sentence
        await until_row(livestream, lambda row: row.refused_why == told, 10)


async def _until_alive(name: str) -> None:
    async with asyncio.timeout(20):
        while not await Gateway.objects.filter(name=name).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _has_picture(row: Livestream) -> bool:
    return row.publisher_seen_at is not None


def _is_carried(server: MediaServer, livestream: Livestream) -> bool:
    show = server.gateway.find_show(livestream.public_id)
    return show is not None and show.packager.last_number >= 1


async def test_a_gateway_is_ready_once_it_listens(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_DIR = tmp_path
    server: Any = build_server(host="127.0.0.1", rtmp_port=0)
    early = httpx.ASGITransport(server)
    async with httpx.AsyncClient(transport=early, base_url="http://early") as http:
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.post("/healthz")).status_code == 405
        assert (await http.get("/nothing")).status_code == 404
    async with serve(server) as port, httpx.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{port}/readyz")
        assert answer.status_code == 200


async def test_a_withdrawn_invitation_ends_the_token_of_its_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("livestreams.media.leave.time.monotonic", lambda: now[0])
    show, person, place = await sync_to_async(_invite)()
    playback = find_playback(show, person)
    assert playback is not None
    hooks = ShopHooks()
    request = PlayRequest(show.public_id, "low", playback.token)
    assert await hooks.authorise_play(request) is None
    await sync_to_async(revoke_invitation)(place)
    now[0] += 5
    refusal = await hooks.authorise_play(request)
    assert refusal is not None
    assert "not open to you" in refusal.sentence
    foreign = PlayRequest(show.public_id, "standard", playback.token)
    assert await hooks.authorise_play(foreign) is not None


def _invite() -> tuple[Livestream, User, ShowInvitation]:
    show = make_livestream(
        audience=Livestream.Audience.INVITED, state=Livestream.State.LIVE
    )
    person = make_user()
    place = invite(show, name="Sam", by=show.creator.user)
    claim_invitation(place, person)
    return show, person, place
