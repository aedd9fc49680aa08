# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task runs, beside its options."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ..client.session import Client, cached_client
from ..client.settings import Settings
from .journal import Journal


@dataclass(frozen=True)
class Mode:
    """How a task runs, beside its options.

    :param report: gets a line for the user while the task waits; secrets are masked in it.
    :param connect: returns the client for some settings.
    :param set_by_task: names of environment variables that the task sets.
    :param journal: gets what was done, also if the task is ended from outside.
    """

    check: bool = False
    diff: bool = False
    report: Callable[[str], None] | None = None
    connect: Callable[[Settings], Client] = cached_client
    set_by_task: Collection[str] = frozenset()
    journal: Journal = field(default_factory=Journal)
