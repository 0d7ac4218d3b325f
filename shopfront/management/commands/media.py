"""`manage.py media`: the media gateway, joined to the shop by its hooks."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from livestreams.access.audiences import may_watch
from livestreams.access.playback import find_token_person, is_playback_token_right
from livestreams.broadcast.health import keep_health
from livestreams.broadcast.threads import call_in_thread
from livestreams.media.answers import CorsPolicy
from livestreams.media.embedded import EmbeddedLine
from livestreams.media.foreign import ForeignHooks, ForeignServers
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import (
    GatewayLoad,
    PlayRequest,
    PublishAttempt,
    PublishGrant,
    RecordingFacts,
    Refusal,
    RelayState,
    RelayTarget,
    Standing,
)
from livestreams.media.ingest import MOST_MESSAGE_BYTES
from livestreams.media.leave import Leave
from livestreams.media.limits import Limits
from livestreams.media.meter import Health
from livestreams.media.rtmp import RtmpServer
from livestreams.media.server import MediaServer
from livestreams.media.store import open_store
from livestreams.media.stored import StoredShows
from livestreams.protocol.webvtt import Cue
from livestreams.services import embedded_captions, gateways, publishing, simulcast
from livestreams.services.embedded_captions import ChannelCue
from shopfront.common import clock
from shopfront.common.errors import DomainError

SHUTDOWN_SECONDS = 3
BACKLOG = 1024
DEFAULT_NAME = "main"


class ShopHooks:
    """The shop, reached through its services in threads of their own."""

    def __init__(self) -> None:
        has_name = bool(settings.MEDIA_GATEWAY)
        self.name = settings.MEDIA_GATEWAY or DEFAULT_NAME
        self._base_url = settings.MEDIA_BASE_URL if has_name else ""
        self._rtmp_url = settings.MEDIA_RTMP_URL if has_name else ""
        self._leave = Leave(
            lambda show, person: call_in_thread(may_watch, show, person)
        )

    async def authorise_publish(
        self, attempt: PublishAttempt
    ) -> PublishGrant | Refusal:
        """Ask whether the key of a show, or a person's ticket to it, is right."""
        if attempt.is_browser:
            return await self._authorise_browser(attempt)
        try:
            show = await call_in_thread(
                publishing.admit_publisher, attempt.name, attempt.key, at=self.name
            )
        except DomainError as error:
            return Refusal(error.message)
        keep = publishing.DEMO_KEEPS_SECONDS if show.is_demo else None
        mark = str(show.key_version)
        return PublishGrant(
            show.public_id, keep_seconds=keep, mark=mark, has_ladder=show.has_ladder
        )

    async def _authorise_browser(
        self, attempt: PublishAttempt
    ) -> PublishGrant | Refusal:
        try:
            show, person = await call_in_thread(
                publishing.admit_browser, attempt.name, attempt.key, at=self.name
            )
        except DomainError as error:
            return Refusal(error.message)
        return PublishGrant(
            show.public_id,
            keep_seconds=publishing.DEMO_KEEPS_SECONDS if show.is_demo else None,
            mark=str(show.key_version),
            has_ladder=show.has_ladder,
            person=person.public_id,
            person_name=person.name,
        )

    async def published(self, show: str) -> None:
        """Tell that a show has a picture."""
        await call_in_thread(publishing.note_picture, show)

    async def still_publishing(self, show: str, person: str) -> Standing:
        """Ask whether a picture may go on."""
        found = await call_in_thread(publishing.check_standing, show, person=person)
        return Standing(
            is_allowed=found.is_allowed,
            waits=found.waits,
            live_since=found.live_since,
            mark=str(found.key_version or ""),
            relays=tuple(
                RelayTarget(relay.public_id, relay.url, relay.key)
                for relay in found.relays
            ),
            is_dismissed=found.is_dismissed,
        )

    async def unpublished(self, show: str) -> None:
        """Tell that the picture is lost."""
        await call_in_thread(publishing.note_picture_lost, show)

    async def refused(self, show: str, sentence: str) -> None:
        """Tell why an encoder was sent away."""
        await call_in_thread(publishing.note_refusal, show, sentence)

    async def relayed(
        self, show: str, target: str, state: RelayState, sentence: str, kbits: int
    ) -> None:
        """Tell how a copy to another server stands."""
        await call_in_thread(
            simulcast.note_relay,
            target,
            state=state.value,
            sentence=sentence,
            kbits=kbits,
        )

    async def measured(self, show: str, health: Health) -> None:
        """Tell how the picture arrives."""
        await call_in_thread(keep_health, show, asdict(health))

    async def captioned(self, show: str, lines: Sequence[EmbeddedLine]) -> None:
        """Tell what the captions in the picture say."""
        heard = [
            ChannelCue(
                line.channel,
                Cue(
                    round(line.starts_at * 1000), round(line.ends_at * 1000), line.text
                ),
            )
            for line in lines
        ]
        await call_in_thread(embedded_captions.note_lines, show, heard)

    async def closed(self, show: str, recording: RecordingFacts) -> None:
        """Tell that the recording is whole."""
        await call_in_thread(
            publishing.close_broadcast,
            show,
            seconds=recording.seconds,
            bytes_count=recording.bytes_count,
        )

    async def authorise_play(self, request: PlayRequest) -> Refusal | None:
        """Check a player's token; for a limited show ask for its account too."""
        if not is_playback_token_right(
            request.show, request.latency_class, request.token
        ):
            return Refusal("This link has expired. Reload the page.")
        person = find_token_person(request.token)
        if person and not await self._leave.holds(request.show, person):
            return Refusal("This show is not open to you any more.")
        return None

    async def list_left_open(self) -> Sequence[str]:
        """Ask which shows a gateway before this one left open."""
        return await call_in_thread(publishing.list_left_open, self.name)

    async def beat(self, load: GatewayLoad) -> None:
        """Keep this gateway's row; one without a name has the site's addresses."""
        facts = gateways.GatewayFacts(
            name=self.name,
            base_url=self._base_url,
            rtmp_url=self._rtmp_url,
            capacity=settings.MEDIA_MOST_SHOWS,
            free_bytes=load.free_bytes,
            is_full=load.is_full,
        )
        await call_in_thread(gateways.keep_gateway, facts)


