"""Benchmarks: each prints one JSON line, its figure beside a yardstick measured in the same run.

`make bench` runs them all, `make bench ONLY=name` one of them. A line says `bench`, `value`, `unit`, `yardstick`,
`yardstick_value`, `ratio` (value ÷ yardstick_value), `higher_is_better`, and the sizes it was measured at. The
yardstick is the least that the machine must do for the same end, so the ratio holds on any machine.

- ledger: transfers posted per second, against the same rows by COPY into the same tables
- decision: ad decisions per second over HTTP among 1,000 live ads and 10,000, against an empty view of the same server
- ingest: ad events taken per second over HTTP, charges included, against COPY of such rows into their table
- bidding: clicks won for a budget in a log of real auctions, against linear bidding tuned on the same history
- auctionnet: conversions within a target cost in a replayed ad market, against the best fixed multiplier of training
- steering: share of simulated campaigns that reach their target, against a PID in the same market
- prediction: impressions learnt from per second, read from the database, against COPY of the same rows into an array
- checkout: orders placed and paid per second over HTTP, against the same rows in bare transactions
- flash_sale: slowest answers to 500 buyers of 100 units, against an empty view; carts per second in crossing order
- imports: catalogue rows brought in per second, against csv and COPY of such rows
- cockpit: server time of the cockpit page of 90 days over ten million events (at most 150 ms), against an empty view
- freshness: from a payment until cockpit and API tell of it, 99th percentile under load (at most 1 s), against an empty
  view
- export: a million orders written as CSV (at most 30 s), and what memory that takes (at most 300 MB), against COPY of
  such rows; the same as XLSX
- order_desk: server time of the order desk of a shop with a million orders, against an empty view
- statement: a statement of 100,000 orders as CSV over HTTP, against COPY of such rows to CSV
- attribution: seconds to credit a million orders with ten million touches by several rules, against reading and sorting
  the same files (at most three times that, and growing no faster than the touches); sales brought up to date per second
  in PostgreSQL (at least 2,000)
- rebuild: raw rows turned into facts per second, against counting and summing them

What needs real data that is not at hand says `skipped` instead, and why.

Every benchmark runs in a process and on a database of its own (`chengfeng_bench`, which comes and goes with the run);
load comes from yet another process, over loopback, in bounded numbers. Rounds of ours and of the yardstick alternate,
and their medians count.
"""

NAMES = (
    "ledger",
    "decision",
    "ingest",
    "bidding",
    "auctionnet",
    "steering",
    "prediction",
    "checkout",
    "flash_sale",
    "imports",
    "cockpit",
    "freshness",
    "export",
    "order_desk",
    "statement",
    "attribution",
    "rebuild",
)
