# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections it takes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task

pytestmark = pytest.mark.newest_core

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}


class Doorman:
    """Passes connections on to a server, and counts them. ``url`` is where it listens."""

    def __init__(self, url: str) -> None:
        self._to = (urlsplit(url).hostname, urlsplit(url).port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections = 0

    @contextmanager
    def at_work(self) -> Iterator[Doorman]:
        """Let connections in, until the end of the block."""
        threading.Thread(target=self._let_in, daemon=True).start()
        try:
            yield self
        finally:
            self._listening.close()

    def _let_in(self) -> None:
        while True:
            try:
                incoming, _ignored = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            outgoing = socket.create_connection(self._to)
            for source, sink in ((incoming, outgoing), (outgoing, incoming)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.mark.module("scp_filestorage_volume")
def test_items_of_a_loop_share_a_connection(controller: Controller) -> None:
    """Twenty items of a loop need one connection."""
    controller.simulator.patch_world({"filestorage": {"volumes": [{"name": "web_data_abc123", "type_name": "SSD"}]}})
    with Doorman(controller.simulator.url).at_work() as doorman:
        controller.environ["SCP_ENDPOINT_URL"] = f"{doorman.url}/{{service}}/{{region}}"
        run = controller.run([task("scp_filestorage_volume", VOLUME, loop=list(range(20)))]).succeeded()
    assert run[0].reads == ["ListVolumes", "ShowVolume"] * 20
    assert doorman.connections == 1
