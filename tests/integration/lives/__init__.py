# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of all nouns, step by step: what tests of different kinds put them through.

A file here holds the lives of some nouns in its ``LIVES``: by name, functions from a simulator to steps.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.lives import (
    archivestorage,
    backup,
    backup_restores,
    bm,
    bm_replication,
    bm_snapshots,
    filestorage,
    parallel_filestorage,
)
from tests.integration.lives.story import Step, check_life, played
from tests.simulator.fixture import Simulator

Life = Callable[[Simulator], list[Step]]
#: Every noun's life, by name; a name begins with the service's prefix in module names.
LIVES: dict[str, Life] = {
    **filestorage.LIVES,
    **parallel_filestorage.LIVES,
    **bm.LIVES,
    **bm_replication.LIVES,
    **bm_snapshots.LIVES,
    **backup.LIVES,
    **backup_restores.LIVES,
    **archivestorage.LIVES,
}

__all__ = ["LIVES", "Life", "Step", "all_lives", "check_life", "played"]


def all_lives(simulator: Simulator) -> list[Step]:
    """All lives, one after the other."""
    return [step for life in LIVES.values() for step in life(simulator)]
