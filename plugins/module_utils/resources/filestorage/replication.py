# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage replications and disk backups to another region (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ...client.errors import CallError, NotFound, StorageError, is_refusal
from ...client.session import Client
from ...client.versions import MissingFields
from ...engine.listing import ListEntry, entry_of, ids_of
from ...engine.lookup import Finder
from ...engine.overlay import ResponsePatch, created, deleted, updated
from ...engine.plan import UNKNOWN_ID
from ...engine.resource import Info, PlannedResource
from ...operations import filestorage as api
from .. import snapshots, zones
from ..shared_volume import AVAILABLE, DELETING, going, lower
from .lookup import (
    NO_PURPOSE,
    REPLICATING,
    VOLUMES,
    check_cifs_password,
    read_access_rules,
    read_replication,
    read_replications,
)
from .replication_planner import ReplicationPlanner, in_use
from .replication_state import End, ReplicationState, Targets


class Replication(PlannedResource[ReplicationState]):
    """``scp_filestorage_replication``."""

    result_key = "replication"
    shown_by: ClassVar = {zones.TARGET_ZONE: (zones.ZONE, "replication_volume_zone")}
    planner_type = ReplicationPlanner
    planner: ReplicationPlanner

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._far: End | None = None
        self._targets: Targets | None = None

    def check(self) -> None:
        params = self.params
        zones.check_target(params)
        if params.get("name") and not self.wants_absent:
            VOLUMES.check_name(params["name"])
        check_cifs_password(params.get("cifs_password"))
        count = params.get("backup_retention_count")
        if count is not None and not 1 <= count <= 128:
            raise StorageError(f"backup_retention_count must be from 1 to 128, not {count}.")
        if count is not None and params.get("replication_type") == "replication":
            raise StorageError(
                "backup_retention_count goes with replication_type backup only. Leave it out, or ask for backup."
            )

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> ReplicationState:
        finder = Finder(self.client, VOLUMES)
        volume = finder.one(self.params["volume"]) if self.wants_absent else finder.required(self.params["volume"])
        if volume is None:
            return ReplicationState()
        if not self.wants_absent and lower(volume, "purpose") == NO_PURPOSE and finder.list_will_do():
            # An end of a replication has another purpose (platform-behaviour.md §5). A list can lag behind, so that a
            # second look follows before one is created.
            return self._located(volume, None)
        listed = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query={"volume_id": volume["id"]})
        chosen = self._choose(volume, listed)
        shown = read_replication(self.client, str(chosen["replication_id"]), volume["id"]) if chosen else None
        if shown is None and not self.wants_absent:
            self._read_possible(volume)
        state = self._located(volume, shown)
        return self._with_remains(state, alone=not listed or len(listed) == 1) if self.wants_absent else state

    def _read_possible(self, volume: Mapping[str, Any]) -> None:
        """Read once where a new replication can go; a user who may not read that finds it out at the creation."""
        if self._targets is None and zones.target_region(self.params):
            kind = self.params.get("replication_type") or "replication"
            by_zone = bool(self.params.get(zones.TARGET_ZONE))
            try:
                self._targets = read_targets(self.client, volume, kind, by_zone=by_zone)
            except CallError as error:
                if not is_refusal(error):
                    raise
            except StorageError:
                # No version answers it. The creation reports what is missing.
                self._targets = Targets()

    def _choose(self, volume: Mapping[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The replication that is meant, where a volume has several."""
        if len(listed) < 2:
            return listed[0] if listed else None
        region, zone = zones.target_region(self.params), self.params.get(zones.TARGET_ZONE)
        fitting = [
            item
            for item in listed
            if region in (None, item["replication_volume_region"])
            and zone in (None, item.get("replication_volume_zone") or zone)
        ]
        if len(fitting) > 1:
            reported = "; ".join(
                f"{item['replication_id']} to {item['replication_volume_id']} in {item['replication_volume_region']}"
                for item in fitting
            )
            raise StorageError(
                f"Volume {volume['name']} has {len(fitting)} replications that fit: {reported}."
                " Name the target volume (its id) as volume, with its region, or give target_region."
            )
        return fitting[0] if fitting else None

    def _located(self, volume: dict[str, Any], shown: dict[str, Any] | None) -> ReplicationState:
        if shown is None:
            near = End(self.region, volume["id"])
            return ReplicationState(near=near, volume=volume, targets=self._targets or Targets())
        source = End(shown["source_volume_region"], shown["source_volume_id"])
        target = End(shown["replication_volume_region"], shown["replication_volume_id"], is_target=True)
        near, far = (target, source) if target.volume_id == volume["id"] else (source, target)
        self._far = far
        return ReplicationState(near, far, shown, volume)

    def _with_remains(self, state: ReplicationState, *, alone: bool) -> ReplicationState:
        """Add what is left, or will be left, of the replication on both ends.

        The target's system snapshots show only when the replication has gone (platform-behaviour.md §5.7); until then
        they are taken to be as many as the source's.
        """
        near = state.near
        if near is None or not alone:
            return state
        near = replace(near, leftovers=self._leftovers(near))
        far = state.far or self._far
        if state.replication is None and far is None and near.leftovers:
            far = self._far_by_name(near)
            near = replace(near, is_target=False)
        elif state.replication is None and far is not None:
            near = replace(near, is_target=not far.is_target)
        if far is not None:
            far = self._with_rules(self._with_phase(replace(far, leftovers=self._leftovers(far))))
        near = self._with_rules(self._with_phase(near))
        if state.replication is not None and far is not None:
            near, far = _mirrored(near, far)
        return replace(state, near=near, far=far)

    def _with_phase(self, end: End) -> End:
        """See whether a target volume that is to be deleted is still there."""
        if not (end.is_target and self.planner.deletes_target):
            return end
        volume = Finder(self.client, VOLUMES, end.region).by_id(end.volume_id)
        if volume is None:
            return replace(end, phase="gone", leftovers=())
        return replace(end, phase="going", leftovers=()) if going(volume) else end

    def _leftovers(self, end: End) -> tuple[dict[str, Any], ...]:
        try:
            listed = self.client.read_list(api.LIST_SNAPSHOTS, region=end.region, query={"volume_id": end.volume_id})
        except NotFound:
            return ()
        return tuple(item for item in listed if snapshots.is_system(item))

    def _with_rules(self, end: End) -> End:
        if not (end.is_target and self.planner.deletes_target) or end.phase != "there":
            return end
        try:
            return replace(end, rules=read_access_rules(Finder(self.client, VOLUMES, end.region), end.volume_id))
        except NotFound:
            return end

    def _far_by_name(self, near: End) -> End | None:
        """The former target, for a removal that was interrupted after the replication had gone."""
        name, region = self.params.get("name"), zones.target_region(self.params)
        if not name or not region or (region == self.region and not self.params.get(zones.TARGET_ZONE)):
            return None
        found = Finder(self.client, VOLUMES, region).one(name)
        return End(region, found["id"], is_target=True) if found and found["id"] != near.volume_id else None

    def refresh(self, state: ReplicationState) -> ReplicationState:
        near = state.near
        if near is None:
            return state
        for end in state.ends:
            if end.phase == "going":
                state = state.with_end(self._with_phase(end))
            elif end.dropped:
                shown = {str(snapshot["id"]) for snapshot in self._leftovers(end)}
                state = state.with_end(replace(end, dropped=end.dropped & shown))
        if state.replication is None:
            return state
        identifier = str(state.replication["replication_id"])
        return replace(state, replication=read_replication(self.client, identifier, near.volume_id, near.region))

    def explain(self, missing: MissingFields) -> StorageError:
        region = zones.target_region(self.params) or self.region
        listed = self._targets.places or () if self._targets is not None and self._targets.by_zone else ()
        return zones.explain_zone(
            missing, self.client, api.LIST_VOLUMES, option=zones.TARGET_ZONE, region=region, listed=listed
        )

    # -- results ------------------------------------------------------------------------------------------------------

    def pending(self, state: ReplicationState) -> str:
        if self.wants_absent:
            if state.replication is not None and lower(state.replication, "replication_status") == DELETING:
                return f"replication {state.replication['replication_id']} to go"
            leaving = [f"volume {end.volume_id} in {end.region} to go" for end in state.ends if end.phase == "going"]
            leaving += [
                f"system snapshots of volume {end.volume_id} in {end.region} to go"
                for end in state.ends
                if end.dropped and end.phase == "there"
            ]
            return " and ".join(leaving)
        if (
            state.replication is not None
            and not in_use(state)
            and lower(state.replication, "replication_policy") != "paused"
        ):
            return f"replication {state.replication['replication_id']}: {state.replication.get('replication_status')}"
        return ""

    def failed(self, state: ReplicationState) -> str:
        status = lower(state.replication, "replication_status")
        if "error" in status:
            replication = state.replication or {}
            return (
                f"Replication {replication['replication_id']} is in state {replication['replication_status']}."
                " End it (state absent) and set it up again, or ask the provider's support."
            )
        return ""

    def list_entries(self, state: ReplicationState) -> Sequence[ListEntry]:
        shown, volume = state.replication or {}, state.volume or {}

        def replications() -> list[dict[str, Any]]:
            return self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query={"volume_id": volume["id"]})

        own = ListEntry(
            f"the replication of {VOLUMES.title} {volume['name']!r}",
            self.region,
            replications,
            ids_of({"id": shown.get("replication_id")}),
            "replication_id",
        )
        target = {"id": shown.get("replication_volume_id"), "name": self.params["name"]}
        region = zones.target_region(self.params) or self.region
        return [own, entry_of(Finder(self.client, VOLUMES, region), target)]

    def view(self, state: ReplicationState) -> dict[str, Any]:
        return dict(state.replication or {})

    def managed(self, state: ReplicationState) -> dict[str, Any] | None:
        if state.replication is None or (
            self.wants_absent and lower(state.replication, "replication_status") == DELETING
        ):
            return None
        fields: tuple[str, ...] = (
            "replication_type",
            "replication_frequency",
            "replication_policy",
            "backup_retention_count",
            "source_volume_region",
            "replication_volume_region",
        )
        name = VOLUMES.base_name(str(state.replication["replication_volume_name"]))
        if state.replication.get("replication_volume_zone"):
            fields = (*fields, "replication_volume_zone")
        return {"name": name, **{field: state.replication.get(field) for field in fields}}

    def planned_responses(self, before: ReplicationState, after: ReplicationState) -> Iterable[ResponsePatch]:
        if self.wants_absent:
            return [patch for end in after.ends for patch in _without_replication(end)]
        replication, volume = after.replication, after.volume or {}
        if replication is None:
            return ()
        if before.replication is not None:
            return [patch for end in after.ends for patch in _with_changes(before.replication, replication, end)]
        source, target = REPLICATING
        region = str(replication["replication_volume_region"])
        copied = {name: volume.get(name) for name in ("protocol", "type_name")}
        copy = {**copied, "id": UNKNOWN_ID, "name": replication["replication_volume_name"]}
        return [
            *updated(VOLUMES, volume["id"], {"purpose": source}),
            *created(VOLUMES, {**copy, "state": AVAILABLE, "purpose": target}, region),
            *_with_replication(replication, str(volume["id"])),
            *_with_replication(replication, UNKNOWN_ID, region),
            # A first transfer leaves a snapshot (platform-behaviour.md §5.7).
            ResponsePatch(api.LIST_SNAPSHOTS, lambda items: [*items, _SYSTEM_SNAPSHOT], {"volume_id": volume["id"]}),
        ]


_SYSTEM_SNAPSHOT = {"id": UNKNOWN_ID, "name": f"{snapshots.SYSTEM_PREFIX}{UNKNOWN_ID}", "state": AVAILABLE}


def _with_replication(replication: Mapping[str, Any], volume_id: str, region: str = "") -> list[ResponsePatch]:
    """What one end of a planned replication shows when it has settled."""
    settled = {**replication, "replication_status": AVAILABLE}
    return [
        ResponsePatch(api.LIST_VOLUME_REPLICATIONS, lambda _items: [settled], {"volume_id": volume_id}, region),
        ResponsePatch(
            api.SHOW_VOLUME_REPLICATION,
            lambda _answer: settled,
            {"replication_id": replication["replication_id"], "volume_id": volume_id},
            region,
        ),
    ]


def _with_changes(before: Mapping[str, Any], after: Mapping[str, Any], end: End) -> list[ResponsePatch]:
    """What one end shows of a replication that a plan changes, when it has settled."""
    changes = {name: value for name, value in after.items() if before.get(name) != value}
    changes.pop("replication_status", None)

    def changed(answer: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if answer is None else {**answer, **changes}

    about = {"replication_id": after["replication_id"], "volume_id": end.volume_id}
    return [ResponsePatch(api.SHOW_VOLUME_REPLICATION, changed, about, end.region)]


def _without_replication(end: End) -> Iterable[ResponsePatch]:
    """What is left of one end when the replication and its remains have gone."""
    if end.phase != "there":
        return deleted(VOLUMES, end.volume_id, end.region)

    def users(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item for item in items if not snapshots.is_system(item)]

    about = {"volume_id": end.volume_id}
    return [
        *updated(VOLUMES, end.volume_id, {"purpose": "none"}, end.region),
        ResponsePatch(api.LIST_VOLUME_REPLICATIONS, lambda _items: [], about, end.region),
        ResponsePatch(api.LIST_SNAPSHOTS, users, about, end.region),
    ]


def _mirrored(near: End, far: End) -> tuple[End, End]:
    """Give the target as many system snapshots as the source, while its own do not show."""
    source = far if near.is_target else near
    copies = tuple({**item, "id": f"{UNKNOWN_ID} ({number})"} for number, item in enumerate(source.leftovers, 1))
    if near.is_target:
        return replace(near, leftovers=near.leftovers or copies), far
    return near, replace(far, leftovers=far.leftovers or copies)


def read_targets(client: Client, volume: Mapping[str, Any], kind: str, *, by_zone: bool = False) -> Targets:
    """Read where a volume of the client's region can be replicated to.

    :param kind: a ``replication_type``.
    :param by_zone: only zones answer the question.
    :raises StorageError: no version that the service offers answers it.
    """
    settings = client.settings
    query = {
        "type_name": volume["type_name"],
        "source_region_name": settings.region,
        "source_zone": zones.chosen(volume, settings.zone_of, settings.region),
        "replication_type": kind,
    }
    operation = api.LIST_VOLUME_REPLICATION_ZONES if by_zone else api.LIST_VOLUME_REPLICATION_REGION
    answer = client.call(operation, query=query)
    found = answer.get("zones")
    return Targets(tuple(map(str, answer.get("regions") or () if found is None else found)), by_zone=found is not None)


class ReplicationInfo(Info):
    """``scp_filestorage_replication_info``."""

    plural = "replications"

    def read(self) -> dict[str, Any]:
        volume = Finder(self.client, VOLUMES).one(self.params["volume"])
        if volume is None:
            return {self.plural: [], **({"regions": {}} if "regions" in self.gather else {})}
        result: dict[str, Any] = {self.plural: read_replications(self.client, volume["id"])}
        if "regions" in self.gather:
            read = {kind: read_targets(self.client, volume, kind) for kind in ("replication", "backup")}
            result["regions"] = {kind: found.regions for kind, found in read.items()}
            if all(found.by_zone for found in read.values()):
                result["zones"] = {kind: list(found.places or ()) for kind, found in read.items()}
        return result
