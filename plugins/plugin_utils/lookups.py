# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lookups have in common: options, a client that is kept, and errors as Ansible's own lookups have them."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client, cached_client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import SOURCES, Settings
from ansible_collections.scp.storage.plugins.module_utils.client.suggestions import closest

from .connection import ConnectionOptions, report, settings_of

#: What loops with ``with_`` give each lookup before 2.19, beside its own options.
OF_LOOPS = frozenset({"wantlist"})
#: What this process has read with the option ``cache``; a process that was forked from it reads again.
_answers: dict[tuple[Any, ...], Any] = {}


class Lookup(ConnectionOptions, LookupBase):  # type: ignore[misc]
    """A lookup of this collection.

    :cvar own_options: its options beside those about the connection.
    :cvar wants: what its terms are.
    """

    own_options: tuple[str, ...]
    wants: str

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        """What is found for the terms.

        :raises AnsibleLookupError: something went wrong; Ansible's ``errors`` says what becomes of it.
        """
        name = type(self).__module__.rpartition(".")[2]
        options = {option: value for option, value in options.items() if option not in OF_LOOPS}
        known_settings: list[Settings] = []
        try:
            known = (*SOURCES, *self.own_options)
            for option in options:
                if option not in known:
                    raise StorageError(f"{name} has no option {option!r}{closest(option, known)}.")
            self.set_options(var_options=variables, direct=options)
            wanted = [term.strip() if isinstance(term, str) else term for term in self._flatten(terms)]
            if not all(isinstance(term, str) and term for term in wanted):
                raise StorageError(f"{name} wants {self.wants}, each as a text that is not empty.")
            if not wanted:
                return []
            known_settings.append(settings_of(self.get_option))
            client = cached_client(known_settings[0])
            client.begin(report, ())
            return self.found(client, wanted)
        except StorageError as error:
            raise AnsibleLookupError(self.redacted(error.message, *known_settings)) from None

    @abstractmethod
    def found(self, client: Client, terms: list[str]) -> list[Any]:
        """What is found.

        :raises StorageError: something went wrong.
        """

    def once(self, client: Client, question: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        """What ``read`` gives; with the option ``cache`` what it found once answers the same question and settings."""
        if not self.get_option("cache"):
            return read()
        key = (os.getpid(), type(self), client.settings, *question)
        found = _answers.get(key)
        if found is None:
            # What is not there may come: a task that waits for it asks again.
            found = _answers[key] = read()
        return found
