# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of Resource Manager: its delays, and what is assumed or unknown (platform-behaviour.md §10)."""

from __future__ import annotations

from ...behaviors import Switch

SWITCHES = (
    Switch("resource_delay_seconds", 0.0, "Resource Manager: until a new resource can be found and tagged [unknown]."),
    Switch("resource_stale_seconds", 0.0, "Resource Manager: how long an entry outlives its resource."),
    Switch(
        "tags_bulk",
        "merge",
        "Resource Manager: a bulk PUT leaves the other tags of the resource, or replaces all of them [unknown].",
        ("merge", "replace"),
    ),
    Switch(
        "tag_key_missing",
        "create",
        "Resource Manager: setting the value of a key that the resource has not [assumed].",
        ("create", "404"),
    ),
    Switch(
        "tag_delete_missing",
        "404",
        "Resource Manager: deleting a key that the resource has not [assumed].",
        ("404", "accept"),
    ),
    Switch(
        "resource_service_name",
        "either",
        "Resource Manager: what the filter service_name of resources is compared with: the name of the service "
        "(filestorage), its title (File Storage), or both [unknown].",
        ("either", "name", "title"),
    ),
)
