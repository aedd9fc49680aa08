# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in parallel. The client limits how many calls run at once, for all callers (see :mod:`.turns`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

#: Connections that a client keeps open; also the most calls that it has under way at once.
#: How many items are worked on at once, and how many of those within an item.
MAX_WORKERS = 48
MAX_NESTED_WORKERS = 8
_nesting = threading.local()


def map_concurrently(function: Callable[[ItemT], ResultT], items: Sequence[ItemT]) -> list[ResultT]:
    """Call ``function`` for every item, several at once, and return the results in the order of the items.

    The first exception ends it, and what has not begun by then never begins.
    """
    if len(items) < 2:
        return [function(item) for item in items]
    most = MAX_NESTED_WORKERS if getattr(_nesting, "is_worker", False) else MAX_WORKERS
    with ThreadPoolExecutor(max_workers=min(most, len(items)), initializer=_begin_worker) as pool:
        return list(pool.map(function, items))


def _begin_worker() -> None:
    _nesting.is_worker = True
