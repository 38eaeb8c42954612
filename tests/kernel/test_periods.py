"""Days of a shop: half-open, in its time zone, right when clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chengfeng.periods import Period, day_period, days_period, each_day, local_date


def test_a_day_in_shanghai_starts_at_four_in_the_afternoon_before_in_utc():
    day = day_period(date(2026, 3, 10), "Asia/Shanghai")
    assert day == Period(datetime(2026, 3, 9, 16, tzinfo=UTC), datetime(2026, 3, 10, 16, tzinfo=UTC))
    assert (day.start in day, day.end in day) == (True, False)
    assert local_date(day.end, "Asia/Shanghai") == date(2026, 3, 11)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)])
def test_a_day_in_berlin_is_as_long_as_its_clocks_say(day, hours):
    period = day_period(date(*day), "Europe/Berlin")
    assert period.end - period.start == timedelta(hours=hours)


def test_days_join_without_gap_or_overlap():
    first, last = date(2026, 3, 28), date(2026, 3, 30)
    days = [day_period(day, "Europe/Berlin") for day in each_day(first, last)]
    assert [a.end for a in days[:-1]] == [b.start for b in days[1:]]
    assert days_period(first, last, "Europe/Berlin") == Period(days[0].start, days[-1].end)


def test_a_period_needs_zones_and_order():
    with pytest.raises(ValueError, match="aware"):
        Period(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="ends after"):
        Period(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
