"""What benchmarks make of history is what the exporter would have written."""

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from bench.history_fill import QUERIES, Sizes, fill
from reports.engines import opened
from reports.history import copying, files
from reports.history.logs import LOGS, Bounds
from reports.history.models import HistoryDay

SIZES = Sizes(touches=900, orders=90, first=date(2026, 3, 1), days=3, merchants=4, products=20)


@pytest.mark.django_db
def test_a_filled_history_has_the_layout_of_a_real_one(at):
    size = fill(SIZES, list(QUERIES), at=at)
    days = HistoryDay.objects.filter(rows__gt=0)
    assert size == sum(files.path(LOGS[each.log], each.day).stat().st_size for each in days)
    for each in days:
        path = files.path(LOGS[each.log], each.day)
        found, expected = pq.read_schema(path), copying.schema(LOGS[each.log])
        assert [(field.name, field.type) for field in found] == [(field.name, field.type) for field in expected]
        assert found.metadata == expected.metadata
        assert files.checksum(path) == each.sha256
        recorded = pq.read_table(path)["recorded"].to_pylist()
        assert Bounds.of(each.day).since.timestamp() * 1e6 <= min(recorded)
        assert max(recorded) < Bounds.of(each.day + timedelta(days=1)).since.timestamp() * 1e6
    with opened(until=Bounds.of(date(2026, 3, 3)).until) as engine:
        assert [engine.run(engine.table(log)).num_rows for log in ("events", "lines", "links")] == [900, 90, 150]
