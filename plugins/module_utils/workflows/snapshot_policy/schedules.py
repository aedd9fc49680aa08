# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot schedules as users write them, the same for all kinds that have schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...client.suggestions import closest

FREQUENCIES = ("DAILY", "WEEKLY")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
HOURS = range(24)
#: How many snapshots of a schedule File Storage keeps (platform-behaviour.md §5).
RETENTION = range(1, 129)
COUNT = "snapshot_retention_count"
KEYS = ("frequency", "day_of_week", "hour", COUNT)


@dataclass(frozen=True)
class Schedule:
    """When the service takes snapshots.

    :ivar day_of_week: ``None`` where it takes one every day.
    :ivar hour: in Korean time.
    :ivar retention: how many the service keeps; ``None`` leaves that as it is.
    """

    hour: int
    day_of_week: str | None = None
    retention: int | None = None

    @property
    def frequency(self) -> str:
        """``DAILY`` or ``WEEKLY``."""
        return "WEEKLY" if self.day_of_week else "DAILY"

    def options(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the options of the module for schedules of a kind that has these keys."""
        day = {"day_of_week": self.day_of_week} if self.day_of_week else {}
        if COUNT not in keys:
            return {**day, "hour": self.hour}
        retention = {COUNT: self.retention} if self.retention is not None else {}
        return {"frequency": self.frequency, **day, "hour": str(self.hour), **retention}


def read_schedule(given: Any, keys: Sequence[str] = KEYS) -> tuple[Schedule | None, list[str]]:
    """Read a schedule.

    :param keys: what it can hold.
    :return: the schedule, and what is wrong with it.
    """
    if not isinstance(given, Mapping):
        return None, ["schedule must be a dictionary with an hour, for example {hour: 3}"]
    mistakes = [
        f"schedule has the unknown key {str(key)!r}{closest(str(key), keys)}" for key in given if key not in keys
    ]
    day = str(given.get("day_of_week") or "").strip().upper()
    frequency = str(given.get("frequency") or "").strip().upper() or ("WEEKLY" if day else "DAILY")
    if frequency not in FREQUENCIES:
        mistakes.append(f"schedule has the invalid frequency {frequency!r}. Use {' or '.join(FREQUENCIES)}")
    if day and day not in DAYS:
        mistakes.append(f"schedule has the invalid day_of_week {day!r}. Use one of {', '.join(DAYS)}")
    elif day and frequency == "DAILY":
        mistakes.append("schedule has a day_of_week, which goes with the frequency WEEKLY only. Remove one of them")
    elif not day and frequency == "WEEKLY":
        mistakes.append("schedule has the frequency WEEKLY and no day_of_week. Add it, for example SUN")
    hour = whole_number(given.get("hour"))
    if given.get("hour") in (None, ""):
        mistakes.append("schedule has no hour. Add one from 0 to 23 (Korean time)")
    elif hour not in HOURS:
        mistakes.append(f"schedule has the invalid hour {given['hour']!r}. Use 0 to 23 (Korean time)")
    retention = None
    if given.get(COUNT) not in (None, ""):
        retention = whole_number(given[COUNT])
        if retention not in RETENTION:
            mistakes.append(f"schedule has the invalid {COUNT} {given[COUNT]!r}. Use 1 to {RETENTION[-1]}")
    if mistakes or hour is None:
        return None, mistakes
    return Schedule(hour, day or None, retention), []


def whole_number(value: Any) -> int | None:
    """Read a whole number from 0 on, which can be a text; ``None`` where it is not one."""
    if isinstance(value, bool):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() else None
