"""Exports: files of rows that a merchant asks for, written in the background, kept for some days."""

from .asking import ask, cancel
from .columns import COLUMNS, columns_of
from .running import forget, run

__all__ = ["COLUMNS", "ask", "cancel", "columns_of", "forget", "run"]
