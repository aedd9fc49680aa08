# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated services. A module or package in here that has ``SERVICE`` (a Service class) is one."""

from __future__ import annotations

import importlib
import pkgutil

from ..service import Service


def find_services() -> list[type[Service]]:
    """All services in here, by their modules' names."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f".{name}", __name__) for name in names]
    return [module.SERVICE for module in modules if hasattr(module, "SERVICE")]
