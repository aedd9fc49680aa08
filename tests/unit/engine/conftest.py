# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator in which waiting takes no time worth speaking of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.fixture import Simulator


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """The simulator of this folder: twenty seconds pass in less than half of one."""
    with Simulator("--time-scale", "50") as running:
        yield running
