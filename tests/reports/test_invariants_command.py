"""`manage.py check_invariants`: prints what is broken, as a program or a person reads it, and fails."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports import invariants
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_what_is_broken_and_fails(shop):
    factories.variant(shop, stock=3)
    connection.cursor().execute("UPDATE shops_variant SET on_hand = 5")
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("check_invariants", "--json", only=["I02"], stdout=out)
    (violation,) = json.loads(out.getvalue())["violations"]
    assert (violation["id"], violation["rows"][0]["on_hand"], violation["rows"][0]["moved"]) == ("I02", 5, 3)


@pytest.mark.django_db(transaction=True)
def test_the_command_is_content_with_nothing_broken(shop):
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert out.getvalue().startswith(f"{len(invariants.ALL)} of {len(invariants.ALL)} invariants hold")


def test_an_unknown_invariant_is_refused():
    with pytest.raises(CommandError, match="no invariant I99"):
        call_command("check_invariants", only=["I99"])
