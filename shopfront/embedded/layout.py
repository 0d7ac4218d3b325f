"""Where the engines of a data folder keep their files: derived, never discovered."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Layout:
    """Where the engines of one data folder keep their files and sockets."""

    data: Path
    runtime: Path
    postgres_dir: Path
    valkey_dir: Path
    sockets: Path
    valkey_socket: Path
    database_user: str = "app"

    @property
    def database_host(self) -> str:
        """Folder of PostgreSQL's socket, as a connection's host."""
        return str(self.sockets)

    @property
    def database_url(self) -> str:
        """Address of the shop's database."""
        return self.url_of("shopfront")

    @property
    def redis_url(self) -> str:
        """Address of Valkey's first database in the form of redis-py."""
        return self.redis_url_of(0)

    def redis_url_of(self, database: int) -> str:
        """Address of one of Valkey's numbered databases."""
        return f"unix://{self.valkey_socket}?db={database}"

    def url_of(self, database: str) -> str:
        """Address of a named database on these engines."""
        host = quote(self.database_host, safe="")
        return f"postgres://{self.database_user}@/{database}?host={host}"


def layout_for(data: Path) -> Layout:
    """Derive the layout of a data folder, touching nothing.

    Sockets have at most 107 bytes of path, so they lie in a short runtime folder
    named after the data folder. Engines refuse to run as root; they then run as
    `nobody`, who may be unable to enter the data folder, and so keep all there.
    """
    data = Path(os.path.realpath(data))
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    base = runtime_base()
    runtime = base / name
    home = runtime if is_root() else data
    return Layout(
        data=data,
        runtime=runtime,
        postgres_dir=home / "postgres",
        valkey_dir=home / "valkey",
        sockets=runtime / "s",
        valkey_socket=runtime / "s" / "valkey",
    )


def is_root() -> bool:
    """Tell whether the engines must run as another user, for they refuse root."""
    return os.geteuid() == 0


def runtime_base() -> Path:
    """Name the short folder below which this user's runtime folders lie."""
    if is_root():
        return Path("/var/lib/shopfront")
    return Path(f"/tmp/shopfront-{os.geteuid()}")  # noqa: S108 - owner is checked
