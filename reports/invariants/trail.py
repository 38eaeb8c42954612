"""Invariants of the audit trail: I29 and I30."""

from .shape import Invariant

ALL = [
    Invariant(
        "I29",
        "an action on behalf of a merchant lies inside a live delegation at that instant",
        """
        SELECT m.code AS merchant, a.number, a.verb, a.at, d.code AS delegation FROM shops_auditentry a
        JOIN shops_delegation d ON d.id = a.delegation_id JOIN shops_merchant m ON m.id = a.merchant_id
        WHERE d.merchant_id <> a.merchant_id OR d.delegate_id IS DISTINCT FROM a.actor_id
            OR a.at < d.starts_at OR a.at >= d.expires_at OR a.at >= d.revoked_at
        """,
    ),
    Invariant(
        "I30",
        "the audit trail of a merchant is unbroken",
        """
        SELECT merchant_id, min(number) AS first, max(number) AS last, count(*) AS entries FROM shops_auditentry
        GROUP BY 1 HAVING min(number) <> 1 OR max(number) <> count(*) OR count(DISTINCT number) <> count(*)
        """,
    ),
]
