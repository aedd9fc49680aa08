# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How inventory and lookups reach the platform, with the same options, variables and files as modules."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.scp.storage.plugins.module_utils.client.redaction import Redactor
from ansible_collections.scp.storage.plugins.module_utils.client.settings import (
    SOURCES,
    Settings,
    given_secrets,
    is_blank,
    resolve,
    without_blanks,
)


class ConnectionOptions:
    """Mixed into a plugin with connection options: blank ones count as not given, and its messages show no secrets."""

    get_option: Callable[[str], Any]

    def set_options(
        self, task_keys: Any = None, var_options: Any = None, direct: Mapping[str, Any] | None = None, **others: Any
    ) -> None:
        """Set the options of the plugin: Ansible could not convert blank ones to their types."""
        direct = None if direct is None else without_blanks(direct)
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct, **others)  # type: ignore[misc]

    def redacted(self, text: str, *settings: Settings) -> str:
        """Return a message without secrets of the options, the environment and the settings that were found."""
        options = {}
        for name in SOURCES:
            # A plugin whose options could not be read has none.
            with suppress(KeyError, AnsibleError):
                options[name] = self.get_option(name)
        secrets = given_secrets(options, os.environ)
        return Redactor(secrets.union(*(found.secrets for found in settings)))(text)


def report(text: str) -> None:
    """Show a line of progress: on stderr, because programs read what is written to stdout."""
    Display().display(text, stderr=True)


def settings_of(option: Callable[[str], Any], **defaults: Any) -> Settings:
    """The settings that a plugin's options, the environment and the files of the official tools make.

    :param option: gives an option of the plugin by its name.
    :param defaults: values for options that are not given.
    :raises SettingsError: something is missing or cannot be understood.
    """
    given = {name: option(name) for name in SOURCES}
    options = {name: defaults.get(name) if is_blank(value) else value for name, value in given.items()}
    return resolve(options, os.environ)
