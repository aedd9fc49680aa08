# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections and calls it takes."""

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

ITEMS = list(range(20))
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
        run = controller.run([task("scp_filestorage_volume", VOLUME, loop=ITEMS, register="read")]).succeeded()
    assert run[0].reads == ["ListVolumes", "ShowVolume", "ListVolumes", *["ShowVolume"] * 19]
    assert doorman.connections == 1


@pytest.mark.module("scp_filestorage_volume", "scp_filestorage_volume_info", "scp_storage_apply")
def test_items_of_a_loop_share_a_list_and_attempts_do_not(controller: Controller) -> None:
    """A task that looks until something holds, or tries again, reads everything each time."""
    controller.simulator.patch_world({"filestorage": {"volumes": [{"name": "web_data_abc123", "type_name": "SSD"}]}})
    info, batch = {"name": "web_data"}, {"resources": [{"kind": "filestorage_volume", **VOLUME}]}
    attempts = {"retries": 2, "delay": 0, "ignore_errors": True}
    run = controller.run(
        [
            task("scp_filestorage_volume", VOLUME, loop=ITEMS),
            task("scp_filestorage_volume", VOLUME, loop=ITEMS, register="read"),
            task("scp_filestorage_volume_info", info, register="seen", until="seen.volumes | length > 1", **attempts),
            task("scp_filestorage_volume", {**VOLUME, "type_name": "HDD"}, register="tried", **attempts),
            task("scp_storage_apply", batch, loop=ITEMS),
        ]
    )
    shared, registered, until, retried, batches = run
    assert shared.reads == ["ListVolumes", "ShowVolume", "ListVolumes"]
    assert registered.reads == [*shared.reads, *["ShowVolume"] * 19]
    assert until.failed
    assert until.reads == ["ListVolumes", "ShowVolume"] * 3
    assert retried.failed
    assert retried.reads == ["ListVolumes", "ShowVolume"] * 3
    assert batches.reads == shared.reads
