# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several services do alike: lists, tags, names of snapshots, and the hours of schedules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from ..clock import korean, snapshot_stamp
from ..errors import validation_error
from ..tables import Record, SeedError

R = TypeVar("R", bound=Record)

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
TAG_KEY_LENGTH = 128
TAG_VALUE_LENGTH = 256
TAG_TEXT = re.compile(r"[a-zA-Z0-9가-힣ㄱ-ㅎㅏ-ㅣ +\-=._:/@]*")
"""What keys and values can be, by the contract of Resource Manager, which shows the tags of all services."""
MAX_TAGS = 50
CONFLICTS = ("409", "400")
"""The statuses with which a service may refuse because of the state of things."""


def name_matches(name: str, wanted: str, how: str) -> bool:
    """Whether the name filter of a list lets ``name`` through; ``how`` is the switch ``name_filter``."""
    if how == "exact":
        return name == wanted
    return name.startswith(wanted) if how == "prefix" else wanted in name


def sorted_as(rows: Iterable[R], sort: str, columns: Collection[str], *, most: int = 1) -> list[R]:
    """``rows`` sorted as ``column:asc`` or ``column:desc`` says, or up to ``most`` of them with commas between.

    :raises ApiError: 400, the text is none of that.
    """
    keys = [part.partition(":")[::2] for part in sort.split(",")]
    if len(keys) > most or any(column not in columns or way not in ("asc", "desc") for column, way in keys):
        raise validation_error("Value error, invalid sort")
    found = sorted(rows, key=lambda row: row.id, reverse=keys[0][1] == "desc")
    for column, way in reversed(keys):
        found.sort(key=attrgetter(column), reverse=way == "desc")
    return found


def check_tags(tags: Sequence[Mapping[str, Any]] | None) -> None:
    """Keys have 1 to 128 characters, values up to 256; keys are unique; 50 tags at most (platform-behaviour.md §10).

    The contracts say only part of it. Both consist of Latin and Korean letters, digits, spaces and ``+ - = . _ : / @``.

    :raises ApiError: 400.
    """
    keys = [str(tag.get("key") or "") for tag in tags or []]
    if len(keys) > MAX_TAGS:
        raise validation_error(f"List should have at most {MAX_TAGS} items")
    if len(set(keys)) < len(keys):
        raise validation_error("Value error, duplicate tag key")
    if any(not key.strip() for key in keys):
        raise validation_error("String should have at least 1 character")
    for tag in tags or []:
        for text, most in ((tag.get("key"), TAG_KEY_LENGTH), (tag.get("value"), TAG_VALUE_LENGTH)):
            if len(text or "") > most:
                raise validation_error(f"String should have at most {most} characters")
            if not TAG_TEXT.fullmatch(text or ""):
                raise validation_error(f"String should match pattern '^{TAG_TEXT.pattern}$'")


def stamped_name(stem: str, moment: float, taken: Collection[str]) -> str:
    """``<stem>.<date>``, the name of a snapshot taken at ``moment``, or that of the next second that is free."""
    while (name := f"{stem}.{snapshot_stamp(moment)}") in taken:
        moment += 1
    return name


def moment_of(text: str) -> float:
    """Seconds since the epoch of a time as records have it: the inverse of ``clock.stamp``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def demand_moments(row: Record, *names: str) -> None:
    """Refuse a record from a seed in which one of these fields is not a time.

    :raises SeedError: one is none.
    """
    for name in names:
        text = getattr(row, name)
        try:
            moment_of(text)
        except ValueError:
            raise SeedError(f"{name} must be a time such as 2024-07-30T04:54:33.219373, not {text!r}") from None


def asked_moment(text: str | None) -> float | None:
    """Seconds since the epoch of a time in a query; without a zone it is UTC.

    :raises ApiError: 400, it is not a time.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise validation_error("Input should be a valid datetime, invalid datetime separator") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def between(moment: float, earliest: float | None, latest: float | None) -> bool:
    """Whether a moment, in whole seconds as it is printed, is from ``earliest`` to ``latest``, where given."""
    moment = int(moment)
    return (earliest is None or moment >= earliest) and (latest is None or moment <= latest)


def until_next(now: float, hour: int, day_of_week: str | None) -> float:
    """Seconds from ``now`` to a schedule's next hour, a Korean one; without a day it comes daily."""
    here = korean(now)
    then = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    then += timedelta(days=(DAYS.index(day_of_week) - then.weekday()) % 7 if day_of_week else 0)
    if then <= here:
        then += timedelta(days=7 if day_of_week else 1)
    return then.timestamp() - now
