"""Promotions: coupons, thresholds, bundles, flash sales and presales – who gives what, on what, when and how often."""
