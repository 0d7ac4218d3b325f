"""The embedded engines as real processes in folders of their own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from shopfront.embedded import (
    Engines,
    EnginesBusyError,
    EnginesError,
    Layout,
    layout_for,
)

HOLD_ENGINES = """
import sys
from pathlib import Path
from shopfront.embedded import Engines, layout_for
engines = Engines(layout_for(Path(sys.argv[1])))
engines.start()
print("ready", flush=True)
sys.stdin.read()
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """Derive a layout whose runtime folder goes with the test."""
    layout = layout_for(tmp_path / "data")
    yield layout
    shutil.rmtree(layout.runtime, ignore_errors=True)


def start_elsewhere(layout: Layout) -> subprocess.Popen[str]:
    """Start the engines in another process and wait until they answer."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD_ENGINES, str(layout.data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    return other


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process as the kernel would when out of memory."""
    process.kill()
    process.communicate()


def query(layout: Layout, statement: str, database: str = "shopfront") -> object:
    """Run one statement and return its first value, if any."""
    with psycopg.connect(
        host=layout.database_host,
        user=layout.database_user,
        dbname=database,
        autocommit=True,
    ) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def valkey(layout: Layout) -> redis.Redis:
    """Return a client by the address that settings use."""
    return redis.Redis.from_url(layout.redis_url)


def test_layout_touches_nothing_and_is_the_same_every_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert layout_for(data) == layout_for(data)
    assert not data.exists()
    assert not layout_for(data).runtime.exists()


def test_layout_differs_by_data_folder(tmp_path: Path) -> None:
    assert layout_for(tmp_path / "a").sockets != layout_for(tmp_path / "b").sockets


def test_socket_paths_stay_short_for_a_deep_data_folder(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 20)
    layout = layout_for(deep)
    longest = layout.sockets / ".s.PGSQL.5432.lock"
    assert max(len(bytes(longest)), len(bytes(layout.valkey_socket))) < 100


def test_engines_start_answer_and_stop(layout: Layout) -> None:
    engines = Engines(layout)
    engines.start()
    assert engines.is_alive()
    assert query(layout, "SELECT current_database()") == "shopfront"
    assert query(layout, "SELECT 1", "shopfront_sandbox") == 1
    with valkey(layout) as client:
        assert client.config_get("maxmemory-policy", "appendonly", "save") == {
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "save": "",
        }
    engines.stop()
    assert not engines.is_alive()
    assert not layout.valkey_socket.exists()


def test_data_is_kept_between_starts(layout: Layout) -> None:
    with Engines(layout), valkey(layout) as client:
        query(layout, "CREATE TABLE kept AS SELECT 7 AS number")
        client.set("kept", "seven")
    with Engines(layout), valkey(layout) as client:
        assert query(layout, "SELECT number FROM kept") == 7
        assert client.get("kept") == b"seven"


def test_engines_die_with_a_killed_parent_and_start_again_with_data(
    layout: Layout,
) -> None:
    other = start_elsewhere(layout)
    query(layout, "CREATE TABLE kept AS SELECT 7 AS number")
    kill(other)
    with Engines(layout) as engines:
        assert engines.is_alive()
        assert query(layout, "SELECT number FROM kept") == 7


def test_a_killed_postmaster_is_started_again(layout: Layout) -> None:
    with Engines(layout) as engines:
        postmaster = (layout.postgres_dir / "postmaster.pid").read_text().split()[0]
        os.kill(int(postmaster), signal.SIGKILL)
        assert engines.postgres.wait(10)
        engines.revive()
        assert engines.is_alive()


def test_a_stale_pid_file_does_not_hinder_a_start(layout: Layout) -> None:
    with Engines(layout):
        line = (layout.postgres_dir / "postmaster.pid").read_text()
    mine = line.replace(line.split()[0], str(os.getppid()), 1)
    (layout.postgres_dir / "postmaster.pid").write_text(mine)
    with Engines(layout) as engines:
        assert engines.is_alive()


def test_a_half_made_cluster_is_made_anew(layout: Layout) -> None:
    with Engines(layout):
        pass
    layout.postgres_dir.rename(layout.postgres_dir.with_name("postgres.new"))
    with Engines(layout) as engines:
        assert engines.is_alive()


def test_a_second_starter_is_refused_and_told_by_whom(layout: Layout) -> None:
    with Engines(layout), pytest.raises(EnginesBusyError, match=str(os.getpid())):
        Engines(layout).start()
    with Engines(layout) as engines:
        assert engines.is_alive()


def test_a_second_starter_may_wait_for_the_first_to_end(layout: Layout) -> None:
    other = start_elsewhere(layout)
    told: list[str] = []

    def end_other(message: str) -> None:
        told.append(message)
        if "Waiting" in message:
            other.kill()

    with Engines(layout, on_progress=end_other, wait_seconds=30) as engines:
        assert engines.is_alive()
    other.communicate()
    assert str(other.pid) in told[0]


def test_engines_run_below_a_folder_that_nobody_else_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    layout = layout_for(closed / "clone" / ".demo")
    with Engines(layout) as engines:
        assert engines.is_alive()
        assert layout.sockets.stat().st_mode & 0o077 == 0
    shutil.rmtree(layout.runtime)


def test_two_data_folders_run_side_by_side(layout: Layout, tmp_path: Path) -> None:
    other = layout_for(tmp_path / "other")
    with Engines(layout), Engines(other):
        query(layout, "CREATE TABLE only_here (number int)")
        assert query(other, "SELECT to_regclass('only_here')") is None
    shutil.rmtree(other.runtime)


def test_a_foreign_runtime_folder_is_refused(layout: Layout) -> None:
    with Engines(layout):
        pass
    layout.runtime.chmod(0o777)
    with pytest.raises(EnginesError, match=str(layout.runtime)):
        Engines(layout).start()
