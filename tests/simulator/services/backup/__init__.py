# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup 1.2 to 1.4 (platform-behaviour.md §8)."""

from __future__ import annotations

from .service import Backup

SERVICE = Backup
