"""A violated constraint becomes the refusal that its name means, and nothing else does."""

import pytest
from django.db import IntegrityError

from chengfeng.constraints import refusals
from shops.models import User

pytestmark = pytest.mark.django_db

MEANINGS = {"user_email_once": "email"}


def test_a_violated_constraint_is_refused_by_its_meaning_and_only_the_block_is_undone():
    User.objects.bulk_create([User(email="alice@example.com")])
    with pytest.raises(LookupError) as refused, refusals(MEANINGS, LookupError):
        User.objects.bulk_create([User(email="bob@example.com"), User(email="Alice@example.com")])
    assert refused.value.args == ("email",)
    assert list(User.objects.values_list("email", flat=True)) == ["alice@example.com"]


def test_a_constraint_without_a_meaning_passes_through():
    User.objects.bulk_create([User(email="alice@example.com")])
    with pytest.raises(IntegrityError, match="user_email_once"), refusals({"another": "email"}, LookupError):
        User.objects.bulk_create([User(email="Alice@example.com")])
