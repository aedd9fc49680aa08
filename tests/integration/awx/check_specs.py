# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For an environment with the collection ``awx.awx``: the stored argument specs are those of its modules."""

from __future__ import annotations

from tests.integration.awx.specs import installed, stored


def test_the_stored_specs_are_those_of_the_collection() -> None:
    assert installed() == stored()
