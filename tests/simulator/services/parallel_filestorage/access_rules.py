# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access rules of Parallel File Storage: which GPU nodes may use a volume, all changes in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from .models import AccessRule, Volume

if TYPE_CHECKING:
    from .service import ParallelFileStorage

KIND = "GPU_NODE"


class AccessRules:
    """The operations on access rules."""

    def __init__(self, service: ParallelFileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("ListAccessRule")
    def list(self, call: Call) -> Reply:
        """All rules of a volume, each with the node that it is for, its state and those of its addresses."""
        volume = self._service.volume(call, call.path["volume_id"])
        shown = [self._shown(rule) for rule in call.listed(self._service.rules_of(volume.id))]
        return Reply(200, {"count": len(shown), "volume_id": volume.id, "access_rules": shown})

    def _shown(self, rule: AccessRule) -> dict[str, Any]:
        node = self._world.servers.get(rule.object_id)
        in_force = self._world.switches.text("pfs_access_state")
        return {
            "object_id": rule.object_id,
            "object_type": rule.object_type,
            "object_name": node.name if node else "",
            "object_state": node.state if node else "UNKNOWN",
            "access_state": in_force if rule.state == "active" else rule.state,
            "access_ip_list": rule.ips,
        }

    @operation("SetAccessRule")
    def set(self, call: Call) -> Reply:
        """Add and remove rules; all of it is done or none."""
        service, body = self._service, call.body
        volume = service.settled_volume(call, call.path["volume_id"])
        add, remove = ([rule["object_id"] for rule in body[f"{way}_access_rules"]] for way in ("add", "remove"))
        if not (add or remove) and self._world.switches.text("pfs_access_rules_empty") == "400":
            raise service.refused("There is nothing to change.")
        if len({*add, *remove}) != len(add) + len(remove):
            raise service.refused("An object is there twice.")
        present = {rule.object_id: rule for rule in service.rules_of(volume.id)}
        for object_id in (*add, *remove):
            if object_id in present and present[object_id].state == "deleting":
                raise service.conflict("The access rule is being removed.")
        new, old = self._to_add(call, add, present), self._to_remove(remove, present)
        for object_id in new:
            self._add(volume, object_id)
        for rule in old:
            self._remove(rule)
        return Reply(202, {**body, "volume_id": volume.id})

    def _to_add(self, call: Call, asked: Sequence[str], present: Mapping[str, AccessRule]) -> Sequence[str]:
        """Those of the nodes asked for that get a rule.

        :raises ApiError: 404, or the answer to a rule that exists.
        """
        for object_id in asked:
            if self._world.server(object_id, KIND, call.region, call.account_id) is None:
                raise self._service.not_found("gpu_node")
        there = any(object_id in present for object_id in asked)
        if there and self._world.switches.text("pfs_access_rule_duplicate") != "accept":
            raise self._service.conflict("The access rule exists already.", "pfs_access_rule_duplicate")
        return [object_id for object_id in asked if object_id not in present]

    def _to_remove(self, asked: Sequence[str], present: Mapping[str, AccessRule]) -> Sequence[AccessRule]:
        """The rules of the nodes asked for.

        :raises ApiError: the answer to a rule that does not exist.
        """
        missing = [object_id for object_id in asked if object_id not in present]
        if missing and self._world.switches.text("pfs_access_rule_missing") != "accept":
            raise self._service.conflict("The access rule does not exist.", "pfs_access_rule_missing")
        return [present[object_id] for object_id in asked if object_id in present]

    def _add(self, volume: Volume, object_id: str) -> None:
        node = self._world.servers.get(object_id)
        addresses = node.ip.replace(",", " ").split() if node else []
        rule = AccessRule(
            account_id=volume.account_id,
            volume_id=volume.id,
            object_type=KIND,
            object_id=object_id,
            state="activating",
            ips=[{"access_ip": address, "access_ip_state": "activating"} for address in addresses],
        )
        self._service.access_rules.add(rule)
        self._later("pfs_access_ip_seconds", "addresses_active", rule)
        self._later("pfs_access_rule_seconds", "rule_active", rule)

    def _remove(self, rule: AccessRule) -> None:
        rule.state = "deleting"
        _set_addresses(rule, "deleting")
        self._later("pfs_access_rule_seconds", "rule_gone", rule)

    def _later(self, switch: str, kind: str, rule: AccessRule) -> None:
        self._service.after(self._world.switches.number(switch), kind, rule_id=rule.id)

    @event("addresses_active")
    def _addresses_active(self, data: Mapping[str, Any]) -> None:
        """The addresses of an added rule are let in."""
        rule = self._service.access_rules.get(data["rule_id"])
        if rule is not None and rule.state == "activating":
            _set_addresses(rule, self._world.switches.text("pfs_access_rule_ends_in"))

    @event("rule_active")
    def _active(self, data: Mapping[str, Any]) -> None:
        """An added rule is in force, with all of its addresses."""
        rule = self._service.access_rules.get(data["rule_id"])
        if rule is not None and rule.state == "activating":
            rule.state = self._world.switches.text("pfs_access_rule_ends_in")
            _set_addresses(rule, rule.state)

    @event("rule_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A removed rule is gone."""
        self._service.access_rules.remove(data["rule_id"])


def _set_addresses(rule: AccessRule, state: str) -> None:
    rule.ips = [{**address, "access_ip_state": state} for address in rule.ips]
