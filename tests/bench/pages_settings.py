"""Settings of a web process as in production, with the control pages beside."""

import os

from shopfront.settings import *  # noqa: F403

PROCESS = "web"
ROOT_URLCONF = "tests.bench.pages_urls"
DATABASES["default"] |= {  # noqa: F405
    "NAME": os.environ["TESTED_DATABASE"],
    "USER": LAYOUT.database_user,  # noqa: F405
    "HOST": LAYOUT.database_host,  # noqa: F405
}
# Addresses carry their hash as in production; nothing here asks for packed files.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
}
# Every line is written as in production, but nobody reads it.
LOGGING["handlers"]["console"] |= {  # noqa: F405
    "class": "logging.FileHandler",
    "filename": os.devnull,
}
