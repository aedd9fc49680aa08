# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: the collection in its place, and nothing of the user's own settings."""

from __future__ import annotations

import os

from tests.harness.properties import load_profile
from tests.placement import CACHE, place

#: The fixture `simulator` is there for all, and so are the marker `module` and the option `--module`.
pytest_plugins = ["tests.selection", "tests.simulator.fixture"]

load_profile()

# No test reads the credentials or the Ansible settings of whoever runs it.
for _name in [name for name in os.environ if name.startswith(("ANSIBLE_", "SCP_"))]:
    del os.environ[_name]
_home = CACHE / "home"
_home.mkdir(parents=True, exist_ok=True)
os.environ["HOME"] = str(_home)

place()
