"""Which device belongs to whom, and when: derived from the links, never stored.

A link owns its device from its moment until the next one of the device; the first owns what the device did in the 30
days before it, too. So an interval begins with `since` and ends before `until`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chengfeng import sql

INTERVALS = """
SELECT shopper, person, number,
    CASE WHEN number = 1 THEN at - interval '30 days' ELSE at END AS since,
    coalesce(lead(at) OVER (PARTITION BY shopper ORDER BY number), 'infinity') AS until
FROM shops_link
"""  # filter it by shopper inside, or outside by anything else; see OF_SHOPPER and OF_PERSON

OF_SHOPPER = f"{INTERVALS} WHERE shopper = %(shopper)s"
OF_PERSON = f"""
SELECT i.shopper, i.person, i.number, i.since, i.until FROM (
    {INTERVALS} WHERE shopper IN (SELECT shopper FROM shops_link WHERE person = %(person)s)
) i WHERE i.person = %(person)s AND i.since < i.until
"""
