"""Numbers of today that are far from what the shop's last four weeks were by the same hour, and who is told of them."""
