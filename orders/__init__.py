"""Cart, checkout, payment, fulfilment and refund."""
