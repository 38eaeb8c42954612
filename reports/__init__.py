"""Facts, metrics, the cockpit, exports and explanations: reads of every room below."""
