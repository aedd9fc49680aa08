# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) volume groups and their members (platform-behaviour.md §7). No API call deletes a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.versions import MissingFields
from ...engine.listing import ListEntry, only_entry_of
from ...engine.lookup import Finder, ResourceNotFound, all_immutable, immutable
from ...engine.overlay import ResponsePatch, updated
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import baremetal_blockstorage as api
from .. import zones
from ..tags import Taggable
from .lookup import (
    ABOUT_LAST_MEMBERS,
    GROUPS,
    NO_SCHEDULE,
    VOLUMES,
    changing,
    describe_failure,
    find_owner,
    leaving,
    replicated,
    schedule_of,
    show_owner,
    under_way,
)
from .replication_state import GROUP_REPLICATIONS
from .snapshot_owner_info import OwnerInfo

MAX_MEMBERS = 16
_REPLICATED = (
    "members stay unchanged while the group is replicated (scp_bm_volume_group_replication with state absent, or the"
    " role dr_teardown, ends that)"
)


@dataclass(frozen=True)
class GroupState:
    """A group as the show operation gives it, and the volumes that a task lists.

    :ivar wanted: the listed volumes by id, as far as each is known; ``None`` where the task says nothing of them.
    :ivar blockers: what keeps listed volumes from being members, each for the user.
    """

    group: dict[str, Any] | None = None
    wanted: Mapping[str, dict[str, Any]] | None = None
    blockers: tuple[str, ...] = field(default=())

    @property
    def members(self) -> dict[str, dict[str, Any]]:
        """The members by id."""
        return {str(volume["id"]): volume for volume in (self.group or {}).get("member_volumes") or ()}


