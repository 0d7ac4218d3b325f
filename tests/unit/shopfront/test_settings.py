"""A wrong or missing setting stops the start with what to set."""

import os
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "deploy" / "production.env.example"


def example() -> dict[str, str]:
    """Read the example of a production environment."""
    lines = EXAMPLE.read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and line[0] != "#"]
    return {name: value for name, _, value in pairs}


def read_settings(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> dict[str, object]:
    """Run the settings module in an environment of its own."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "shopfront" / "settings.py"))


def test_the_example_of_production_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(monkeypatch, example())
    assert settings["DEBUG"] is False
    assert settings["DEMO"] is False
    assert settings["CELERY_BROKER_URL"] == "redis://valkey.internal:6379/0"


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"]
)
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    environment = example()
    del environment[name]
    with pytest.raises(ImproperlyConfigured, match=f"^Set {name}: "):
        read_settings(monkeypatch, environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("SITE_URL", "shop.example"),
        ("DATABASE_URL", "mysql://db/shop"),
        ("DATABASE_POOL", "many"),
        ("HOLD_SECONDS", "-1"),
        ("TRUSTED_PROXY_COUNT", "1.5"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^Set {name} to "):
        read_settings(monkeypatch, example() | {name: value})


def test_the_clock_moves_in_the_demo_only(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = {"DEMO": "1", "SECRET_KEY": "k", "SITE_URL": "http://localhost:8000"}
    with pytest.raises(ImproperlyConfigured, match=r"^Set AT rightly"):
        read_settings(monkeypatch, demo | {"AT": "tomorrow"})
    moved = read_settings(monkeypatch, demo | {"AT": "+15d"})
    assert str(moved["CLOCK_SHIFT"]) == "15 days, 0:00:00"
    still = read_settings(monkeypatch, example() | {"AT": "+15d"})
    assert str(still["CLOCK_SHIFT"]) == "0:00:00"


def test_a_database_on_a_socket_keeps_its_folder_as_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "postgres://app@/shopfront?host=%2Frun%2Fpg"
    settings = read_settings(monkeypatch, example() | {"DATABASE_URL": address})
    databases = settings["DATABASES"]
    assert isinstance(databases, dict)
    assert databases["default"]["OPTIONS"]["host"] == "/run/pg"


def test_the_sandbox_keeps_its_books_beside_the_shop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read_settings(monkeypatch, example() | {"DEMO": "1"})
    databases = settings["DATABASES"]
    assert isinstance(databases, dict)
    assert databases["sandbox"]["HOST"] == databases["default"]["HOST"]
    assert databases["sandbox"]["NAME"] == "shopfront_sandbox"


def test_a_live_key_is_refused_unless_it_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = example() | {"STRIPE_SECRET_KEY": "sk_live_x"}
    with pytest.raises(ImproperlyConfigured, match="real money"):
        read_settings(monkeypatch, environment)
    settings = read_settings(monkeypatch, environment | {"STRIPE_LIVE": "1"})
    assert settings["STRIPE_SECRET_KEY"] == "sk_live_x"


def test_pages_open_to_stripe_only_where_it_is_the_gateway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def list_open(gateway: str) -> set[str]:
        settings = read_settings(monkeypatch, example() | {"PAYMENT_GATEWAY": gateway})
        policy = settings["CONTENT_SECURITY_POLICY"]
        assert isinstance(policy, dict)
        directives = policy["DIRECTIVES"].items()
        return {name for name, origins in directives if "stripe.com" in str(origins)}

    assert list_open("sandbox") == set()
    assert list_open("stripe") == {
        "script-src",
        "frame-src",
        "connect-src",
        "form-action",
    }
