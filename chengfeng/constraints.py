"""Violated constraints as refusals: the rule stands in the table, and who breaks it is told in words of the room."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, transaction

Meaning = TypeVar("Meaning")


@contextmanager
def refusals(meanings: Mapping[str, Meaning], refuse: Callable[[Meaning], Exception]) -> Iterator[None]:
    """Raise `refuse(meaning)` when the block violates a constraint that has one; `meanings` goes by constraint name.

    The block is undone and the caller's transaction goes on. Another IntegrityError passes through.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = error.__cause__.diag.constraint_name
        if name not in meanings:
            raise
        raise refuse(meanings[name]) from error
