"""Console pages of people, delegations, tokens, the audit trail and the settings, and the page of an invitation."""
