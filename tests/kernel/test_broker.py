"""The folder that wakes workers: a message of which only half is there harms nobody."""

from queue import Empty

import pytest
from kombu import Connection

from chengfeng.broker import Transport


def test_half_a_message_is_no_message(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    with Connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, Transport)
        (tmp_path / "1.celery.msg").write_text("")
        with pytest.raises(Empty):
            connection.default_channel._get("celery")
