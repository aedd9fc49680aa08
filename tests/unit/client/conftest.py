# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What most tests of the client need: servers by script, and clients whose pauses take no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.clock import Clock
from ansible_collections.scp.storage.plugins.module_utils.client.paging import Paging
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import Settings
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation, Service
from tests.unit.client.raw_server import RawServer, serving

ACCESS_KEY = "AK-made-up-1234567890"
SECRET_KEY = "SK-made-up-1234567890-abcdefghijklmnop"
SERVICE = Service("filestorage", "1.1", "File Storage")
READ = Operation(SERVICE, "ShowThing", "GET", "/v1/things/{thing_id}")
LIST = Operation(SERVICE, "ListThings", "GET", "/v1/things", paging=Paging("things", "count", "offset"))
WRITES = {
    "POST": Operation(SERVICE, "CreateThing", "POST", "/v1/things"),
    "PUT": Operation(SERVICE, "SetThing", "PUT", "/v1/things/one"),
    "DELETE": Operation(SERVICE, "DeleteThings", "DELETE", "/v1/things"),
}
Serve = Callable[..., RawServer]


def make_settings(**values: Any) -> Settings:
    """Settings with made-up keys."""
    return Settings(**{"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": "kr-west1", **values})


class NoPauses(Clock):
    """Writes down how long it would have slept."""

    def __init__(self, pauses: list[float]) -> None:
        self.pauses = pauses

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back, and jumps over pauses."""
        return super().monotonic() + sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        """Do not sleep."""
        self.pauses.append(seconds)


@dataclass
class Caller:
    """A client, and how long it would have slept."""

    client: Client
    pauses: list[float]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that stop with the test."""
    with ExitStack() as stack:
        yield lambda *answers, **options: stack.enter_context(serving(*answers, **options))


@pytest.fixture
def connect() -> Iterator[Callable[..., Caller]]:
    """Make clients of a server (or an address); settings by keyword."""
    made: list[Client] = []

    def connected(server: RawServer | str, **values: Any) -> Caller:
        pauses: list[float] = []
        url = server if isinstance(server, str) else server.url
        made.append(Client(make_settings(**{"endpoint_url": url, **values}), clock=NoPauses(pauses)))
        return Caller(made[-1], pauses)

    yield connected
    for client in made:
        client.close()
