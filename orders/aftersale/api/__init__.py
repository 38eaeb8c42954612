"""The API of cases: for a shop's programs and for shoppers' clients."""
