"""Campaigns, auction, serving, tracking, charging and attribution."""
