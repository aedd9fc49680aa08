# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) volumes: their servers, QoS and space for snapshots (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...client.errors import StorageError
from ...client.session import Client
from ...client.versions import MissingFields
from ...engine.lookup import Finder
from ...engine.overlay import ResponsePatch
from ...engine.resource import PlannedResource
from ...operations import baremetal_blockstorage as api
from .. import zones
from ..objects import ObjectFinder, check_objects, has_names, with_ids
from ..tags import Taggable
from .lookup import (
    GROUPS,
    VOLUMES,
    changing,
    describe_failure,
    find_owner,
    in_error,
    leaving,
    replicated,
    show_owner,
    under_way,
)
from .replication_state import VOLUME_REPLICATIONS, read_replication
from .snapshot_owner_info import OwnerInfo
from .volume_planner import (
    MAX_ATTACHMENTS,
    QOS,
    VolumePlanner,
    VolumeState,
    attached,
)

SIZES_GB = (1, 16384)


class Volume(Taggable[VolumeState], PlannedResource[VolumeState]):
    """``scp_bm_volume``."""

    kind = VOLUMES
    settled_state = "IN_USE"
    result_key = "volume"
    repairs = True
    shown_by = {zones.ZONE: (zones.ZONE,)}  # noqa: RUF012
    planner_type = VolumePlanner
    planner: VolumePlanner

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        #: Names of servers by id, as far as the task has read them.
        self._names: dict[str, str] = {}

    @property
    def exclusive_name(self) -> str:
        by_id = self.params.get("volume_id")
        return "" if self.wants_absent or by_id else f"{VOLUMES.title} {self.planner.wanted!r}"

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        if self.wants_absent:
            return
        params = self.params
        if params.get("name"):
            VOLUMES.check_name(params["name"])
        zones.check(params, self.region)
        _check_range("size_gb", params.get("size_gb"), SIZES_GB, "GB")
        for name, value in self.planner.qos_asked.items():
            _check_range(f"qos.{name}", value, QOS[name], {"iops": "IOPS", "throughput": "MB/s"}[name])
        if params.get("disk_type") == "HDD" and self.planner.qos_asked:
            raise StorageError("qos goes with disk_type SSD only. Leave it out, or ask for an SSD volume.")
        _check_range("snapshot_rate", params.get("snapshot_rate"), (0, 100), "percent; 0 ends snapshots")
        check_objects(params.get("attachments"), "attachments")
        self._check_attachments()

    def _check_attachments(self) -> None:
        listed = self.params.get("attachments") or []
        types: dict[str, set[str]] = {}
        for item in listed:
            types.setdefault(item.get("object_id") or item["object_name"], set()).add(item["object_type"])
        if twice := [identifier for identifier, kinds in types.items() if len(kinds) > 1]:
            raise StorageError(f"attachments lists {', '.join(twice)} as BM and as MNGC. A server is one of them.")
        if len(types) > MAX_ATTACHMENTS:
            raise StorageError(
                f"attachments lists {len(types)} servers, and a volume can have {MAX_ATTACHMENTS} at most."
            )

    def resolve(self) -> None:
        attachments = self.params.get("attachments")
        if self.wants_absent or not has_names(attachments):
            return
        resolved, names = with_ids(ObjectFinder(self.client), attachments or (), "attachments")
        self.use_options({**self.params, "attachments": resolved})
        self._names.update({identifier: name for (_kind, identifier), name in names.items()})
        self._check_attachments()

    def find(self) -> VolumeState:
        finder = Finder(self.client, VOLUMES)
        if identifier := self.params.get("volume_id"):
            shown = show_owner(finder, identifier)
            if shown is None and not self.wants_absent:
                raise finder.missing(identifier)
        else:
            shown = find_owner(finder, self.planner.wanted, leaving_counts=self.wants_absent)
        return self._with_blockers(VolumeState(shown))

    def _with_blockers(self, state: VolumeState) -> VolumeState:
        """Add what the show operation does not show of things that this task may end."""
        volume = state.volume
        if volume is None or not self.wants_absent:
            return state
        group, replication = volume.get("volume_group"), None
        if group is not None:
            group = show_owner(Finder(self.client, GROUPS), group["id"])
        if replicated(volume) and self.params.get("end_replication"):
            replication = read_replication(self.client, VOLUME_REPLICATIONS, volume["id"], owner=volume)
        return replace(state, group=group, replication=replication)

    def refresh(self, state: VolumeState) -> VolumeState:
        if state.volume is None:
            return state
        shown = show_owner(Finder(self.client, VOLUMES), state.volume["id"])
        if state.removing and shown is not None and in_error(shown):
            raise StorageError(
                f"{describe_failure(self.result_key, shown)} Its deletion went wrong; run the task"
                " again to delete it once more."
            )
        state = replace(state, volume=shown)
        if state.group is not None and changing(GROUPS, state.group):
            state = replace(state, group=show_owner(Finder(self.client, GROUPS), state.group["id"]))
        return self._with_blockers(state) if state.replication is not None else state

    def explain(self, missing: MissingFields) -> StorageError:
        return zones.explain_zone(missing, self.client, api.LIST_VOLUMES)

    # -- results ------------------------------------------------------------------------------------------------------

    def pending(self, state: VolumeState) -> str:
        """A change of the volume, and of its group or another member as long as it has to leave that."""
        volume = state.volume or {}
        leaves = self.wants_absent and volume.get("volume_group")
        return under_way(self.result_key, state.volume) or (changing(GROUPS, state.group) if leaves else "")

    def failed(self, state: VolumeState) -> str:
        reported = describe_failure(self.result_key, state.volume)
        if not reported:
            return ""
        return (
            f"{reported} Fix that, and run the task again with all that the volume should have, which attaches and sets"
            " what is missing; or remove it with state absent."
        )

    def view(self, state: VolumeState) -> dict[str, Any]:
        shown = dict(state.volume or {})
        if self._names and shown.get("attachments"):
            # The service shows names too; what is only planned, and a service that leaves them out, does not.
            shown["attachments"] = [
                {**server, "name": server.get("name") or self._names.get(str(server["id"]))}
                if str(server["id"]) in self._names
                else server
                for server in shown["attachments"]
            ]
        return shown

    def managed(self, state: VolumeState) -> dict[str, Any] | None:
        volume = state.volume
        if volume is None or (self.wants_absent and leaving(volume)):
            return None
        return {
            "name": volume["name"],
            "disk_type": volume.get("disk_type"),
            "size_gb": volume.get("size_gb"),
            **zones.shown(volume),
            "qos": volume.get("qos"),
            "snapshot_rate": volume.get("snapshot_rate") or 0,
            "attachments": sorted(f"{kind} {identifier}" for identifier, kind in attached(volume).items()),
            **({"volume_group": (volume.get("volume_group") or {}).get("name")} if self.wants_absent else {}),
        }

    def listed(self, state: VolumeState) -> Mapping[str, Any] | None:
        return state.volume

    def further_responses(self, before: VolumeState, after: VolumeState) -> Iterable[ResponsePatch]:
        group = (before.volume or {}).get("volume_group")
        edit = _member_edit(after.volume or {})
        return [ResponsePatch(GROUPS.show, edit, {GROUPS.option: group["id"]})] if group else ()


def _member_edit(volume: Mapping[str, Any]) -> Callable[[Any], Any]:
    """How the show operation of a volume's group shows the volume as it is now."""

    def edit(answer: dict[str, Any] | None) -> dict[str, Any] | None:
        if answer is None:
            return None
        group = answer[GROUPS.unwrap]
        members = [
            {**member, **{name: volume[name] for name in member if name in volume}}
            if member["id"] == volume["id"]
            else member
            for member in group.get("member_volumes") or ()
            if member["id"] != volume["id"] or volume.get("volume_group")
        ]
        return {GROUPS.unwrap: {**group, "member_volumes": members}}

    return edit


def _check_range(option: str, value: int | None, allowed: tuple[int, int], unit: str) -> None:
    lowest, highest = allowed
    if value is not None and not lowest <= value <= highest:
        raise StorageError(f"{option} must be from {lowest} to {highest} ({unit}), not {value}.")


class VolumeInfo(OwnerInfo):
    """``scp_bm_volume_info``."""

    plural = "volumes"
    kind = VOLUMES
    snapshots = api.LIST_VOLUME_SNAPSHOTS
    replications = VOLUME_REPLICATIONS
    filters = ("object_name", "volume_group_name")
