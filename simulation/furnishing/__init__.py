"""What the demo's shops are fitted out with before they open: rates, delivery, services, promotions, accounts."""
