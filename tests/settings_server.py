"""Settings of a web process that tests start on their own databases."""

import os

_tested = os.environ["TESTED_DATABASE"]

from tests.settings import *  # noqa: E402, F403

PROCESS = "web"
WHITENOISE_USE_FINDERS = True  # a browser asks for them
DATABASES["default"] |= {  # noqa: F405
    "NAME": _tested,
    "CONN_MAX_AGE": 0,
    "OPTIONS": {"connect_timeout": 5, "pool": {"min_size": 1, "max_size": 8}},
}
if _site := os.environ.get("TESTED_SITE"):
    SITE_ORIGINS = {*SITE_ORIGINS, _site}  # noqa: F405
