"""Settings of the tests: the shop's own, with an environment that is ours.

Importing this starts nothing and touches nothing; mypy, `check` and
`makemigrations --check` need no engine.
"""

import os

from shopfront.embedded import layout_for
from tests.databases import DATA_OF_TESTS

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")

for _name in ("AT", "DEBUG", "EMAIL_URL"):
    os.environ.pop(_name, None)
os.environ.update(
    SECRET_KEY="a key that only the tests know, long enough for its checks",
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    DATA=str(DATA_OF_TESTS),
    DEMO="1",
    PROCESS="test",
)
# Each worker has a database of its own; what the controller set for itself comes
# down to its workers and is not theirs.
_layout = layout_for(DATA_OF_TESTS)
if os.environ.get("REDIS_URL", "").partition("?")[0] in {
    "",
    _layout.redis_url.partition("?")[0],
}:
    _database = 1 + int(WORKER.removeprefix("gw"))
    os.environ["REDIS_URL"] = _layout.redis_url_of(_database)

from shopfront.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = False  # every client would look all files up anew
SHARED_SECONDS = 0  # a test sees what it did; those of sharing set this
MEDIA_ROOT = DATA_OF_TESTS / "files" / WORKER
# Valkey's channels know no databases: a prefix keeps two workers apart.
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"asgi-{WORKER}"  # noqa: F405
