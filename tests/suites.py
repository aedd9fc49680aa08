# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests `make check`, `make test` and `make test-full` run. Read by noxfile.py, which has no pytest."""

from __future__ import annotations

#: What `make check` runs, as arguments of pytest.
QUICK = ("tests/unit", "tests/modules/test_lifecycles.py", "--ignore=tests/unit/simulator")
#: What the session `generations` runs for the older API versions and for the newer ones, as arguments of pytest: all
#: that runs the collection on the simulator, without the tests that select the versions themselves.
ON_THE_SIMULATOR = (
    "tests/unit/resources",
    "tests/unit/engine/test_converging.py",
    "tests/unit/test_developer_documents.py",
    "tests/modules",
    "tests/integration",
    "--ignore=tests/modules/test_generations.py",
)
#: Markers of tests that take long and are left out unless ``-m`` names them, with their meaning; a sample of each kind
#: always runs. They hold for all folders, so one ``-m`` expression selects tests of modules and of playbooks.
LONG = {
    "full_faults": "every fault at every call of every scenario, and a crash after every answer",
    "full_switches": "every position of every switch alone",
    "full_routes": "roles through module processes, in which each module runs otherwise",
}
