# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume with access rules is created, changed and removed; another one with CIFS."""

from __future__ import annotations

from tests.scenarios.filestorage import rule, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    rules = [rule(simulator, "west-web1"), rule(simulator, "west-db1")]
    named = [
        {"object_type": "VM", "object_name": "west-web1"},
        {"object_type": "VM", "object_name": simulator.server("west-web2")["ip"]},
        rules[0],
    ]
    web_data = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
    change = {**web_data, "file_unit_recovery_enabled": False, "access_rules": rules[1:], "purge_access_rules": True}
    cifs = {
        "name": "office",
        "protocol": "CIFS",
        "type_name": "HDD",
        "cifs_password": "S3cret!pass",
        "tags": [{"key": "team", "value": "x"}],
    }
    return [
        volume(
            "make a volume",
            {**web_data, "file_unit_recovery_enabled": True, "access_rules": rules},
            "CreateVolume",
            "SetVolume",
            "SetAccessRule",
            "SetAccessRule",
        ),
        volume("change it", change, "SetVolume", "SetAccessRule"),
        volume("no rules", {"name": "web_data", "access_rules": [], "purge_access_rules": True}, "SetAccessRule"),
        volume("a rule by a name", {"name": "web_data", "access_rules": named[:1]}, "SetAccessRule"),
        volume("rules by an address and an id", {"name": "web_data", "access_rules": named[1:]}, "SetAccessRule"),
        volume(
            "the rules of one name",
            {"name": "web_data", "access_rules": named[:1], "purge_access_rules": True},
            "SetAccessRule",
        ),
        volume("a CIFS volume", cifs, "CreateVolume"),
        volume("other tags", {"name": "office", "tags": {"team": "y", "stage": "live"}}, "UpdateComponentsTags"),
        volume("fewer tags", {"name": "office", "tags": {"stage": "live"}, "purge_tags": True}, "DeleteComponentsTag"),
        volume("the CIFS volume goes", {"name": "office", "state": "absent"}, "DeleteVolume"),
        volume(
            "the volume goes with its rule", {"name": "web_data", "state": "absent"}, "SetAccessRule", "DeleteVolume"
        ),
    ]