def build_server(*, host: str, rtmp_port: int) -> MediaServer:
    """Join gateway, RTMP and HTTP to the shop."""
    gateway = Gateway(
        ShopHooks(),
        settings.MEDIA_DIR,
        grace_seconds=settings.MEDIA_GRACE_SECONDS,
        wall_clock=lambda: clock.now().timestamp(),
        limits=Limits(
            most_bytes_per_second=settings.MEDIA_MOST_KBITS * 125,
            longest_side=settings.MEDIA_LONGEST_SIDE,
            most_shows=settings.MEDIA_MOST_SHOWS,
            most_ladders=settings.MEDIA_MOST_LADDERS,
            least_free_bytes=settings.MEDIA_LEAST_FREE_MB * 1024 * 1024,
        ),
    )
    store = open_store(settings.STORE)
    return MediaServer(
        gateway,
        RtmpServer(gateway.open_intake),
        rtmp_host=host,
        rtmp_port=rtmp_port,
        cors=CorsPolicy(frozenset(settings.SITE_ORIGINS)),
        foreign=_open_hooks(gateway),
        stored=StoredShows(store, settings.MEDIA_DIR) if store else None,
    )


def _open_hooks(gateway: Gateway) -> ForeignHooks | None:
    """Answer other media servers, where a secret for them is set."""
    if not settings.MEDIA_HOOK_SECRET:
        return None
    servers = ForeignServers(
        secret=settings.MEDIA_HOOK_SECRET,
        addresses=frozenset(settings.MEDIA_HOOK_ADDRESSES),
        pull_address=settings.MEDIA_PULL_URL,
    )
    return ForeignHooks(gateway, servers)


class Command(BaseCommand):
    """Take creators' video in, package, record and serve it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.MEDIA_PORT)
        parser.add_argument("--rtmp-port", type=int, default=settings.MEDIA_RTMP_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until a signal ends it."""
        server = build_server(host=options["host"], rtmp_port=options["rtmp_port"])
        uvicorn.run(
            server,
            host=options["host"],
            port=options["port"],
            access_log=False,
            log_level="warning",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=MOST_MESSAGE_BYTES,
            ws_ping_interval=30,
            backlog=BACKLOG,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
