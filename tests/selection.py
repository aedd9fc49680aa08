# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that finds tests by module: the marker ``module``, and the option ``--module``.

``pytest -k scp_bm_volume`` finds all tests whose marker has a name with this text; ``pytest --module scp_bm_volume``
finds those of this module only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from tests.module_files import MODULES


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--module``."""
    parser.addoption(
        "--module",
        action="append",
        default=[],
        metavar="NAME",
        help="run only the tests of this module, for example scp_bm_volume (repeatable)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "module(*names): the modules that a test is about")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make the names in markers known to ``-k``, and keep the tests that ``--module`` selects.

    :raises pytest.UsageError: a name is not the name of a module.
    """
    selected: list[str] = config.option.module
    marked = {item: marked_modules(item) for item in items}
    known = set(MODULES)
    if unknown := {*selected, *(name for names in marked.values() for name in names)} - known:
        raise pytest.UsageError(f"not a module of this collection: {', '.join(sorted(unknown))}")
    for item, names in marked.items():
        item.extra_keyword_matches.update(names)
    if selected:
        kept = [item for item in items if is_about(selected, marked[item], item.nodeid)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def marked_modules(item: pytest.Item) -> set[str]:
    """Return the names in all ``module`` markers of a test, its class and its file."""
    return {name for mark in item.iter_markers("module") for name in mark.args}


def is_about(selected: Iterable[str], marked: Iterable[str], nodeid: str) -> bool:
    """Return whether a test is about a selected module, by its markers or by a whole word of its id."""
    names = {*marked, *re.findall(r"\w+", nodeid)}
    return not names.isdisjoint(selected)
