"""The documents tell the truth: what they name exists, and what can be set is written down."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("**/*.md"))]
READERS = {"text", "flag", "number", "listing", "networks", "time_zone"}
MADE_BY_RUNNING = ("var/", "var", ".venv", "node_modules")


def quoted(document: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line number, the line's first quoted folder, and each `quoted` word or phrase."""
    for number, line in enumerate(document.read_text().splitlines(), 1):
        phrases = re.findall(r"`([^`]+)`", line)
        folder = next((phrase for phrase in phrases if phrase.endswith("/")), "")
        yield from ((number, folder, phrase) for phrase in phrases)


def expanded(pattern: str) -> list[str]:
    """Return the paths that `a/{b,c}.py` stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", pattern)]
    plain = [[",".join(part)] if index % 2 == 0 else part for index, part in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*plain)]


def is_path(phrase: str) -> bool:
    written = re.fullmatch(r"[\w.\-{},/*]+", phrase) and not phrase.startswith("/")
    return bool(written) and (phrase.endswith("/") or bool(re.search(r"\.(py|md|toml|txt|js|css|sh|in)$", phrase)))


def exists(path: str, folder: str) -> bool:
    return any(any(ROOT.glob(f"{place}{path}".rstrip("/"))) for place in ("", folder))


def missing_paths(document: Path) -> list[str]:
    paths = [(n, f, path) for n, f, phrase in quoted(document) if is_path(phrase) for path in expanded(phrase)]
    return [f"line {n}: {p}" for n, f, p in paths if not p.startswith(MADE_BY_RUNNING) and not exists(p, f)]


def spoken(document: Path, pattern: str) -> set[str]:
    return set(re.findall(pattern, document.read_text()))


def answers(path: str) -> bool:
    try:
        return bool(resolve(path))
    except Resolver404:
        return False


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def document(request) -> Path:
    return request.param


def test_paths_that_documents_name_exist(document):
    assert missing_paths(document) == []


def test_make_targets_that_documents_name_exist(document):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert spoken(document, r"[`\n](?:[A-Z]+=\S+ )*make ([a-z]+)") - targets == set()


def test_commands_that_documents_name_exist(document):
    assert spoken(document, r"manage\.py ([a-z_]+)") - set(get_commands()) == set()


def test_addresses_that_documents_name_are_answered(document):
    addresses = spoken(document, r"`(?:(?:GET|POST|PUT|PATCH|DELETE) )?(/[\w/]+)`")
    assert [address for address in sorted(addresses) if not answers(address)] == []


def test_variables_that_the_settings_read_are_the_documented_ones():
    tree = ast.parse((ROOT / "chengfeng" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    read = {c.args[0].value for c in calls if getattr(c.func.value, "id", "") == "env" and c.func.attr in READERS}
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(read)
