# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deliberate faults still fit the code; trying them takes minutes, and is not done here."""

from __future__ import annotations

from tests.deliberate_faults import FAULTS, misplaced


def test_deliberate_faults_fit_the_code() -> None:
    """Each text that a fault replaces stands in its file once."""
    assert misplaced() == []
    assert len(FAULTS) >= 10
    assert sum(fault.quick for fault in FAULTS) >= 7
