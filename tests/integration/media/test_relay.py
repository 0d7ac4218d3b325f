"""Simulcast: a copy reaches another server, and a dead one never hurts the show."""

import asyncio
import contextlib
import datetime as dt
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import AsyncMock, Mock

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.fixtures import Settings

from livestreams.media import gateway as engine
from livestreams.media import relay
from livestreams.media.flv import VIDEO, Tag
from livestreams.media.hooks import RelayState, RelayTarget, Standing
from livestreams.media.relay import (
    ENDED,
    FORBIDDEN,
    NOT_SECURE,
    REFUSED,
    SLOW,
    WRONG_KEY,
)
from livestreams.media.rtmp import Connection
from livestreams.media.rtmp_chunks import ChunkLayer, Message
from livestreams.media.rtmp_push import Push, find_route
from shopfront.common import clock
from shopfront.common.outgoing import AddressInternal
from tests.media_lab import KEY, Lab, run_lab, until
from tests.nginx_lab import find_free_port
from tests.rtmp_pen import endless, run_feed

SHOW = "show00000001"
NAME = f"{SHOW}?key={KEY}"


@pytest_asyncio.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    monkeypatch.setattr(engine, "WATCH_SECONDS", 0.2)
    async with run_lab(tmp_path / "media") as running:
        yield running


def stand(lab: Lab, *targets: RelayTarget) -> None:
    """Let the shop name the targets of the show."""
    lab.hooks.standing = Standing(is_allowed=True, relays=targets)


def has_picture(lab: Lab) -> bool:
    """Whether viewers of another server have a segment."""
    show = lab.gateway.find_show(SHOW)
    return show is not None and show.packager.last_number >= 1


def write_certificate(folder: Path) -> Path:
    """Write a key and its own certificate for localhost; return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(secret + certificate)
    (folder / "authority.pem").write_bytes(certificate)
    return folder / "authority.pem"


def list_commands() -> list[str]:
    """List the commands that we started and that run, as anyone may read them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append((folder / "cmdline").read_bytes().decode())
    return found


