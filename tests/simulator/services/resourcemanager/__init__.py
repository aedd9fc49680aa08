# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Manager 1.0 (platform-behaviour.md §10): tags, and a list of what there is in all services."""

from __future__ import annotations

from .service import ResourceManager

SERVICE = ResourceManager
