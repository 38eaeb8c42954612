"""The engine's connections: what lies on the line says whether the server is still there, without asking it."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Return whether the connection still stands; a server that died or hung up has left its end on the line.

        So the check before every request asks the server only where something lies there.
        """
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0) or super().is_usable()
