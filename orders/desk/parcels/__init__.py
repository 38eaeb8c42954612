"""Files of parcels: read, tried out row by row, then carried out; the good rows are shipped, the bad ones named."""

from .reading import FileRefused
from .running import apply, rehearse, run

__all__ = ["FileRefused", "apply", "rehearse", "run"]
