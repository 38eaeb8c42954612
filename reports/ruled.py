"""The rule that an address names: a preset and what is changed of it, as parameters that are read and written."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ads.attribution.rules import Rule

from .asked import RuleForm
from .measuring import ruling

FLAGS = {"true": True, "false": False}


def changes_in(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the changes of a rule that parameters name, those of windows first, for `ruling.choose`."""
    return {name: FLAGS.get(query[name], query[name]) for name in ruling.CHANGES if query.get(name)}


def rule_in(query: Mapping[str, str]) -> Rule:
    """Return the rule that parameters name; raises ruling.BadRule."""
    return ruling.choose(query.get("rule") or ruling.DEFAULT_RULE, changes_in(query))


def query_of(preset: str, changes: Mapping[str, Any]) -> str:
    """Return the parameters that name a rule, as an address writes them."""
    told = {name: str(value).lower() if isinstance(value, bool) else value for name, value in changes.items()}
    return urlencode({"rule": preset, **told})


def read(query: Mapping[str, str]) -> tuple[RuleForm, Rule | None]:
    """Return the form of the rule that parameters name, and the rule; None where the form says what is wrong."""
    form = RuleForm({"rule": ruling.DEFAULT_RULE} | {name: query[name] for name in query if query[name]})
    try:
        rule = rule_in(query)
    except ruling.BadRule as error:
        if form.is_valid():
            name = error.field.rpartition(".")[2]
            form.add_error(name if name in form.fields else None, str(error))
        return form, None
    return form, rule if form.is_valid() else None
