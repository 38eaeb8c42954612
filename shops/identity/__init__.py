"""Identity: whose a device is and since when, and what becomes of it when the person wants to be forgotten."""
