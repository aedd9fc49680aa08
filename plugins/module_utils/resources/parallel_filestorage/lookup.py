# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of Parallel File Storage share: how volumes are found, and their dependents."""

from __future__ import annotations

from typing import Any

from ...client.session import Client
from ...engine.lookup import LookupSpec
from ...operations import parallel_filestorage as api
from ..shared_volume import NAME_RULE, NAME_RULE_TEXT

VOLUMES = LookupSpec(
    title="Parallel File Storage volume",
    listing=api.LIST_VOLUMES,
    show=api.SHOW_VOLUME,
    option="volume_id",
    module="scp_pfs_volume",
    rule=NAME_RULE,
    rule_text=NAME_RULE_TEXT,
    suffixed=True,
    resource_type="volume",
)


def read_access_rules(client: Client, volume_id: str) -> list[dict[str, Any]]:
    """A volume's access rules, each with its state and those of the node's addresses."""
    return client.read_list(api.LIST_ACCESS_RULE, path={"volume_id": volume_id})


def read_snapshots(client: Client, volume_id: str) -> list[dict[str, Any]]:
    """A volume's snapshots."""
    return client.read_list(api.LIST_SNAPSHOTS, query={"volume_id": volume_id})
