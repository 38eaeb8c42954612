"""Invariants of what happens after the sale: I34 and I35."""

from orders.aftersale.moves import ADDED_TO, CLAIMING, MOVES

from .shape import Invariant

KNOWN = {(source, target) for source, targets in MOVES.items() for target in targets} | {(s, s) for s in ADDED_TO}
ALLOWED = ", ".join(sorted(f"('{source}', '{target}')" for source, target in KNOWN))
CLAIMS = ", ".join(f"'{state}'" for state in CLAIMING)

ALL = [
    Invariant(
        "I34",
        "a case makes only allowed moves, one after the other, and stands where the last one led",
        f"""
        SELECT c.code, s.number, s.source, s.target, c.state FROM orders_case c LEFT JOIN (
            SELECT case_id, number, source, target,
                row_number() OVER by_case AS place, lag(target, 1, '') OVER by_case AS before,
                lead(target) OVER by_case IS NULL AS is_last
            FROM orders_casestep WINDOW by_case AS (PARTITION BY case_id ORDER BY number)
        ) s ON s.case_id = c.id
        WHERE s.number IS NULL OR s.number <> s.place OR s.source <> s.before
            OR (s.source, s.target) NOT IN ({ALLOWED}) OR (s.is_last AND s.target <> c.state)
        """,
    ),
    Invariant(
        "I35",
        "cases, open or refunded, are about no more units than were ordered, and give back no more than their amount",
        f"""
        SELECT l.code, l.quantity::numeric AS most, sum(p.quantity)::numeric AS found FROM orders_orderline l
        JOIN orders_caseline p ON p.line_id = l.id JOIN orders_case c ON c.id = p.case_id
        WHERE c.state IN ({CLAIMS}) GROUP BY l.id HAVING sum(p.quantity) > l.quantity
        UNION ALL
        SELECT c.code, c.amount, sum(r.amount) FROM orders_case c JOIN orders_refund r ON r.case_id = c.id
        WHERE r.state <> 'failed' GROUP BY c.id HAVING sum(r.amount) > c.amount OR c.state <> 'refunded'
        """,
    ),
]
