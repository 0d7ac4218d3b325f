"""Recordings in an S3 store: put there, listed, signed for, fetched, erased."""

import contextlib
import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shopfront.common.stores import StorePlace

PART_BYTES = 8 * 1024 * 1024
MOST_PER_DELETE = 1000
CHUNK_BYTES = 256 * 1024
TRIES = 3
KINDS = {".m4s": "video/mp4", ".vtt": "text/vtt", ".jsonl": "application/jsonl"}


class StoreError(Exception):
    """The store did not do what was asked, or does not answer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of an object, read in chunks."""

    first: int
    last: int
    size: int
    chunks: Iterator[bytes]


class Store:
    """The recordings of all shows in one bucket; may be used by several threads."""

    def __init__(self, place: StorePlace) -> None:
        self.place = place

    def keep(self, show: str, path: Path) -> None:
        """Put a file into a show's folder, a long one in parts.

        The store checks each part against its checksum; the object is there whole or
        not at all.

        Raises:
            StoreError: it did not take the file.

        Safe to repeat: yes.
        """
        kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        extra = {"ChecksumAlgorithm": "SHA256"}
        if kind:
            extra["ContentType"] = kind
        with _errors():
            self._client.upload_file(
                str(path),
                self.place.bucket,
                self._name(show, path.name),
                ExtraArgs=extra,
                Config=self._parts,
            )

    def list_sizes(self, show: str) -> dict[str, int]:
        """Return what lies in a show's folder and how many bytes each has.

        Raises:
            StoreError: it does not say.
        """
        prefix = self._name(show, "")
        with _errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.place.bucket, Prefix=prefix
            )
            return {
                found["Key"].removeprefix(prefix): int(found["Size"])
                for page in pages
                for found in page.get("Contents", [])
            }

    def sign(self, show: str, name: str, *, download_name: str = "") -> str:
        """Return an address that opens one file until its time is over; no request."""
        asked = {"Bucket": self.place.bucket, "Key": self._name(show, name)}
        if download_name:
            named = f'attachment; filename="{download_name}"'
            asked["ResponseContentDisposition"] = named
        address: str = self._client.generate_presigned_url(
            "get_object", Params=asked, ExpiresIn=self.place.link_seconds
        )
        return address

    def fetch(self, show: str, name: str, target: Path) -> None:
        """Bring a file back; it is there whole or not at all.

        Raises:
            StoreError: it is not in the store.
        """
        half = target.with_name(f"{target.name}.half")
        with _errors():
            self._client.download_file(
                self.place.bucket, self._name(show, name), str(half)
            )
        half.replace(target)

    def read(self, show: str, name: str, asked: str = "") -> Piece:
        """Open a file, or the range of it that a request's header asks for.

        Raises:
            StoreError: it is not in the store, or the range lies outside of it.
        """
        wanted = {"Range": asked} if asked else {}
        with _errors():
            found = self._client.get_object(
                Bucket=self.place.bucket, Key=self._name(show, name), **wanted
            )
        length = int(found["ContentLength"])
        told = str(found.get("ContentRange") or f"bytes 0-{length - 1}/{length}")
        span, _, size = told.removeprefix("bytes ").partition("/")
        first, _, last = span.partition("-")
        chunks = found["Body"].iter_chunks(CHUNK_BYTES)
        return Piece(int(first), int(last), int(size), chunks)

    def erase(self, show: str, names: Iterable[str]) -> None:
        """Delete files of a show.

        Raises:
            StoreError: some of them are left.

        Safe to repeat: yes.
        """
        keys = [{"Key": self._name(show, name)} for name in names]
        for at in range(0, len(keys), MOST_PER_DELETE):
            with _errors():
                told = self._client.delete_objects(
                    Bucket=self.place.bucket,
                    Delete={"Objects": keys[at : at + MOST_PER_DELETE], "Quiet": True},
                )
            if told.get("Errors"):
                raise StoreError(str(told["Errors"][0]))

    def _name(self, show: str, name: str) -> str:
        return f"{self.place.name('recordings', show)}/{name}"

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        place = self.place
        config = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": TRIES, "mode": "standard"},
            s3={"addressing_style": "path" if place.endpoint_url else "virtual"},
        )
        return boto3.client(
            "s3",
            region_name=place.region or None,
            endpoint_url=place.endpoint_url or None,
            aws_access_key_id=place.access_key or None,
            aws_secret_access_key=place.secret_key or None,
            config=config,
        )

    @cached_property
    def _parts(self) -> Any:
        from boto3.s3.transfer import TransferConfig

        return TransferConfig(
            multipart_threshold=PART_BYTES,
            multipart_chunksize=PART_BYTES,
            max_concurrency=2,
        )


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Turn what the store's client raises into one kind of error."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StoreError(str(error)) from error


def open_store(place: StorePlace | None) -> Store | None:
    """Return the store of a place, or None where files stay in folders."""
    return Store(place) if place else None
