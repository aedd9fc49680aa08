# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that may use replicas: from their names to their ids in the region of the replica."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...client.errors import StorageError
from ...client.session import Client
from ...resources.objects import ObjectFinder, has_names, with_ids
from .model import Volume


def with_server_ids(client: Client, volumes: Sequence[Volume]) -> tuple[list[Volume], dict[str, str]]:
    """Return volumes whose servers all have ids, and why a volume's servers cannot be found, by its key.

    Names are looked up in the region of the replica, and before anything is sent. A volume with a problem keeps none of
    its servers.
    """
    found: list[Volume] = []
    problems: dict[str, str] = {}
    for volume in volumes:
        finder = ObjectFinder(client, volume.target_region)
        rules, attachments = volume.target_access_rules, volume.target_attachments
        try:
            rules = _with_ids(finder, rules, "target_access_rules")
            attachments = _with_ids(finder, attachments, "target_attachments")
        except StorageError as error:
            rules = attachments = ()
            problems[volume.key] = error.message
        found.append(replace(volume, target_access_rules=rules, target_attachments=attachments))
    return found, problems


def _with_ids(finder: ObjectFinder, servers: Sequence[Mapping[str, str]], option: str) -> Sequence[Mapping[str, str]]:
    return tuple(with_ids(finder, servers, option)[0]) if has_names(servers) else servers
