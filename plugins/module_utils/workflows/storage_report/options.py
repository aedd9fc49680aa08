# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a report: regions, kinds, and the limits that things are measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...client.errors import SettingsError, StorageError
from ...client.settings import check_region
from ...engine.durations import parse_age
from ...engine.structured_text import TextError, parse_structured
from ...resources.kinds import full_kind
from .models import AREAS, CRITICAL, KINDS, PROTECTED_KINDS, WARNING

#: What makes a report fail: findings of these severities in these areas.
FAIL_ON: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "never": ((), ()),
    "unprotected": ((CRITICAL,), ("protection",)),
    "critical": ((CRITICAL,), AREAS),
    "warning": ((CRITICAL, WARNING), AREAS),
}
#: Keys of an item of a list of policies; all are those of the role snapshot_policy, and some of no interest here.
POLICY_KEYS = ("name", "kind", "region", "schedule", "max_age", "keep", "snapshot_rate")
#: How old the newest snapshot may get by a schedule.
_BY_FREQUENCY = {"DAILY": 86400, "WEEKLY": 7 * 86400}


@dataclass(frozen=True)
class Options:
    """What a report is to cover.

    :ivar regions: empty for that of the connection.
    :ivar limits: ages in seconds, sizes in bytes.
    """

    regions: list[str]
    kinds: list[str]
    limits: dict[str, Any]


def regions_of(params: Mapping[str, Any]) -> list[str]:
    """Return the regions of a task; empty where they cannot be read, which :func:`read_options` reports."""
    reader = _Reader({"regions": params.get("regions")}, "")
    return reader.words("regions")


def read_options(params: Mapping[str, Any]) -> Options:
    """Read the options of a task, of which lists and dictionaries may be texts.

    :raises StorageError: some are invalid; the message has a sentence for each.
    """
    reader = _Reader(params, str(params.get("variable_prefix") or ""))
    options = reader.read()
    if reader.problems:
        raise StorageError(f"No report was made. {' '.join(reader.problems)}", mistakes=reader.problems)
    return options


