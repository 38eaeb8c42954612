"""The import law: a room imports itself and the rooms below it, and nobody imports the front door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("chengfeng", "shops", "ads", "orders", "reports")
FRONT_DOOR = {"settings", "urls", "wsgi", "asgi", "celery"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "get_model"}


def height(module: str) -> int | None:
    """Return the rank of a dotted name, or None when it is none of our rooms."""
    room, *rest = module.split(".")
    if room not in ROOMS:
        return None
    if room == "chengfeng" and rest and rest[0] in FRONT_DOOR:
        return len(ROOMS)
    return ROOMS.index(room)


def names(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of everything a module imports or points at by an "app.Model" string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in RELATIONS:
            strings = [*node.args, *(k.value for k in node.keywords if k.arg == "to")]
            yield from ((s.lineno, s.value) for s in strings if isinstance(s, ast.Constant) and "." in str(s.value))


def violations(path: Path) -> list[str]:
    module = path.relative_to(ROOT).with_suffix("").parts
    package = ".".join(module if path.name == "__init__.py" else module[:-1])
    own = height(".".join(module))
    found = names(ast.parse(path.read_text()), package.removesuffix(".__init__"))
    return [f"{path.name}:{line} reaches up to {name}" for line, name in found if (height(name) or 0) > own]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_never_reaches_up(room):
    modules = [p for p in sorted((ROOT / room).rglob("*.py")) if "migrations" not in p.parts]
    assert [violation for path in modules for violation in violations(path)] == []


def test_the_law_sees_every_way_of_reaching_up():
    source = "import orders.cart\nfrom orders import cart\nForeignKey('orders.Order')\nfrom chengfeng import settings\n"
    found = [name for _, name in names(ast.parse(source), "ads")]
    assert sorted(height(name) for name in found) == [3, 3, 3, 5]
