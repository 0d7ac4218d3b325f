"""Where files lie: in folders, or in an S3 store where one is named."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from shopfront.common.environment import address, env, whole

FOLDER = "django.core.files.storage.FileSystemStorage"
BUCKET = "shopfront.common.bucket.BucketStorage"


@dataclass(frozen=True, slots=True)
class StorePlace:
    """An S3 store: a bucket, who may enter it, and the folder in it that is ours."""

    bucket: str
    region: str = ""
    endpoint_url: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    prefix: str = ""
    public_url: str = ""
    link_seconds: int = 6 * 3600

    @property
    def origin(self) -> str:
        """Whence browsers load what is signed, for the content security policy."""
        if self.endpoint_url:
            parts = urlsplit(self.endpoint_url)
            return f"{parts.scheme}://{parts.netloc}"
        return f"https://{self.bucket}.s3.{self.region}.amazonaws.com"

    def name(self, *parts: str) -> str:
        """Return the name of an object in the bucket."""
        return "/".join(part for part in (self.prefix, *parts) if part)


def read_store() -> StorePlace | None:
    """Return the S3 store that the environment names, or None for folders.

    Raises:
        ImproperlyConfigured: a part of it is missing or wrong.
    """
    bucket = env.str("S3_BUCKET", default="")
    if not bucket:
        return None
    place = StorePlace(
        bucket=bucket,
        region=env.str("S3_REGION", default=""),
        endpoint_url=_find_address("S3_ENDPOINT_URL", "where the store answers."),
        access_key=env.str("S3_ACCESS_KEY_ID", default=""),
        secret_key=env.str("S3_SECRET_ACCESS_KEY", default=""),
        prefix=env.str("S3_PREFIX", default="").strip("/"),
        public_url=_find_address("S3_PUBLIC_URL", "where pictures are public."),
        link_seconds=whole("S3_LINK_SECONDS", 6 * 3600),
    )
    if not (place.region or place.endpoint_url):
        raise ImproperlyConfigured("Set S3_REGION or S3_ENDPOINT_URL beside S3_BUCKET.")
    if bool(place.access_key) is not bool(place.secret_key):
        raise ImproperlyConfigured(
            "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither "
            "where the machine has a role of its own."
        )
    if not 60 <= place.link_seconds <= 7 * 24 * 3600:
        raise ImproperlyConfigured("Set S3_LINK_SECONDS to 60 up to 604800.")
    return place


def configure_files(place: StorePlace | None) -> dict[str, Any]:
    """Return Django's storage of pictures: the bucket's, or a folder."""
    if place is None:
        return {"BACKEND": FOLDER}
    options: dict[str, Any] = {
        "bucket_name": place.bucket,
        "location": place.name("files"),
        "querystring_auth": False,
        "default_acl": None,
        "file_overwrite": False,
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    }
    named = {
        "region_name": place.region,
        "endpoint_url": place.endpoint_url,
        "access_key": place.access_key,
        "secret_key": place.secret_key,
    }
    options |= {name: value for name, value in named.items() if value}
    return {"BACKEND": BUCKET, "OPTIONS": options}


def list_origins(place: StorePlace | None) -> list[str]:
    """Return whence pages load files beside the site itself."""
    if place is None:
        return []
    public = [place.public_url] if place.public_url else []
    return [place.origin, *public]


def _find_address(name: str, hint: str) -> str:
    if not env.str(name, default=""):
        return ""
    return address(name, hint, "https", "http")
