# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option specs of modules."""

from __future__ import annotations

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.settings import SOURCES
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import CONNECTION_OPTIONS


@pytest.mark.parametrize("name", SOURCES)
def test_connection_option_is_as_its_setting_is_read(name: str) -> None:
    """A value that the look-up would refuse is refused by Ansible, and a secret is censored."""
    source = SOURCES[name]
    expected = {
        "type": source.kind,
        "choices": list(source.choices) or None,
        "no_log": True if source.secret else None,
    }
    assert CONNECTION_OPTIONS[name] == {field: value for field, value in expected.items() if value is not None}


def test_connection_options_that_are_secret_are_the_keys_and_the_token() -> None:
    secret = {name for name, option in CONNECTION_OPTIONS.items() if option.get("no_log")}
    assert secret == {"access_key", "secret_key", "auth_token"}
