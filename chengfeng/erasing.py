"""Lets the transaction that erases a person change what is otherwise never changed, in the columns meant for it."""

from . import sql


def begin() -> None:
    """Begin to erase, until the transaction ends; columns that tables do not name for it stay as they are."""
    sql.run("SELECT set_config('chengfeng.erasing', 'on', true)")
