# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How inventory and lookups reach the platform, with the same options, variables and files as modules."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.settings import SOURCES, Settings, resolve


def settings_of(option: Callable[[str], Any], **defaults: Any) -> Settings:
    """The settings that a plugin's options, the environment and the files of the official tools make.

    :param option: gives an option of the plugin by its name.
    :param defaults: values for options that are not given.
    :raises SettingsError: something is missing or can't be understood.
    """
    given = {name: option(name) for name in SOURCES}
    options = {name: defaults.get(name) if value is None else value for name, value in given.items()}
    return resolve(options, os.environ)
