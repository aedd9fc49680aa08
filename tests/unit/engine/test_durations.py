# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ages and moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.durations import KOREAN_TIME, parse_age, parse_moment


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90", timedelta(seconds=90)),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12H", timedelta(hours=12)),
        (" 7 d ", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_ages(text: str, age: timedelta) -> None:
    assert parse_age("max_age", text) == age


@pytest.mark.parametrize("text", ["", "h", "-1h", "1.5h", "1 year", "12hh"])
def test_no_ages(text: str) -> None:
    with pytest.raises(StorageError, match="max_age"):
        parse_age("max_age", text)


def test_ages_that_are_too_long() -> None:
    """No date is so far in the past."""
    with pytest.raises(StorageError, match=r"max_age '999999999d' is too long\. The longest age is 36500d"):
        parse_age("max_age", "999999999d")
    assert datetime.now(UTC) - parse_age("max_age", "36500d") < datetime.now(UTC)


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_without_a_zone_are_utc(moment: datetime) -> None:
    assert parse_moment(moment.replace(tzinfo=None).isoformat()) == moment
    assert parse_moment(moment.isoformat()) == moment


def test_no_moment() -> None:
    assert parse_moment("yesterday") is None


@given(st.datetimes(timezones=st.just(KOREAN_TIME), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
def test_moment_with_a_zone_keeps_it(moment: datetime) -> None:
    read = parse_moment(moment.isoformat())
    assert read == moment
    assert read is not None
    assert read.utcoffset() == timedelta(hours=9)
