# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of the collection, by what runs them.

Modules that call the API import ``engine.module_main``, and run through the action plugin on the controller. All others
run on managed hosts, as modules of any collection do.
"""

from __future__ import annotations

from tests.collection_path import ROOT

_FILES = sorted((ROOT / "plugins" / "modules").glob("[!_]*.py"))
#: Names of all modules.
MODULES = [file.stem for file in _FILES]
#: Names of the modules that call the API.
API_MODULES = [
    file.stem for file in _FILES if ".module_utils.engine.module_main import" in file.read_text(encoding="utf-8")
]
#: Names of the modules for managed hosts.
HOST_MODULES = [name for name in MODULES if name not in API_MODULES]
