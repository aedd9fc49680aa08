# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures speed as ratios within one run: ``python3 -m tests.benchmark``."""

from tests.collection_path import place

# The sections import the collection, and a fresh clone has no place where Python finds it. This runs before any of them
# is imported, however the benchmark is started.
place()
