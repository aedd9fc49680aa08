# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API offers: one table per service, every operation by its ``operationId``, and nothing else.

The tables hold facts of the printed reference; a test holds them to the contract.
"""

from __future__ import annotations
