# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole lifecycle by both routes."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.modules.apply.lists import check_whole_lifecycle

pytestmark = pytest.mark.module("scp_storage_apply")


def test_a_whole_life(routed: Controller) -> None:
    """Something of every kind is made, changed and removed; each time check mode predicts every entry."""
    check_whole_lifecycle(routed)
