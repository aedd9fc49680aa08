# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: the collection in its place, and nothing of the user's own settings."""

from __future__ import annotations

import os

import pytest

from tests.collection_path import CACHE, place
from tests.harness.properties import load_profile
from tests.suites import LONG

#: The fixture `simulator` is there for all, and so are the marker `module` and the option `--module`.
pytest_plugins = ["tests.selection", "tests.simulator.fixture"]

load_profile()

# No test reads the credentials or the Ansible settings of the user who runs it.
for _name in [name for name in os.environ if name.startswith(("ANSIBLE_", "SCP_")) and name != "SCP_TEST_GENERATIONS"]:
    del os.environ[_name]
_home = CACHE / "home"
_home.mkdir(parents=True, exist_ok=True)
os.environ["HOME"] = str(_home)

place()

#: Tests that take long and ask nothing of ansible-core that others do not. (On each core every module runs its
#: examples, is called with options as text, and returns the same by both routes; and every role has a life.)
NEWEST_CORE = "newest_core: left out on the oldest ansible-core"


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", NEWEST_CORE)
    for name, meaning in LONG.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; run with -m {name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tests that were not asked for."""
    asked = {name for name in LONG if name in config.option.markexpr}
    kept = [item for item in items if not {mark.name for mark in item.iter_markers()} & LONG.keys() - asked]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
