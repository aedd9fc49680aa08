# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage 1.0 and 1.1 (platform-behaviour.md §6)."""

from __future__ import annotations

from .service import ParallelFileStorage

SERVICE = ParallelFileStorage
