"""Pages and partial pages of the ads room."""
