# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a snapshot policy: what each volume is to have, with the defaults of the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...client.errors import StorageError
from ...engine.durations import parse_age
from ...engine.structured_text import TextError, parse_structured
from ..items import Item, ItemList, ItemSpec, Key, read_items, region_key
from .kinds import BLOCK_GROUP, BLOCK_VOLUME, OWNER_KINDS, OwnerKind
from .schedules import COUNT, Schedule, read_schedule, whole_number

MAX_SNAPSHOT_RATE = 100
_UNSET: tuple[Any, ...] = (None, "", {}, [])


@dataclass(frozen=True)
class Policy:
    """What one volume or group is to have.

    :ivar name: its name or id, as the list has it.
    :ivar max_age: empty where no snapshot is taken by age.
    :ivar keep: ``0`` keeps all.
    :ivar snapshot_rate: space for snapshots of a volume that has none; ``0`` adds none.
    """

    kind: OwnerKind
    region: str
    name: str
    schedule: Schedule | None = None
    max_age: str = ""
    keep: int = 0
    snapshot_rate: int = 0


def read_policies(params: Mapping[str, Any], region: str) -> list[Policy]:
    """Read the list of a task, and apply the defaults of the task.

    :param region: of items that have none.
    :raises StorageError: there are mistakes; the message has all of them.
    """
    prefix = str(params.get("variable_prefix") or "")
    spec = ItemSpec(
        option=f"{prefix}volumes",
        kinds=tuple(OWNER_KINDS),
        keys=(
            region_key("region"),
            Key("schedule", structured=True),
            Key("max_age", _age_mistake, lambda value: str(value).strip()),
            Key("keep", lambda value: _number_mistake("keep", value), whole_number),
            Key("snapshot_rate", _rate_mistake, whole_number),
        ),
    )
    reader = _Reader(params)
    items = read_items(spec, params["volumes"], {"kind": params.get("kind"), "region": region})
    policies = [reader.read(items, item) for item in items.items]
    items.mistakes += [
        (f"{prefix}{name}", mistake) for name, mistakes in reader.mistakes.items() for mistake in mistakes
    ]
    items.validated()
    return policies


class _Reader:
    """Reads the defaults of a task once, and applies them to items."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.mistakes: dict[str, list[str]] = {}
        self.prefix = params.get("variable_prefix") or ""
        self.schedule = self._schedule(params.get("schedule"))
        self.max_age = self._checked("max_age", params.get("max_age"), _age_mistake, "")
        self.keep = self._checked("keep", params.get("keep"), lambda value: _number_mistake("keep", value), 0)
        self.snapshot_rate = self._checked("snapshot_rate", params.get("snapshot_rate"), _rate_mistake, 0)

    def _schedule(self, given: Any) -> Schedule | None:
        try:
            given = parse_structured(given, "schedule")
        except TextError as error:
            self.mistakes["schedule"] = [str(error)]
            return None
        if given in _UNSET:
            return None
        schedule, mistakes = read_schedule(given)
        if mistakes:
            self.mistakes["schedule"] = [mistake.removeprefix("schedule ") for mistake in mistakes]
        return schedule

    def _checked(self, option: str, value: Any, check: Any, default: Any) -> Any:
        if value in _UNSET:
            return default
        if mistake := check(value):
            self.mistakes[option] = [mistake.removeprefix(f"{option} ")]
            return default
        return value.strip() if isinstance(value, str) else value

    def read(self, items: ItemList, item: Item) -> Policy:
        """Return the policy of an item, and note its mistakes."""
        kind = OWNER_KINDS[item.kind]
        given, own_age = item["schedule"], item["max_age"] or ""
        has_schedule = given not in _UNSET or items.has_mistake(item, "schedule")
        whole = has_schedule or bool(own_age)
        schedule = self._own_schedule(items, item, kind, given) if given not in _UNSET else None
        if not whole and kind.schedule_kind:
            schedule = self.schedule
        max_age = own_age if whole or schedule else self.max_age
        known = has_schedule or schedule or max_age or items.has_mistake(item, "max_age")
        if not known and not {"schedule", "max_age"} & self.mistakes.keys():
            items.reject(item, _no_policy(kind, str(self.prefix)))
        return Policy(
            kind,
            item["region"],
            item.name,
            schedule,
            max_age,
            self._keep(items, item, kind, max_age),
            self._rate(items, item, kind),
        )

    @staticmethod
    def _own_schedule(items: ItemList, item: Item, kind: OwnerKind, given: Any) -> Schedule | None:
        if not kind.schedule_kind:
            items.reject(item, f"a {kind.title} has no schedules. Use max_age")
            return None
        schedule, mistakes = read_schedule(given, kind.schedule_keys)
        for mistake in mistakes:
            items.reject(item, mistake)
        return schedule

    def _keep(self, items: ItemList, item: Item, kind: OwnerKind, max_age: str) -> int:
        own = item["keep"]
        if own and not max_age:
            other = f". For those there is {COUNT}" if COUNT in kind.schedule_keys else ""
            items.reject(item, f"keep needs max_age, because it does not count the snapshots of a schedule{other}")
        keep = int(self.keep if own is None else own)
        if max_age and keep > kind.max_keep:
            items.reject(item, f"keep {keep} is too large. A {kind.title} can keep {kind.max_keep} at most")
        return keep

    def _rate(self, items: ItemList, item: Item, kind: OwnerKind) -> int:
        own = item["snapshot_rate"]
        if kind is BLOCK_VOLUME:
            return int(self.snapshot_rate if own is None else own)
        if own:
            advice = "Set it for its members" if kind is BLOCK_GROUP else "Remove it"
            items.reject(item, f"snapshot_rate is supported for kind {BLOCK_VOLUME.name} only. {advice}")
        return 0


def _no_policy(kind: OwnerKind, prefix: str) -> str:
    if kind.schedule_kind:
        return (
            "it has neither a schedule nor a max_age. Set one of them here, or for all volumes with"
            f" {prefix}schedule or {prefix}max_age"
        )
    return (
        f"it has no max_age, and a {kind.title} has no schedules. Set max_age here, or for all volumes with"
        f" {prefix}max_age"
    )


def _age_mistake(value: Any) -> str:
    try:
        parse_age("max_age", str(value))
    except StorageError:
        return (
            f"max_age {str(value)!r} is invalid. Use seconds, or a number with a unit, for example 90s, 30m, 12h, 7d or"
            " 2w"
        )
    return ""


def _number_mistake(option: str, value: Any) -> str:
    if whole_number(value) is None:
        return f"{option} {str(value)!r} is invalid. Use a whole number, 0 or more"
    return ""


def _rate_mistake(value: Any) -> str:
    rate = whole_number(value)
    if rate is None or rate > MAX_SNAPSHOT_RATE:
        return f"snapshot_rate {str(value)!r} is invalid. Use a number of percent from 0 to {MAX_SNAPSHOT_RATE}"
    return ""
