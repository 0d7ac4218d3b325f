"""An S3 store in this process, for tests of what lies in one."""

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from shopfront.common.stores import StorePlace

REGION = "eu-central-1"


@contextlib.contextmanager
def run_store() -> Iterator[str]:
    """Run a store; yields where it answers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(endpoint_url: str, **changes: Any) -> StorePlace:
    """Return an empty bucket of a running store."""
    place = StorePlace(
        bucket=f"shop-{uuid4().hex[:8]}",
        region=REGION,
        endpoint_url=endpoint_url,
        access_key="key",
        secret_key="secret",
        prefix="shopfront",
        **changes,
    )
    open_client(place).create_bucket(
        Bucket=place.bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    return place


def open_client(place: StorePlace) -> Any:
    """Return a client of the store, as a person with its keys has one."""
    return boto3.client(
        "s3",
        endpoint_url=place.endpoint_url,
        region_name=place.region,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
    )


def list_names(place: StorePlace) -> set[str]:
    """Return the names of all objects of a bucket."""
    answer = open_client(place).list_objects_v2(Bucket=place.bucket)
    return {found["Key"] for found in answer.get("Contents", [])}
