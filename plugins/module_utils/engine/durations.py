# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ages and moments as users write them and as the platform does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from ..client.errors import StorageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
#: The longest age, in days; moments that are much further away do not exist as dates.
MAX_DAYS = 36_500
_AGE = re.compile(r"^\s*(\d+)\s*([smhdw]?)\s*$", re.IGNORECASE)
#: Schedules and snapshot names of the platform are in Korean time (platform-behaviour.md §5).
KOREAN_TIME = timezone(timedelta(hours=9))


def parse_age(option: str, text: str) -> timedelta:
    """Read an age: a number of seconds, or a number with s, m, h, d or w.

    :raises StorageError: it is none, or too long.
    """
    match = _AGE.match(text)
    if not match:
        raise StorageError(
            f"{option} {text!r} is not an age. Write seconds, or a number with a unit, for example 90s, 30m, 12h,"
            " 7d or 2w."
        )
    seconds = int(match[1]) * _UNITS[match[2].lower() or "s"]
    if seconds > MAX_DAYS * _UNITS["d"]:
        raise StorageError(f"{option} {text!r} is too long. The longest age is {MAX_DAYS}d.")
    return timedelta(seconds=seconds)


def format_age(age: timedelta) -> str:
    """Return an age in its largest unit, for example ``3 minutes``."""
    seconds = max(0, int(age.total_seconds()))
    size, unit = next(
        (size, unit)
        for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
        if seconds >= size or size == 1
    )
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def format_lag(seconds: int) -> str:
    """Return a lag as the platform writes it, for example ``0:12:03``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def parse_moment(text: str) -> datetime | None:
    """Read a time of the platform (ISO 8601; UTC where it names no zone); ``None`` where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