class VolumeGroup(Taggable[GroupState]):
    """``scp_bm_volume_group``."""

    kind = GROUPS
    settled_state = "AVAILABLE"
    deletable = False
    result_key = "volume_group"
    repairs = True
    shown_by = {zones.ZONE: (zones.ZONE,)}  # noqa: RUF012

    @property
    def _wanted(self) -> str:
        return str(self.params.get("volume_group_id") or self.params["name"])

    @property
    def _empties(self) -> bool:
        """Whether the task asks for a group without members, which is how a group ends."""
        return self.wants_absent or (self.params.get("volumes") == [] and bool(self.params.get("purge_volumes")))

    @property
    def exclusive_name(self) -> str:
        by_id = self.params.get("volume_group_id")
        return "" if self.wants_absent or by_id else f"{GROUPS.title} {self._wanted!r}"

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        if self.params.get("name") and not self.wants_absent:
            GROUPS.check_name(self.params["name"])
        zones.check(self.params, self.region)
        listed = dict.fromkeys(self.params.get("volumes") or ())
        if len(listed) > MAX_MEMBERS:
            raise StorageError(f"volumes lists {len(listed)}, and a group has {MAX_MEMBERS} at most.")

    def find(self) -> GroupState:
        finder = Finder(self.client, GROUPS)
        if identifier := self.params.get("volume_group_id"):
            group = show_owner(finder, identifier)
            if group is None and not self._empties:
                raise finder.missing(identifier)
        else:
            group = find_owner(finder, self._wanted, leaving_counts=self._empties)
        if self.wants_absent or self.params.get("volumes") is None:
            return GroupState(group)
        return self._with_wanted(group)

    def _with_wanted(self, group: dict[str, Any] | None) -> GroupState:
        """The group with the volumes that the task lists. Those that are members need no look."""
        members = GroupState(group).members.values()
        by_word = {word: volume for volume in members for word in (volume["id"], volume["name"])}
        words = list(dict.fromkeys(self.params["volumes"]))
        strangers = [word for word in words if word not in by_word]
        finder = Finder(self.client, VOLUMES)
        looked_up = dict(zip(strangers, map_concurrently(lambda word: _found(finder, word), strangers), strict=True))
        if group is None and (unlisted := self._group_of(looked_up.values())) is not None:
            return self._with_wanted(unlisted)
        if group is not None and any(_is_in(found, group) for found in looked_up.values()):
            # They have become members after the group was read.
            newer = show_owner(Finder(self.client, GROUPS), group["id"])
            if newer is not None and GroupState(newer).members.keys() != GroupState(group).members.keys():
                return self._with_wanted(newer)
        wanted = {str(by_word[word]["id"]): by_word[word] for word in words if word in by_word}
        blockers: list[str] = []
        for word, found in looked_up.items():
            if isinstance(found, ResourceNotFound):
                blockers.append(found.message.rstrip("."))
                continue
            wanted[str(found["id"])] = found
            # For one that is changing, what it is when that has ended counts, and is read then.
            if not under_way("volume", found) and not _is_in(found, group) and (reported := _unfit(found)):
                blockers.append(f"volume {word} {reported}")
        return GroupState(group, wanted, tuple(blockers))

    def _group_of(self, volumes: Iterable[dict[str, Any] | ResourceNotFound]) -> dict[str, Any] | None:
        """The group of the task as its members show it: the list of groups can lag behind."""
        groups = [volume.get("volume_group") or {} for volume in volumes if isinstance(volume, dict)]
        found = {str(group["id"]) for group in groups if group and group["name"] == self.params.get("name")}
        return show_owner(Finder(self.client, GROUPS), found.pop()) if len(found) == 1 else None

    def refresh(self, state: GroupState) -> GroupState:
        state = replace(state, wanted=self._reread(state.wanted))
        if state.group is None:
            return state
        return replace(state, group=show_owner(Finder(self.client, GROUPS), state.group["id"]))

    def _reread(self, wanted: Mapping[str, dict[str, Any]] | None) -> Mapping[str, dict[str, Any]] | None:
        """The listed volumes, with those read again that were changing, and without those that are gone."""
        moving = [identifier for identifier, volume in (wanted or {}).items() if under_way("volume", volume)]
        if wanted is None or not moving:
            return wanted
        finder = Finder(self.client, VOLUMES)
        seen = dict(zip(moving, map_concurrently(lambda each: show_owner(finder, each), moving), strict=True))
        now = {identifier: seen.get(identifier, volume) for identifier, volume in wanted.items()}
        return {identifier: volume for identifier, volume in now.items() if volume is not None}

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: GroupState) -> Step[GroupState] | None:
        group = state.group
        if self._empties:
            return self._empty(state)
        if state.blockers:
            blockers = [*state.blockers, *([_REPLICATED] if replicated(group) else [])]
            raise StorageError(f"{self._describe_purpose(state)}: " + "; ".join(blockers) + ".")
        if group is None:
            return self._create(state)
        if leaving(group):
            raise StorageError(f"Volume group {group['name']} is being deleted. Ask for it by name to make a new one.")
        if self.params.get("volume_group_id"):
            immutable("name", group["name"], self.params.get("name"), "Leave out name, or give another id.")
        way_out = "Leave out zone, or use another name for a new volume group."
        all_immutable(zones.unlike(group.get(zones.ZONE), self.params), way_out)
        return self._next_member(state)

    def _describe_purpose(self, state: GroupState) -> str:
        name = self.params.get("name") or (state.group or {}).get("name")
        return f"Volume group {name} cannot have all the volumes that are listed"

    def _create(self, state: GroupState) -> Step[GroupState]:
        params = self.params
        missing = [name for name in ("name", "volumes") if not params.get(name)]
        if missing:
            raise StorageError(
                f"There is no {GROUPS.title} {self._wanted!r} in {self.region}, and to create it the task must also"
                f" give {' and '.join(missing)}. (A group has one volume at least.)"
            )
        wanted = state.wanted or {}
        # The members are in one zone, as far as it is known.
        of_members = {str(volume[zones.ZONE]) for volume in wanted.values() if volume.get(zones.ZONE)}
        zone = zones.chosen(params, self.client.settings.zone_of, self.region)
        body = {
            "name": params["name"],
            "volume_ids": list(wanted),
            **({"tags": params["tags"]} if params.get("tags") else {}),
            zones.ZONE: zone or (of_members.pop() if len(of_members) == 1 else None),
        }

        def effect(before: GroupState, answer: Mapping[str, Any]) -> GroupState:
            group = {
                "id": answer.get("resource_id", UNKNOWN_ID),
                "name": params["name"],
                "state": "CREATING",
                "purpose": "ORG",
                "snapshot_schedule": NO_SCHEDULE,
                "member_volumes": list(wanted.values()),
                **zones.shown(answer),
            }
            return replace(before, group=group)

        return Step(api.CREATE_VOLUME_GROUP, effect, body=body, insist=zones.explicit(params))

    def explain(self, missing: MissingFields) -> StorageError:
        return zones.explain_zone(missing, self.client, api.LIST_VOLUMES)

    def _next_member(self, state: GroupState) -> Step[GroupState] | None:
        """All that is missing in one call, and all that is too much in another, as far as there is room."""
        if state.wanted is None:
            return None
        members, group = state.members, state.group or {}
        missing = [identifier for identifier in state.wanted if identifier not in members]
        surplus = [identifier for identifier in members if identifier not in state.wanted]
        if missing or (surplus and self.params.get("purge_volumes")):
            self._refuse_replicated(group)
        if not self.params.get("purge_volumes"):
            surplus = []
        room = MAX_MEMBERS - len(members)
        if missing and len(missing) <= room:
            return self._change(api.ADD_VOLUME_GROUP_MEMBER, state, missing)
        # A group that loses its last member may be gone, so one stays until another has come.
        leave = surplus if len(surplus) < len(members) else surplus[:-1]
        if missing and not surplus:
            raise StorageError(
                f"Volume group {group['name']} has {len(members)} volumes, and with {len(missing)} more it would"
                f" have more than {MAX_MEMBERS}. Set purge_volumes to true if others may leave it."
            )
        if missing and not leave:
            return self._change(api.ADD_VOLUME_GROUP_MEMBER, state, missing[:room])
        return self._change(api.REMOVE_VOLUME_GROUP_MEMBER, state, leave) if leave else None

    def _empty(self, state: GroupState) -> Step[GroupState] | None:
        group = state.group
        if group is None or leaving(group) or not state.members:
            return None
        self._refuse_replicated(group)
        return self._change(api.REMOVE_VOLUME_GROUP_MEMBER, state, list(state.members))

    @staticmethod
    def _refuse_replicated(group: Mapping[str, Any]) -> None:
        if replicated(group):
            raise StorageError(
                f"The members of volume group {group['name']} ({group['id']}) cannot change: {_REPLICATED}."
            )

    @staticmethod
    def _change(operation: Any, state: GroupState, volume_ids: Sequence[str]) -> Step[GroupState]:
        """Let volumes become members, or members leave."""
        adds = operation is api.ADD_VOLUME_GROUP_MEMBER
        group_id = (state.group or {})["id"]
        empties = not adds and len(volume_ids) == len(state.members)

        def effect(before: GroupState, _answer: Mapping[str, Any]) -> GroupState:
            members = [volume for identifier, volume in before.members.items() if adds or identifier not in volume_ids]
            if adds:
                members += [(before.wanted or {})[identifier] for identifier in volume_ids]
            return replace(before, group={**(before.group or {}), "member_volumes": members, "state": "EDITING"})

        def done(seen: GroupState) -> bool:
            there = seen.members.keys() & set(volume_ids)
            return len(there) == len(volume_ids) if adds else not there

        return Step(
            operation,
            effect,
            path={"volume_group_id": group_id},
            body={"volume_ids": list(volume_ids)},
            done=done,
            advice=ABOUT_LAST_MEMBERS if empties else "",
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: GroupState) -> str:
        """A change of the group, and while there is something to do one of a volume that is, or becomes, a member."""
        reported = under_way("volume group", state.group)
        if reported or not self.next_step(state):
            return reported
        volumes = (state.wanted or {}).values()
        return changing(GROUPS, state.group) or next(filter(None, (under_way("volume", each) for each in volumes)), "")

    def failed(self, state: GroupState) -> str:
        reported = describe_failure("volume group", state.group)
        return f"{reported} Fix that, and run the task again with the volumes it should have." if reported else ""

    def view(self, state: GroupState) -> dict[str, Any]:
        return dict(state.group or {})

    def managed(self, state: GroupState) -> dict[str, Any] | None:
        group = state.group
        if group is None or (self._empties and (leaving(group) or not state.members)):
            return None
        return {
            "name": group["name"],
            **zones.shown(group),
            "volumes": sorted(str(volume["name"]) for volume in state.members.values()),
        }

    def extras(self, before: GroupState, after: GroupState) -> dict[str, Any]:
        """What became of a group that lost its members; the API has no call that deletes it."""
        if not self._empties:
            return {}
        if after.group is None or leaving(after.group):
            return {"remains": False}
        return {"remains": None if under_way("", after.group) else True}

    def listed(self, state: GroupState) -> Mapping[str, Any] | None:
        return state.group

    def list_entries(self, state: GroupState) -> Sequence[ListEntry]:
        # Its members show the group as well, which only this module asks for it.
        return [only_entry_of(Finder(self.client, GROUPS), state.group, leaving)] if state.group else ()

    def further_responses(self, before: GroupState, after: GroupState) -> Iterable[ResponsePatch]:
        here = {name: (after.group or {})[name] for name in ("id", "name")}
        return [
            patch
            for identifier in before.members.keys() | after.members.keys()
            for patch in updated(VOLUMES, identifier, {"volume_group": here if identifier in after.members else None})
        ]


