"""In production a module has one name, wherever it is asked for."""

import re
import shutil
from pathlib import Path

from pytest_django.fixtures import Settings

from shopfront.common.statics import OURS, HashedFiles

STATIC = Path(__file__).resolve().parents[3] / "static"
IMPORTED = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")


def hash_modules(folder: Path) -> set[str]:
    """Put our modules into a folder as an installation does; return their names."""
    for app in OURS:
        shutil.copytree(STATIC / app, folder / app)
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.js")]
    storage = HashedFiles(location=str(folder))
    told = list(storage.post_process({name: (storage, name) for name in names}))
    assert not [fault for _, _, fault in told if isinstance(fault, Exception)]
    return set(storage.hashed_files.values())


def test_a_module_is_imported_by_the_name_that_pages_give_it(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DEBUG = False
    named = hash_modules(tmp_path)
    asked = 0
    for name in named:
        path = tmp_path / name
        for found in IMPORTED.findall(path.read_text(encoding="utf-8")):
            other = (path.parent / found).resolve().relative_to(tmp_path.resolve())
            assert other.as_posix() in named, f"{name} imports {found}"
            asked += 1
    assert asked > len(OURS)
