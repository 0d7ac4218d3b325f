"""Rules of the house that imports and linters cannot show."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("shopfront", "creators", "catalog", "orders", "livestreams")  # low to high
EDGES = {"views", "api", "consumers", "admin", "tasks", "receivers", "portal"}
MOST_LINES_OF_MODULE = 400
MOST_LINES_OF_FUNCTION = 50
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


@cache
def modules() -> list[Path]:
    """Every module of the apps, migrations left out."""
    return sorted(
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    )


def app_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def room_of(path: Path) -> str:
    """Return the room of a module: the first name below its app."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return everything in a module, read once for all rules."""
    return list(ast.walk(tree_of(path)))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.fixture(scope="module", autouse=True)
def forgetting() -> Iterator[None]:
    """Keep no trees in memory once the rules are tried."""
    yield
    tree_of.cache_clear()
    nodes_of.cache_clear()


def docstrings(path: Path) -> set[int]:
    """Ids of the constants that are docstrings."""
    found: set[int] = set()
    for node in nodes_of(path):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            found.add(id(body[0].value))
    return found


def test_modules_stay_small() -> None:
    long = {
        name_of(path): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > MOST_LINES_OF_MODULE
    }
    assert long == {}


def length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function; what it says of itself costs nothing."""
    lines = (node.end_lineno or 0) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    words = node.body[0]
    return lines - ((words.end_lineno or 0) - words.lineno + 1)


def test_functions_stay_small() -> None:
    long = [
        f"{name_of(path)}:{node.name}"
        for path in modules()
        for node in functions(path)
        if length_of(node) > MOST_LINES_OF_FUNCTION
    ]
    assert long == []


def test_edges_ask_access_selectors_and_services() -> None:
    """No edge touches a manager or opens a transaction."""
    found = [
        f"{name_of(path)}:{node.lineno} .{node.attr}"
        for path in modules()
        if room_of(path) in EDGES
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "atomic", "_default_manager"}
    ]
    assert found == []


def _targets(path: Path) -> Iterator[tuple[int, str]]:
    imported = {
        alias.asname or alias.name: node.module.partition(".")[0]
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for node in nodes_of(path):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if getattr(node.func, "attr", "") not in RELATIONS:
            continue
        target = node.args[0]
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            yield node.lineno, target.value.partition(".")[0]
        elif isinstance(target, ast.Name):
            yield node.lineno, imported.get(target.id, "self")


@pytest.mark.parametrize("app", APPS)
def test_foreign_keys_point_downwards(app: str) -> None:
    allowed = {*APPS[: APPS.index(app) + 1], "self", "auth", "contenttypes"}
    found = [
        f"{name_of(path)}:{line} -> {target}"
        for path in modules()
        if app_of(path) == app and room_of(path) == "models"
        for line, target in _targets(path)
        if target not in allowed
    ]
    assert found == []


def _asks_the_machine(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and getattr(node.func.value, "id", "") != "clock"
    )


def _asks_the_database(node: ast.AST, texts: set[int]) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in texts
        and bool(re.search(r"\bnow\(\)|CURRENT_TIMESTAMP", node.value, re.IGNORECASE))
    )


def test_there_is_one_clock() -> None:
    """Only the clock asks the machine for the date; SQL never does."""
    found = []
    for path in modules():
        if name_of(path) == "shopfront/common/clock.py":
            continue
        texts = docstrings(path)
        found += [
            f"{name_of(path)}:{getattr(node, 'lineno', 0)}"
            for node in nodes_of(path)
            if _asks_the_machine(node) or _asks_the_database(node, texts)
        ]
    assert found == []


def _codes(path: Path) -> Iterator[tuple[str, str]]:
    for node in nodes_of(path):
        if not isinstance(node, ast.ClassDef):
            continue
        for part in node.body:
            if (
                isinstance(part, ast.Assign)
                and getattr(part.targets[0], "id", "") == "code"
                and isinstance(part.value, ast.Constant)
                and isinstance(part.value.value, str)
            ):
                yield part.value.value, f"{name_of(path)}:{node.name}"


def test_error_codes_are_stable_names_used_once() -> None:
    places: dict[str, str] = {}
    for path in modules():
        if room_of(path) == "models":
            continue
        for code, place in _codes(path):
            assert re.fullmatch(rf"{app_of(path)}\.[a-z0-9_]+", code), place
            assert code not in places, f"{place} and {places[code]}"
            places[code] = place
    assert places


def test_tasks_end_in_task_and_live_in_their_room() -> None:
    found = [
        f"{name_of(path)}:{node.name}"
        for path in modules()
        for node in functions(path)
        if any(
            isinstance(d, ast.Call) and getattr(d.func, "id", "") == "shared_task"
            for d in node.decorator_list
        )
        and not (room_of(path) == "tasks" and node.name.endswith("_task"))
    ]
    assert found == []


def test_migrations_say_what_they_do() -> None:
    found = [
        name_of(path)
        for app in APPS
        for path in (ROOT / app / "migrations").glob("0*.py")
        if re.search(r"_initial|_auto_|_and_more|_alter_\w+_\w+_options", path.stem)
    ]
    assert found == []


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>"
    r"|<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:",
    re.IGNORECASE,
)


def test_templates_hold_no_inline_code() -> None:
    """The content security policy forbids it; e-mails are inlined when sent."""
    found = [
        f"{name_of(path)}: {match.group(0)}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "mail" not in path.stem and "email" not in path.parent.name
        for match in [INLINE.search(path.read_text())]
        if match
    ]
    assert found == []


def test_pages_let_their_own_forms_say_where_they_come_from() -> None:
    """A page without any referrer sends its forms from "null": all are refused."""
    found = [
        name_of(path)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "no-referrer" in path.read_text()
    ]
    assert found == []


def test_no_test_is_skipped_expected_to_fail_or_rerun() -> None:
    banned = re.compile(r"mark\.(skip|xfail|flaky)|pytest\.(skip|xfail)\(")
    found = [
        name_of(path)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__) and banned.search(path.read_text())
    ]
    assert found == []


def test_what_runs_after_a_commit_has_a_name() -> None:
    """Django names a robust function that failed; a partial has no name to give."""
    wrong = [
        name_of(path)
        for path in modules()
        if re.search(r"on_commit\(\s*partial\(", path.read_text())
    ]
    assert wrong == []


def test_letters_are_named_in_one_place() -> None:
    named = [name_of(one) for one in modules() if '"Message-ID"' in one.read_text()]
    assert named == ["shopfront/common/letters.py"]