class _Reader:
    def __init__(self, params: Mapping[str, Any], prefix: str) -> None:
        self._options = params
        self._prefix = prefix
        self.problems: list[str] = []

    def read(self) -> Options:
        """Read all options, and note the problems."""
        kinds = self._kinds() or list(KINDS)
        if self._number("history_keep") < 1:
            self._wrong("history_keep", "must be 1 or more")
        limits = {
            "snapshot_max_age": self._by_kind("snapshot_max_age", PROTECTED_KINDS, self._age_of),
            "snapshot_grace": self._age("snapshot_grace"),
            "snapshot_space_percent": int(self._number("snapshot_space_percent")),
            "policies": self._policies(),
            "exempt": self.words("exempt"),
            "replication_max_lag": self._age("replication_max_lag") if self._given("replication_max_lag") else None,
            "backup_max_age": self._age("backup_max_age"),
            "capacity": self._by_kind("capacity_gb", KINDS, self._bytes_of, everywhere=False),
            "growth_percent": self._number("growth_percent"),
            "growth_period": self._age("growth_period"),
        }
        return Options(self._regions(), kinds, limits)

    def _regions(self) -> list[str]:
        regions = self.words("regions")
        for region in regions:
            try:
                check_region(region)
            except SettingsError as error:
                self._wrong("regions", f"is invalid: {error.message.rstrip('.')}")
        return regions

    def _wrong(self, option: str, text: str) -> None:
        self.problems.append(f"{self._prefix}{option} {text}.")

    def _given(self, option: str) -> bool:
        return self._options.get(option) not in (None, "", [], {})

    def _read(self, option: str, value: Any) -> Any:
        """The list or dictionary that a value is or, as a text of a survey, holds; ``None`` where it cannot be read."""
        try:
            return parse_structured(value, f"{self._prefix}{option}")
        except TextError as error:
            self.problems.append(str(error))
            return None

    def _kinds(self) -> list[str]:
        kinds = list(dict.fromkeys(full_kind(word) for word in self.words("kinds")))
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            self._wrong("kinds", f"has {', '.join(unknown)}; there is {', '.join(KINDS)}")
        return kinds

    def words(self, option: str) -> list[str]:
        """Return the words of an option, each once."""
        value = self._options.get(option)
        listed = self._read(option, value) or []
        if not isinstance(listed, list) or not all(isinstance(word, str | int) for word in listed):
            self._wrong(option, "must be a list of words, or a text with commas or blanks between them")
            return []
        return list(dict.fromkeys(str(word) for word in listed))

    def _age_of(self, option: str, value: Any) -> int:
        try:
            return int(parse_age(option, str(value)).total_seconds())
        except StorageError:
            self._wrong(
                option, f"has {value}; it can be seconds, or a number with a unit, for example 90s, 30m, 12h, 7d or 2w"
            )
            return 0

    def _age(self, option: str) -> int:
        return self._age_of(option, self._options.get(option))

    def _bytes_of(self, option: str, value: Any) -> int:
        try:
            size = int(float(str(value)) * 1024**3)
        except (ValueError, OverflowError):
            size = -1
        if size < 0:
            self._wrong(option, f"has {value}; it must be a number of GB")
        return size

    def _number(self, option: str) -> float:
        try:
            number = float(str(self._options.get(option)))
        except ValueError:
            number = -1.0
        if number < 0:
            self._wrong(option, f"is {self._options.get(option)}; it must be a number from 0 on")
        return number

    def _by_kind(
        self, option: str, kinds: Any, read: Callable[[str, Any], int], *, everywhere: bool = True
    ) -> dict[str, int]:
        """One value for each kind, where the option is a dictionary; otherwise the same for all."""
        said = len(self.problems)
        value = self._read(option, self._options.get(option))
        if len(self.problems) > said:
            return {}
        if not isinstance(value, Mapping):
            if value in (None, []) and not everywhere:
                return {}
            if not everywhere:
                self._wrong(option, "must be a dictionary with kinds as keys")
                return {}
            # A text that holds neither is a list of its words.
            single = isinstance(value, list) and len(value) == 1
            one = read(option, value[0] if single else self._options.get(option))
            return dict.fromkeys(kinds, one)
        by_kind: dict[str, Any] = {}
        for given, one in value.items():
            kind = full_kind(str(given))
            if kind in by_kind:
                self._wrong(option, f"has {kind} twice, also as {given}; give one of both")
            by_kind[kind] = one
        unknown = [kind for kind in by_kind if kind not in kinds]
        if unknown:
            self._wrong(option, f"has {', '.join(unknown)}; the kinds are {', '.join(kinds)}")
        missing = [kind for kind in kinds if kind not in by_kind]
        if missing and everywhere:
            self._wrong(option, f"does not say {', '.join(missing)}; give an age for each kind, or one for all")
        return {kind: read(option, by_kind[kind]) for kind in kinds if kind in by_kind}

    def _policies(self) -> list[dict[str, Any]]:
        """The list of policies as ``name``, ``kind``, ``region`` and ``max_age`` (``None``: that of the kind)."""
        value = self._read("policies", self._options.get("policies")) or []
        if not isinstance(value, list):
            self._wrong("policies", "must be a list of names, or of dictionaries with a name")
            return []
        found = [self._policy(number, item) for number, item in enumerate(value, 1)]
        return [policy for policy in found if policy is not None]

    def _policy(self, number: int, item: Any) -> dict[str, Any] | None:
        own = item if isinstance(item, Mapping) else {"name": item}
        given = str(own.get("kind") or self._options.get("policy_kind"))
        name, kind = own.get("name"), full_kind(given)
        where = f"item {number}{f' ({name})' if name else ''}"
        unknown = [str(key) for key in own if key not in POLICY_KEYS]
        if not isinstance(name, str) or not name:
            self._wrong("policies", f"{where} has no name")
        elif unknown:
            self._wrong("policies", f"{where} has {', '.join(unknown)}; the keys are {', '.join(POLICY_KEYS)}")
        elif kind not in PROTECTED_KINDS:
            self._wrong("policies", f"{where} has kind {kind}; it can be {', '.join(PROTECTED_KINDS)}")
        else:
            return {"name": name, "kind": kind, "region": own.get("region") or "", "max_age": self._allowed(own)}
        return None

    def _allowed(self, own: Mapping[str, Any]) -> int | None:
        """How old a snapshot may get by an item's age and its schedule, the younger of both."""
        ages = [self._age_of("policies", own["max_age"])] if own.get("max_age") else []
        schedule = self._read("policies", own.get("schedule"))
        if isinstance(schedule, Mapping) and schedule:
            weekly = schedule.get("day_of_week") or str(schedule.get("frequency")).upper() == "WEEKLY"
            ages.append(_BY_FREQUENCY["WEEKLY" if weekly else "DAILY"])
        return min(ages, default=None)
