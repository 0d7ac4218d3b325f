"""The demo's environment is made once, and only where a demo is meant."""

import os
from pathlib import Path

import pytest

from shopfront.management import environment


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start each test with nothing set but the data folder."""
    names = ("DEMO", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "PORT")
    for name in (*names, "MEDIA_PORT", "MEDIA_RTMP_PORT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATA", str(tmp_path / "demo"))


def test_the_secret_is_made_once_and_kept_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.prepare_demo()
    first = os.environ["SECRET_KEY"]
    monkeypatch.delenv("SECRET_KEY")
    environment.prepare_demo()
    assert os.environ["SECRET_KEY"] == first
    assert len(first) >= 50
    assert (tmp_path / "demo" / "secret-key").stat().st_mode & 0o077 == 0


def test_ports_follow_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    environment.prepare_demo()
    assert os.environ["SITE_URL"] == "http://localhost:9000"
    assert os.environ["MEDIA_PORT"] == "9001"
    assert os.environ["MEDIA_RTMP_PORT"] == "9002"


def test_other_commands_mean_a_demo_only_where_one_was_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert environment.is_of_demo("demo")
    assert not environment.is_of_demo("shell")
    environment.prepare_demo()
    monkeypatch.delenv("SECRET_KEY")
    assert environment.is_of_demo("shell")
    monkeypatch.setenv("SECRET_KEY", "of a shop")
    assert not environment.is_of_demo("shell")
