"""The database engine that the settings name: Django's for PostgreSQL, with a health check that costs no question."""
