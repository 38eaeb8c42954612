"""The ledger: charges posted in batches, against COPY of the same rows into the same tables under the same rules."""

import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from chengfeng import ledger
from chengfeng.codes import new_code
from chengfeng.ledger import Posting
from chengfeng.models import Account

from .filling import funded
from .result import Result, alternate
from .stage import Stage

BATCH, BATCHES, MERCHANTS, ROUNDS = 100, 20, 50, 3
PRICE = Decimal("0.4321")
TRANSFERS = "COPY chengfeng_transfer (id, code, kind, reference, at, recorded_at) FROM STDIN"
ENTRIES = "COPY chengfeng_entry (transfer_id, account_id, currency, amount) FROM STDIN"

numbers = count(1)


def run(stage: Stage) -> Result:
    wallets = funded(MERCHANTS, at=stage.now())
    revenue = ledger.account(Account.Kind.AD_REVENUE, currency="CNY")
    with stage.connect() as bare:
        ours, theirs = alternate(
            lambda: _rate(lambda batch: ledger.post_many(batch), wallets, revenue, stage),
            lambda: _rate(lambda batch: _copy(bare, batch), wallets, revenue, stage),
            rounds=ROUNDS,
        )
    return Result(
        bench="ledger", value=ours, unit="transfers/s", higher_is_better=True,
        yardstick="COPY of the same rows into the same tables, one transaction per batch", yardstick_value=theirs,
        sizes={"batch": BATCH, "batches": BATCHES, "wallets": MERCHANTS, "rounds": ROUNDS},
    )  # fmt: skip


def _rate(post, wallets: Sequence[Account], revenue: Account, stage: Stage) -> float:
    """Return how many transfers a second `post` gets through, batch by batch."""
    batches = [[_posting(wallets, revenue, stage) for _ in range(BATCH)] for _ in range(BATCHES)]
    begun = time.perf_counter()
    for batch in batches:
        post(batch)
    return BATCH * BATCHES / (time.perf_counter() - begun)


def _posting(wallets: Sequence[Account], revenue: Account, stage: Stage) -> Posting:
    number = next(numbers)
    wallet = wallets[number % len(wallets)]
    return Posting("charge", f"bench:{number}", stage.now(), {wallet: -PRICE, revenue: PRICE})


def _copy(bare, batch: Sequence[Posting]) -> None:
    with bare.transaction(), bare.cursor() as cursor:
        cursor.execute("SELECT nextval('chengfeng_transfer_id_seq') FROM generate_series(1, %s)", [len(batch)])
        posted = list(zip((key for (key,) in cursor.fetchall()), batch, strict=True))
        with cursor.copy(TRANSFERS) as copy:
            for key, posting in posted:
                copy.write_row((key, new_code("trf"), posting.kind, posting.reference, posting.at, posting.at))
        with cursor.copy(ENTRIES) as copy:
            for key, posting in posted:
                for account, amount in posting.entries.items():
                    copy.write_row((key, account.pk, account.currency, amount))
