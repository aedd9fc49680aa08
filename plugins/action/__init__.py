# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports the collection where Ansible looks its action plugin up: in the main process, of which each task is a fork.

Otherwise each task would do it, which takes longer than an unchanged resource: Ansible compiles the files of a
collection at each import.
"""

from __future__ import annotations

from contextlib import suppress

# With a Python that is too old the lookup succeeds, and the task fails with a message.
with suppress(ImportError):
    from ansible_collections.scp.storage.plugins.action.scp_connection_info import load_spec

    # This module knows all kinds of resources, each of which is imported where it is first used.
    _KINDS = load_spec("scp_storage_apply").handler
    _HANDLERS = [kind.spec.handler for kind in vars(_KINDS)["kinds"].values()]