def _found(finder: Finder, word: str) -> dict[str, Any] | ResourceNotFound:
    """A listed volume in full, or why there is none."""
    found = find_owner(finder, word)
    return finder.missing(word) if found is None else found


def _is_in(found: dict[str, Any] | ResourceNotFound, group: Mapping[str, Any] | None) -> bool:
    """Whether a volume says that it is a member of this group."""
    if group is None or isinstance(found, ResourceNotFound):
        return False
    return bool((found.get("volume_group") or {}).get("id") == group["id"])


def _unfit(volume: Mapping[str, Any]) -> str:
    """Why a volume cannot become a member (platform-behaviour.md §7); empty where it can."""
    group = volume.get("volume_group")
    reasons = [
        reason
        for there, reason in (
            (volume.get("purpose") not in (None, "ORG"), f"is of purpose {volume.get('purpose')}"),
            (bool(group), f"is in the volume group {(group or {}).get('name')} already"),
            (not volume.get("snapshot_rate"), "has no snapshot rate (scp_bm_volume with snapshot_rate gives it one)"),
            (schedule_of(volume) is not None, "has a separate snapshot schedule"),
            (replicated(volume), "has a separate replication"),
        )
        if there
    ]
    return " and ".join(reasons)


class VolumeGroupInfo(OwnerInfo):
    """``scp_bm_volume_group_info``."""

    plural = "volume_groups"
    kind = GROUPS
    snapshots = api.LIST_VOLUME_GROUP_SNAPSHOTS
    replications = GROUP_REPLICATIONS
