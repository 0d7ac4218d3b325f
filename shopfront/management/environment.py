"""The environment of the demo, made before Django reads its settings."""

import os
import secrets
from pathlib import Path

DEFAULT_PORT = 8000
COMMANDS = frozenset({"demo", "services"})  # those that may begin a data folder
KEY_FILE = "secret-key"
HOSTS = "localhost,127.0.0.1,[::1]"


def is_of_demo(command: str) -> bool:
    """Tell whether a command means the demo: by name, or by the data it finds.

    Where nobody says otherwise, any command works on a demo that has been begun.
    """
    has_begun = (_data_folder() / KEY_FILE).exists()
    return command in COMMANDS or (has_begun and "SECRET_KEY" not in os.environ)


def prepare_demo() -> None:
    """Set what the demo's settings need and its caller did not set.

    The secret key is made once and kept in the data folder.
    """
    data = _data_folder()
    port = int(os.environ.get("PORT") or DEFAULT_PORT)
    data.mkdir(parents=True, exist_ok=True)
    defaults = {
        "DEMO": "1",
        "SECRET_KEY": _keep_secret(data / KEY_FILE),
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": HOSTS,
        "MEDIA_PORT": str(port + 1),
        "MEDIA_RTMP_PORT": str(port + 2),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    os.environ.update(DATA=str(data), PORT=str(port))


def _data_folder() -> Path:
    """Return the folder that DATA names."""
    return Path(os.environ.get("DATA") or ".demo").resolve()


def _keep_secret(place: Path) -> str:
    """Return the secret kept in a file, making it the first time."""
    if not place.exists():
        fresh = place.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        fresh.rename(place)
    return place.read_text()
