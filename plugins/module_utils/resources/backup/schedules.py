# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a backup runs: what schedules may say, and what they mean (platform-behaviour.md §8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MAX_INCREMENTAL = 6
#: What each frequency needs beside the time; it has no use for the rest.
NEEDS = {"DAILY": (), "WEEKLY": ("start_day",), "MONTHLY": ("start_week", "start_day")}
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_LAST_HOUR = 23
_WORDS = {
    "start_day": ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"),
    "start_week": ("WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4", "WEEK_LAST"),
}
_HALVES = ("00", "30")

#: A schedule as what it means: type, frequency, week, day, time.
Meaning = tuple[str, str, str, str, str]


def clock_time(text: str) -> str | None:
    """A time of the day as the service writes it, ``09:00:00`` for ``9:00``; ``None`` where it is none."""
    match = _TIME.fullmatch(text.strip())
    if not match or int(match[1]) > _LAST_HOUR:
        return None
    return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"


def meaning(schedule: Mapping[str, Any]) -> Meaning:
    """What makes two schedules the same, however they are written."""
    frequency = str(schedule["frequency"]).upper()
    week, day = (
        str(schedule.get(name) or "").upper() if name in NEEDS.get(frequency, ()) else ""
        for name in ("start_week", "start_day")
    )
    time = str(schedule.get("start_time") or "")
    return str(schedule["type"]).upper(), frequency, week, day, clock_time(time) or time


def meanings(schedules: Iterable[Mapping[str, Any]]) -> list[Meaning]:
    """The same for all schedules of a backup, whose order means nothing."""
    return sorted(map(meaning, schedules))


def written(schedule: Mapping[str, Any]) -> str:
    """A schedule as the user reads it, ``FULL WEEKLY SUN 01:00``."""
    time = meaning(schedule)[-1]
    return " ".join(word for word in (*meaning(schedule)[:-1], time.removesuffix(":00")) if word)


def body(schedules: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Schedules as calls take them, without what means nothing."""
    names = ("type", "frequency", "start_week", "start_day", "start_time")
    return [
        {name: value for name, value in zip(names, meaning(schedule), strict=True) if value} for schedule in schedules
    ]


def problems(schedules: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the service would refuse of schedules that a task gives, each with the entry that it is about."""
    found = [f"schedules[{number}] {_given(one)}: {what}" for number, one in enumerate(schedules) for what in _of(one)]
    kinds = [schedule["type"] for schedule in schedules]
    if kinds.count("FULL") != 1:
        reported = ", ".join(_given(one) for one in schedules if one["type"] == "FULL") or "none"
        found.append(f"schedules must have exactly one entry of type FULL, and has {kinds.count('FULL')} ({reported})")
    if kinds.count("INCREMENTAL") > MAX_INCREMENTAL:
        found.append(
            f"schedules can have {MAX_INCREMENTAL} entries of type INCREMENTAL, and has {kinds.count('INCREMENTAL')}"
        )
    seen: dict[Meaning, int] = {}
    for number, schedule in enumerate(schedules):
        first = seen.setdefault(meaning(schedule), number)
        if first != number:
            found.append(f"schedules[{number}] {_given(schedule)}: it says the same as schedules[{first}]")
    return found


def _of(schedule: Mapping[str, Any]) -> list[str]:
    """What is wrong with one schedule by itself."""
    found = []
    text = schedule["start_time"]
    time = clock_time(text)
    if text.strip().isdigit():
        found.append("start_time is a number; YAML makes one of a time without quotes, so write it as '10:30'")
    elif time is None:
        found.append("start_time is not a time of the day; write it as '09:00' or '09:30'")
    elif time[3:5] not in _HALVES or time[6:] != "00":
        found.append("start_time must be a full or a half hour (minutes 00 or 30, seconds 00)")
    for name, words in _WORDS.items():
        # What was read has null where a frequency has no use for it, and Ansible takes no null among choices.
        if schedule.get(name) and str(schedule[name]).upper() not in words:
            found.append(f"{name} must be one of {', '.join(words)}")
    missing = [name for name in NEEDS[schedule["frequency"]] if not schedule.get(name)]
    if missing:
        found.append(f"{schedule['frequency']} needs {' and '.join(missing)}")
    return found


def _given(schedule: Mapping[str, Any]) -> str:
    """An entry as the task has it."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in schedule.items() if value is not None) + "}"
