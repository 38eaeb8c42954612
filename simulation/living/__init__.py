"""What happens in the demo's shops beside plain purchases, day by day; found by what the database says is under way.

Whoever acts does so by an own chance that hangs on the code of the row alone, so a day may be lived through again.
"""
