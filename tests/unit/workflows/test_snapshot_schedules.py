# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot schedules as users write them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.schedules import (
    KEYS,
    Schedule,
    read_schedule,
    whole_number,
)

BLOCK_KEYS = ("frequency", "day_of_week", "hour")


@pytest.mark.parametrize(
    ("given", "schedule", "options", "block_options"),
    [
        ({"hour": 0}, Schedule(0), {"frequency": "DAILY", "hour": "0"}, {"hour": 0}),
        (
            {"hour": "23", "day_of_week": "sun", "snapshot_retention_count": "14"},
            Schedule(23, "SUN", 14),
            {"frequency": "WEEKLY", "day_of_week": "SUN", "hour": "23", "snapshot_retention_count": 14},
            {"day_of_week": "SUN", "hour": 23},
        ),
        (
            {"hour": 3, "frequency": "daily", "day_of_week": "", "snapshot_retention_count": None},
            Schedule(3),
            {"frequency": "DAILY", "hour": "3"},
            {"hour": 3},
        ),
    ],
)
def test_schedule_is_read_with_options_of_each_kind(
    given: dict[str, Any], schedule: Schedule, options: dict[str, Any], block_options: dict[str, Any]
) -> None:
    assert read_schedule(given) == (schedule, [])
    assert schedule.options(KEYS) == options
    assert schedule.options(BLOCK_KEYS) == block_options


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nightly", ("must be a dictionary with an hour",)),
        (["hour"], ("must be a dictionary with an hour",)),
        ({"day_of_week": "SUN"}, ("has no hour", "0 to 23")),
        ({"hour": 24}, ("invalid hour 24", "0 to 23")),
        ({"hour": "3.5"}, ("invalid hour '3.5'",)),
        ({"hour": True}, ("invalid hour True",)),
        ({"hour": 3, "day_of_week": "SOON"}, ("invalid day_of_week 'SOON'", "SUN, MON")),
        ({"hour": 3, "day_of_week": "SUN", "frequency": "DAILY"}, ("goes with the frequency WEEKLY only",)),
        ({"hour": 3, "frequency": "WEEKLY"}, ("WEEKLY and no day_of_week",)),
        ({"hour": 3, "frequency": "HOURLY"}, ("invalid frequency 'HOURLY'", "DAILY or WEEKLY")),
        ({"hour": 3, "snapshot_retention_count": 129}, ("snapshot_retention_count 129", "1 to 128")),
        ({"hour": 3, "snapshot_retention_count": 0}, ("snapshot_retention_count 0",)),
        ({"hour": 3, "minute": 5}, ("unknown key 'minute'",)),
        ({"hour": 3, "hours": 5}, ("unknown key 'hours', did you mean hour?",)),
    ],
)
def test_schedule_reports_what_is_wrong(given: Any, words: tuple[str, ...]) -> None:
    schedule, mistakes = read_schedule(given)
    assert schedule is None
    assert [word for word in words if word not in "; ".join(mistakes)] == []


def test_schedule_reports_all_mistakes_at_once() -> None:
    _schedule, mistakes = read_schedule({"hour": 99, "frequency": "HOURLY", "snapshot_retention_count": "many"})
    assert len(mistakes) == 3


def test_schedule_refuses_keys_of_other_kinds() -> None:
    _schedule, mistakes = read_schedule({"hour": 3, "snapshot_retention_count": 5}, BLOCK_KEYS)
    assert mistakes == [
        "schedule has the unknown key 'snapshot_retention_count'. There is day_of_week, frequency, hour"
    ]


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("3", 3), (" 3 ", 3), (0, 0), (-1, None), ("x", None), (True, None), (None, None)]
)
def test_whole_number_accepts_texts(value: Any, number: int | None) -> None:
    assert whole_number(value) == number
