"""Workers of one test run do not share a Valkey database."""

import os
import runpy
from pathlib import Path

import pytest

SETTINGS = Path(__file__).resolve().parents[2] / "settings.py"


def test_each_worker_has_its_own_database_whatever_the_controller_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = dict(os.environ)
    urls = []
    for worker in ("gw0", "gw1", "gw2"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        runpy.run_path(str(SETTINGS))
        urls.append(os.environ["REDIS_URL"])
    for name in set(os.environ) - set(given):
        del os.environ[name]
    os.environ.update(given)
    assert len(set(urls)) == 3
