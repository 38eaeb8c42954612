"""Pages of reports: the ready-made ones answer, one's own are asked by address, and what cannot be asked is said."""

import pytest
from django.urls import reverse

from reports.building.ready_made import READY_MADE
from tests.reports.test_measuring import lived as lived

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client, alice, shop, lived):
    client.force_login(alice)

    def ask(**query):
        return client.get(reverse("reports:report", args=[shop.code]), {"period": "own", **MARCH} | query)

    return ask


MARCH = {"first": "2026-03-01", "last": "2026-03-19"}


def test_every_ready_made_report_can_be_asked(client, alice, shop, asked):
    client.force_login(alice)
    listed = client.get(reverse("reports:reports", args=[shop.code])).content.decode()
    assert all(f"?ready={name}" in listed for name in READY_MADE)
    assert asked(ready="campaign").context["result"].total["gmv"] == 250
    assert asked(ready="nonsense").status_code == 404


def test_an_address_asks_by_its_own_rule_and_shows_what_the_answer_rests_on(asked):
    page = asked(dimensions=["campaign"], measures=["gmv", "all_gmv"], rule="linear_7d", click="14d")
    result = page.context["result"]
    assert ([row["gmv"] for row in result.rows], list(result.refused)) == ([125, 125], ["all_gmv"])
    assert result.version in page.content.decode()


def test_what_cannot_be_asked_is_said_at_its_field(asked):
    page = asked(dimensions=["region"], measures=["spend"], last="2026-02-01")
    assert set(page.context["form"].errors) == {"last"}
    assert set(asked(dimensions=["region"], measures=["spend"]).context["form"].errors) == {"measures"}