async def test_a_copy_reaches_another_server_and_survives_a_reconnect(
    lab: Lab,
    clip: list[Tag],
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.OUTGOING_INTERNAL = True
    monkeypatch.setattr(relay, "SURE_AFTER_SECONDS", 0.2)
    monkeypatch.setattr(relay, "RATE_SECONDS", 0.5)
    async with run_lab(tmp_path / "far") as far:
        url = f"rtmp://localhost:{far.server.rtmp.port}/live"
        stand(lab, RelayTarget("good", url, f"{SHOW}?key={KEY}"))

        def has_copy(count: int) -> bool:
            show = far.gateway.find_show(SHOW)
            return show is not None and show.packager.last_number >= count

        async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
            await until(lambda: has_copy(1))
            sending = ("good", RelayState.SENDING, "")
            await until(lambda: sending in lab.hooks.relayed_to)
            await until(lambda: lab.hooks.rates["good"] > 0)
            commands = list_commands()
            assert commands
            assert not [line for line in commands if KEY in line]
        copy = far.gateway.find_show(SHOW)
        assert copy is not None
        before = copy.packager.last_number
        async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
            await until(lambda: has_copy(before + 2))
            stand(lab)
            await until(lambda: copy.publisher is None)
        assert lab.hooks.relayed_to[-1] == ("good", RelayState.IDLE, "")


async def test_a_dead_target_is_told_and_the_show_goes_on(
    lab: Lab, clip: list[Tag], settings: Settings
) -> None:
    settings.OUTGOING_INTERNAL = True
    url = f"rtmp://127.0.0.1:{find_free_port()}/live"
    stand(lab, RelayTarget("dead", url, "very-secret"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)) as pen:
        dead = ("dead", RelayState.FAILING, REFUSED)
        await until(lambda: dead in lab.hooks.relayed_to)
        show = lab.gateway.find_show(SHOW)
        assert show is not None
        before = show.packager.last_number
        await until(lambda: show.packager.last_number >= before + 2)
        assert not pen.is_over.is_set()
        assert show.packager.epoch == 0


async def test_an_address_inside_our_network_is_never_connected_to(
    lab: Lab, clip: list[Tag]
) -> None:
    url = f"rtmp://127.0.0.1:{lab.server.rtmp.port}/live"
    stand(lab, RelayTarget("inner", url, f"other0000001?key={KEY}"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
        inner = ("inner", RelayState.FAILING, FORBIDDEN)
        await until(lambda: inner in lab.hooks.relayed_to)
    assert lab.gateway.find_show("other0000001") is None


async def test_a_refused_key_is_told(
    lab: Lab, clip: list[Tag], settings: Settings
) -> None:
    settings.OUTGOING_INTERNAL = True
    url = f"rtmp://127.0.0.1:{lab.server.rtmp.port}/live"
    stand(lab, RelayTarget("wrong", url, "other0000001?key=wrong"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
        wrong = ("wrong", RelayState.FAILING, WRONG_KEY)
        await until(lambda: wrong in lab.hooks.relayed_to)


async def test_a_server_that_speaks_otherwise_is_told(
    lab: Lab, clip: list[Tag], settings: Settings
) -> None:
    settings.OUTGOING_INTERNAL = True

    async def chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(chat, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        plain = RelayTarget("plain", f"rtmp://127.0.0.1:{port}/live", "key")
        secure = RelayTarget("secure", f"rtmps://127.0.0.1:{port}/live", "key")
        stand(lab, plain, secure)
        async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
            told = {
                ("plain", RelayState.FAILING, ENDED),
                ("secure", RelayState.FAILING, NOT_SECURE),
            }
            await until(lambda: told <= set(lab.hooks.relayed_to))


async def test_a_copy_goes_over_tls_to_who_proves_its_name(
    lab: Lab,
    clip: list[Tag],
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.OUTGOING_INTERNAL = True
    monkeypatch.setenv("SSL_CERT_FILE", str(write_certificate(tmp_path)))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "server.pem")
    async with run_lab(tmp_path / "far") as far:

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError):
                await Connection(reader, writer, far.gateway.open_intake).run()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
            port = server.sockets[0].getsockname()[1]
            key = f"{SHOW}?key={KEY}"
            named = RelayTarget("named", f"rtmps://localhost:{port}/live", key)
            other = RelayTarget("other", f"rtmps://127.0.0.1:{port}/live", key)
            stand(lab, named, other)
            async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
                false = ("other", RelayState.FAILING, NOT_SECURE)
                await until(lambda: false in lab.hooks.relayed_to)
                await until(lambda: has_picture(far))
                stand(lab)
                await until(
                    lambda: ("named", RelayState.IDLE, "") in lab.hooks.relayed_to
                )


async def test_a_server_that_takes_too_slowly_is_told(
    lab: Lab, clip: list[Tag], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_INTERNAL = True
    monkeypatch.setattr(relay, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(relay, "STOP_SECONDS", 0.3)
    never = asyncio.Event()
    stuck = Mock(send=lambda tag: never.wait(), listen=never.wait)
    monkeypatch.setattr(Push, "open", AsyncMock(return_value=stuck))
    stand(lab, RelayTarget("slow", "rtmp://localhost/live", "key"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
        slow = ("slow", RelayState.FAILING, SLOW)
        await until(lambda: slow in lab.hooks.relayed_to)
        stand(lab)
        await until(lambda: ("slow", RelayState.IDLE, "") in lab.hooks.relayed_to)
    stuck.close.assert_called()


async def test_a_copy_goes_on_beyond_the_hours_that_three_bytes_count() -> None:
    reader = asyncio.StreamReader()
    written = Mock(write=reader.feed_data)
    chunks = ChunkLayer(reader, written)
    chunks.most_bytes = 100_000
    body = bytes(range(256)) * 40
    chunks.send(1, (4096).to_bytes(4, "big"))
    chunks.send(VIDEO, body, chunk_stream=6, stream=1, timestamp=5 * 3_600_000)
    chunks.send(VIDEO, b"next", chunk_stream=6, stream=1, timestamp=0xFFFFFF)
    assert await chunks.read_message() == Message(VIDEO, 5 * 3_600_000, body)
    assert await chunks.read_message() == Message(VIDEO, 0xFFFFFF, b"next")


def test_the_checked_number_is_what_is_connected_to(settings: Settings) -> None:
    with pytest.raises(AddressInternal):
        find_route("rtmp://localhost:1936/app")
    settings.OUTGOING_INTERNAL = True
    route = find_route("rtmp://localhost:1936/app")
    assert route.number in {"127.0.0.1", "::1"}
    assert route.server == "rtmp://localhost:1936/app"
    secure = find_route("rtmps://localhost/app/room/")
    assert secure.server == "rtmps://localhost:443/app/room"
    assert secure.app == "app/room"
    assert find_route("rtmp://[::1]/app").server == "rtmp://[::1]:1935/app"
    assert "key" not in repr(RelayTarget("one", "", "key")).replace("key=", "")
