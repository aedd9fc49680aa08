# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for the batch in tests of what a list asks for: nothing is read, and nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any


def unused_stages(region: str = "kr-west1", *mistakes: str) -> Any:
    """Return a batch in a region, which finds these mistakes in every item."""

    def find(_resources: Sequence[Mapping[str, Any]]) -> list[str]:
        return list(mistakes)

    return SimpleNamespace(client=SimpleNamespace(settings=SimpleNamespace(region=region)), mistakes=find)
