"""Replay: what the auction did, kept so that it can be held again under other bids."""
