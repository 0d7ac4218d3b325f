"""Pictures in an S3 bucket, shown by the site's own addresses or a public one's."""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage

from shopfront.common.stores import StorePlace


class BucketStorage(S3Storage):  # type: ignore[misc]
    """Names a file by an address that stays the same, so that browsers keep it.

    A signed address would change with each page; pictures are public anyway.
    """

    def url(
        self,
        name: str,
        parameters: object = None,
        expire: object = None,
        http_method: object = None,
    ) -> str:
        """Return the public address of a file."""
        place: StorePlace | None = settings.STORE
        if place is not None and place.public_url:
            return f"{place.public_url}/{quote(place.name('files', name))}"
        return f"{settings.MEDIA_URL}{quote(name)}"
