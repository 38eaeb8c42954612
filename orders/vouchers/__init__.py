"""Services that were paid for: vouchers, their verification at a store, and bookings."""
