"""How the verbs' refusals are told to programs."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import serializers

from chengfeng.http import Problem

from ..campaigns import EditConflict, Illegal
from ..campaigns.changes import UndoRefused
from ..campaigns.changing import Outcome

NOT_FOUND = "not_found"
OUTCOMES = [*Outcome.choices, (NOT_FOUND, NOT_FOUND)]  # what may become of one of several changes


class ChangedMeanwhile(Problem):
    status_code = 409
    code = "changed_meanwhile"
    title = "Somebody else has changed this since that version"


class NotUndone(Problem):
    status_code = 409
    code = "not_undone"
    title = "This cannot be taken back"


@contextmanager
def told() -> Iterator[None]:
    """Turn what verbs raise inside into the errors of the API: fields that are wrong, or why nothing was done."""
    try:
        yield
    except EditConflict:
        raise ChangedMeanwhile from None
    except Illegal as error:
        raise serializers.ValidationError({name: [str(why)] for name, why in error.errors.items()}) from error
    except UndoRefused as error:
        raise NotUndone(**refusal(error)) from error


def refusal(error: UndoRefused) -> dict:
    """Return why a change was not taken back: the reason, the members, and the later changes that touched them."""
    return {
        "reason": error.reason,
        "members": error.members,
        "later": [change.code for change in error.later],
        "errors": [{"field": name, "message": str(why)} for name, why in error.errors.items()],
    }
