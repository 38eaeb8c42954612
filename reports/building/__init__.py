"""Reports that are stored: defined by a merchant, run in the background, kept as files, sent by the clock."""
