"""History: what happened, as logs of closed days in Parquet files, and the days since in PostgreSQL."""
