"""Naming an S3 store in the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from shopfront import checks
from shopfront.common import stores
from shopfront.common.stores import StorePlace, configure_files, read_store

RIGHT = {
    "S3_BUCKET": "shop",
    "S3_REGION": "eu-central-1",
    "S3_ACCESS_KEY_ID": "key",
    "S3_SECRET_ACCESS_KEY": "secret",
}


def name_store(monkeypatch: pytest.MonkeyPatch, **changes: str) -> StorePlace | None:
    for name, value in (RIGHT | changes).items():
        monkeypatch.setenv(name, value)
    return read_store()


def test_without_a_bucket_files_lie_in_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_store(monkeypatch, S3_BUCKET="") is None
    assert configure_files(None) == {"BACKEND": stores.FOLDER}
    assert stores.list_origins(None) == []


def test_a_bucket_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    place = name_store(
        monkeypatch, S3_PREFIX="/eu/", S3_PUBLIC_URL="https://cdn.example/"
    )
    assert place is not None
    assert place.name("files", "a.jpg") == "eu/files/a.jpg"
    assert stores.list_origins(place) == [
        "https://shop.s3.eu-central-1.amazonaws.com",
        "https://cdn.example",
    ]
    assert "secret" not in repr(place).replace("secret_key", "")
    options = configure_files(place)["OPTIONS"]
    assert (options["location"], options["secret_key"]) == ("eu/files", "secret")


@pytest.mark.parametrize(
    "changes",
    [
        {"S3_REGION": ""},
        {"S3_SECRET_ACCESS_KEY": ""},
        {"S3_ENDPOINT_URL": "store.example"},
        {"S3_PUBLIC_URL": "ftp://store.example"},
        {"S3_LINK_SECONDS": "5"},
        {"S3_LINK_SECONDS": "soon"},
    ],
)
def test_half_a_store_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^Set "):
        name_store(monkeypatch, **changes)


def test_a_store_that_nothing_can_talk_to_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STORE = StorePlace(bucket="shop", region="eu-central-1")
    assert "shopfront.E007" not in {m.id for m in checks.check_choices(None)}
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert "shopfront.E007" in {m.id for m in checks.check_choices(None)}


def test_a_store_over_http_is_refused_on_an_https_site(settings: Settings) -> None:
    settings.IS_HTTPS = True
    settings.STORE = StorePlace(bucket="shop", endpoint_url="http://store.example")
    assert "shopfront.E033" in {m.id for m in checks.check_production(None)}
