"""The kernel: money, time, codes, ledger, messages and jobs – what every room needs and no room owns."""
