"""Campaigns, auction, predictions, steering, tracking, charging, attribution and the wallet."""
