# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access rules of File Storage: which servers may use a volume, one change a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import ApiError
from ...service import Call, Reply, event, operation
from .models import AccessRule, Volume

if TYPE_CHECKING:
    from .service import FileStorage


class AccessRules:
    """The operations on access rules."""

    def __init__(self, service: FileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def _find(self, volume_id: str, kind: str, object_id: str) -> AccessRule | None:
        wanted = (volume_id, kind, object_id)
        rules = self._service.access_rules
        return next((r for r in rules if (r.volume_id, r.object_type, r.object_id) == wanted), None)

    @operation("ListAccessRules")
    def list(self, call: Call) -> Reply:
        """All rules of a volume, of any origin."""
        volume = self._service.volume(call, call.path["volume_id"])
        rules = call.listed([rule for rule in self._service.access_rules if rule.volume_id == volume.id])
        shown = [
            {"access_rule_state": r.access_rule_state, "object_type": r.object_type, "object_id": r.object_id}
            for r in rules
        ]
        return Reply(200, {"count": len(shown), "volume_id": volume.id, "access_rules": shown})

    @operation("SetAccessRule")
    def set(self, call: Call) -> Reply:
        """Add or remove one rule."""
        volume = self._service.settled_volume(call, call.path["volume_id"])
        rule = self._find(volume.id, call.body["object_type"], call.body["object_id"])
        if rule is not None and rule.access_rule_state == "deleting":
            raise self._service.conflict("The access rule is being removed.")
        if call.body["action"] == "add":
            self._add(call, volume, rule)
        else:
            self._remove(rule)
        return Reply(202, {"volume_id": volume.id, **call.body})

    def _add(self, call: Call, volume: Volume, rule: AccessRule | None) -> None:
        kind, object_id = call.body["object_type"], call.body["object_id"]
        if self._world.server(object_id, kind, call.region, call.account_id) is None:
            raise ApiError(404, "VirtualServer.VirtualServerNotFound", f"{object_id} not found.")
        if rule is not None:
            if self._world.switches.text("access_rule_duplicate") == "accept":
                return
            raise self._service.conflict("The access rule exists already.", "access_rule_duplicate")
        added = AccessRule(
            account_id=call.account_id,
            volume_id=volume.id,
            object_type=kind,
            object_id=object_id,
            access_rule_state="activating",
        )
        self._service.access_rules.add(added)
        self._later("rule_active", added)

    def _remove(self, rule: AccessRule | None) -> None:
        if rule is not None:
            rule.access_rule_state = "deleting"
            self._later("rule_gone", rule)
            return
        answer = self._world.switches.text("access_rule_missing")
        if answer != "accept":
            raise ApiError(int(answer), "filestorage.Notfound.access_rule", "The access rule does not exist.")

    def _later(self, kind: str, rule: AccessRule) -> None:
        self._service.after(self._world.switches.number("access_rule_seconds"), kind, rule_id=rule.id)

    @event("rule_active")
    def _active(self, data: Mapping[str, Any]) -> None:
        """An added rule works."""
        rule = self._service.access_rules.get(data["rule_id"])
        if rule is not None and rule.access_rule_state == "activating":
            rule.access_rule_state = "active"

    @event("rule_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A removed rule is gone."""
        self._service.access_rules.remove(data["rule_id"])
