"""Public codes: what a row is called outside the database – unguessable, readable, prefixed by its kind."""

import secrets
from functools import partial

from django.db import models

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to misread
LENGTH = 16  # 80 bits
LETTERS = (ALPHABET * 8).encode()  # of every byte: each letter stands for eight of them


def new_code(prefix: str) -> str:
    """Return a fresh code such as `ord_7F3K0Q2M9XWC4TBA`."""
    return f"{prefix}_{secrets.token_bytes(LENGTH).translate(LETTERS).decode()}"


class CodeField(models.CharField):
    """A unique public code, made on creation."""

    def __init__(self, *args, prefix: str = "", **kwargs):
        self.prefix = prefix
        kwargs.update(max_length=24, unique=True, editable=False, default=partial(new_code, prefix))
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "unique", "editable", "default"):
            kwargs.pop(implied, None)
        return name, path, args, {**kwargs, "prefix": self.prefix}
