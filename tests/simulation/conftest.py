"""A site that lives by simulated time, and the memory of who plays with it."""

import threading

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler

from simulation import state


@pytest.fixture
def memory(settings, tmp_path):
    """A simulation on a clock of its own, whose memory lies in a temporary place."""
    settings.MIDDLEWARE = ["chengfeng.clock.SimulatedTimeMiddleware", *settings.MIDDLEWARE]
    settings.SIMULATION, settings.VAR_DIR = True, tmp_path
    return state.State()


@pytest.fixture
def url(memory, transactional_db):
    """Address of a site that honours simulated time."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
