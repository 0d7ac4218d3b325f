"""A real nginx with a file of deploy/, its ports and paths replaced: for tests."""

import asyncio
import contextlib
import getpass
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from django.conf import settings

from tests.media_lab import PATIENCE_SECONDS, SITE, Lab

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")


def find_free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def read_deployed(name: str, changes: Mapping[str, str]) -> str:
    """Return a file of deploy/ with replacements, each of which must be found."""
    text = (DEPLOY / name).read_text()
    for before, after in changes.items():
        assert before in text, f"{name} has no {before!r} any more"
        text = text.replace(before, after)
    return text


def write_rtmp(port: int, lab: Lab, secret: str) -> str:
    """Return deploy/nginx-rtmp.conf before a gateway."""
    assert RTMP_MODULE.exists(), "libnginx-mod-rtmp is missing: run `make system`"
    text = read_deployed(
        "nginx-rtmp.conf",
        {
            "listen 1935": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8001": f"127.0.0.1:{lab.port}",
            "HOOK_SECRET/": f"{secret}/",
        },
    )
    return f"load_module {RTMP_MODULE};\nevents {{}}\n{text}"


def write_site(port: int, lab: Lab, folder: Path) -> str:
    """Return deploy/nginx.conf before a gateway, which stands for the pages too."""
    return read_deployed(
        "nginx.conf",
        {
            "user www-data;\n": "",
            "worker_processes auto": "worker_processes 1",
            "worker_connections 16384": "worker_connections 1024",
            "listen 80": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8000": f"127.0.0.1:{lab.port}",
            "127.0.0.1:8001": f"127.0.0.1:{lab.port}",
            "/srv/shopfront/static/": f"{folder}/static/",
            "/var/cache/nginx/shopfront": f"{folder}/cache",
            "https://shop.example": SITE,
            "/MEDIA_SECRET": f"/{settings.MEDIA_SECRET}",
        },
    )


@contextlib.asynccontextmanager
async def run_nginx(folder: Path, text: str, *, port: int) -> AsyncIterator[None]:
    """Run nginx in the foreground until the block ends."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert nginx is not None, "nginx is missing: run `make system`"
    path = await asyncio.to_thread(_write, folder, text)
    process = await asyncio.create_subprocess_exec(
        *(nginx, "-p", str(folder), "-c", str(path)),
        *("-e", str(folder / "error.log")),
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_open(port, process)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nginx.conf"
    path.write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\n"
        f"daemon off;\nuser {getpass.getuser()};\n{text}"
    )
    return path


async def _until_open(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            assert process.returncode is None, "nginx ended: see its error.log"
            with contextlib.suppress(ConnectionError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
