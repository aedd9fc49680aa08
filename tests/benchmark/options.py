# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a section of the benchmark is, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Options:
    """Options of a run.

    :ivar folder: an empty folder for files of one section.
    :ivar rounds: how often each figure is measured where the median counts.
    :ivar full: whether the section ``latency`` uses its full size, which takes minutes.
    """

    folder: Path
    rounds: int
    full: bool


class Section(Protocol):
    """A module with a group of related rows. The first line of its docstring is what ``--list`` shows."""

    __doc__: str | None

    def measure(self, options: Options) -> list[str]:
        """Measure and print tables; return what was missed."""
