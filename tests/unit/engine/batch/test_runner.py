# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of a list: one line now and then."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.clock import Clock
from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.runner import BatchRunner
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import Storage
from tests.unit.client.conftest import make_settings


class Hand(Clock):
    """A clock that is set by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Progress:
    """A list of five that nothing is sent for, and the lines about it."""

    def __init__(self) -> None:
        self.clock = Hand()
        self.lines: list[str] = []
        names = [{"kind": "pfs_volume", "name": f"train_{number}", "capacity_tb": 10} for number in range(5)]
        params: dict[str, Any] = {"resources": names, "concurrency": 5, "wait": True, "wait_timeout": None}
        client = Client(make_settings(), clock=self.clock)
        self.batch = BatchRunner(Storage.kinds, params, client, Mode(report=self.lines.append))

    def at(self, seconds: float, *, done: int, awaited: int) -> list[str]:
        """Return the lines that come so many seconds after the beginning, while all that is not done goes on."""
        self.lines.clear()
        self.clock.now = 100.0 + seconds
        self.batch.results = [{"changed": True}] * done + [{}] * (5 - done)
        self.batch._awaited = {number: f"volume {number}" for number in range(done, done + awaited)}
        self.batch._report(set(range(done, 5)))
        return list(self.lines)


def test_progress_is_reported_after_three_seconds_and_then_every_fifteen() -> None:
    progress = Progress()
    said = [second for second in range(60) if progress.at(second, done=0, awaited=1)]
    assert said == [3, 18, 33, 48]


@pytest.mark.parametrize(
    ("done", "awaited", "line"),
    [
        (0, 0, "0 of 5 resources done after 20s"),
        (0, 1, "0 of 5 resources done after 20s: volume 0"),
        (2, 3, "2 of 5 resources done after 20s: volume 2; volume 3; volume 4"),
        (1, 4, "1 of 5 resources done after 20s: volume 1; volume 2; volume 3, and 1 more"),
        (0, 5, "0 of 5 resources done after 20s: volume 0; volume 1; volume 2, and 2 more"),
    ],
)
def test_progress_names_what_is_waited_for(done: int, awaited: int, line: str) -> None:
    assert Progress().at(20, done=done, awaited=awaited) == [line]


@pytest.mark.parametrize("concurrency", [0, -1])
def test_concurrency_below_one_is_refused(concurrency: int) -> None:
    with pytest.raises(StorageError, match=f"concurrency must be at least 1, not {concurrency}"):
        BatchRunner(Storage.kinds, {"resources": [], "concurrency": concurrency}, Client(make_settings()), Mode())
