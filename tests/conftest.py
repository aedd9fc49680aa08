# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: the collection in its place, and nothing of the user's own settings."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.placement import CACHE, place

#: The fixture `simulator` is there for all, and so are the marker `module` and the option `--module`.
pytest_plugins = ["tests.selection", "tests.simulator.fixture"]

# How long an example takes says more of the machine's load than of the code. CI tries the same examples each time, so
# that what it finds belongs to the change it runs for; everywhere else they are drawn at random.
settings.register_profile(
    "here", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("here")

# No test reads the credentials or the Ansible settings of whoever runs it.
for _name in [name for name in os.environ if name.startswith(("ANSIBLE_", "SCP_"))]:
    del os.environ[_name]
_home = CACHE / "home"
_home.mkdir(parents=True, exist_ok=True)
os.environ["HOME"] = str(_home)

place()
