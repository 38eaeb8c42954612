"""The platform's categories: the tree as pages show it, and finding one by whatever a merchant calls it."""

import re
from collections.abc import Collection, Mapping

from .models import Category

SEPARATORS = re.compile(r"\s*(?:->|>|›|/)\s*")


class CategoryIndex:
    """All categories in memory, found by slug, name or the last step of a path such as `Fashion > Dresses`."""

    def __init__(self):
        self.by_id = {category.pk: category for category in Category.objects.order_by("-pk")}
        self.by_name: dict[str, Category] = {}
        for category in self.by_id.values():
            for name in (category.name_en, category.name, category.slug):
                self.by_name[_plain(name)] = category
        self.by_name.pop("", None)

    def find(self, written: str) -> Category | None:
        """Return the category that somebody's words mean, or None."""
        leaf = SEPARATORS.split(written.strip())[-1]
        return self.by_name.get(_plain(written)) or self.by_name.get(_plain(leaf))


def branch(category: Category) -> list[int]:
    """Return the ids of a category and of all below it."""
    return branches([category.pk])[category.pk]


def branches(keys: Collection[int]) -> dict[int, list[int]]:
    """Return, by category key, the keys of the category and of all below it; no query for none."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Category.objects.values_list("pk", "parent_id") if keys else ():
        children.setdefault(parent, []).append(pk)
    return {key: _below(key, children) for key in keys}


def _below(key: int, children: Mapping[int | None, list[int]]) -> list[int]:
    found = [key]
    for pk in found:
        found.extend(children.get(pk, ()))
    return found


def choices() -> list[tuple[Category, int]]:
    """Return every category with its depth, each below its parent, in the order of a menu."""
    children: dict[int | None, list[Category]] = {}
    for category in Category.objects.order_by("slug"):
        children.setdefault(category.parent_id, []).append(category)
    return list(_walk(children, None, 0))


def _walk(children: dict[int | None, list[Category]], parent: int | None, depth: int):
    for category in children.get(parent, ()):
        yield category, depth
        yield from _walk(children, category.pk, depth + 1)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
