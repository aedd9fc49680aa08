# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage 1.1 and 1.3 (platform-behaviour.md §9)."""

from __future__ import annotations

from .service import ArchiveStorage

SERVICE = ArchiveStorage
