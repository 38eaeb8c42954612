"""Merchants, the people around them, what they may do, and the trail of what they did."""
