# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``query``, and what info modules return with it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine import query
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.query import Query
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Info
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Report, run
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from tests.unit.client.conftest import SECRET_KEY, make_settings

DATA = {"volumes": [{"name": "web", "size": 10}, {"name": "db", "size": 20}]}


def test_query_finds_values_in_the_result() -> None:
    assert Query("volumes[?size > `10`].name").search(DATA) == ["db"]
    assert Query("nothing").search(DATA) is None


@pytest.mark.parametrize("text", ["volumes[", "[?", "a b"])
def test_invalid_query_is_refused_in_one_paragraph(text: str) -> None:
    with pytest.raises(StorageError) as caught:
        Query(text)
    assert caught.value.message.startswith(f"query {text!r} is not a JMESPath expression: ")
    assert "\n" not in caught.value.message


def test_query_that_does_not_fit_the_result_is_named() -> None:
    with pytest.raises(StorageError, match=r"query 'sum\(volumes\)' does not fit the result: "):
        Query("sum(volumes)").search(DATA)


def test_query_without_the_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "JMESPATH_ERROR", ImportError("No module named 'jmespath'"))
    with pytest.raises(StorageError, match=r"pip install jmespath"):
        Query("volumes")


class Volumes(Info):
    """Reads nothing, and returns the same every time."""

    plural = "volumes"
    reads = 0

    def read(self) -> dict[str, Any]:
        Volumes.reads += 1
        assert self.region == self.client.settings.region == "kr-east1"
        return {**DATA, "gathered": sorted(self.gather)}


def report_of(**params: Any) -> Report:
    options = {"access_key": "AK-made-up", "secret_key": SECRET_KEY, "region": "kr-east1", **params}
    asked: list[Any] = []

    def connect(settings: Any) -> Client:
        asked.append(settings)
        return Client(settings)

    report = run(ModuleSpec(lambda: Volumes), options, {"HOME": "/nowhere"}, Mode(connect=connect))
    assert asked == [make_settings(access_key="AK-made-up", region="kr-east1")]
    assert {"AK-made-up", SECRET_KEY} <= set(report.secrets)
    return report


def test_info_returns_what_it_read_and_the_result_of_its_query() -> None:
    assert report_of().result == {"changed": False, **DATA, "gathered": []}
    asked = report_of(query="volumes[].name", gather=["usage"]).result
    assert asked == {"changed": False, **DATA, "gathered": ["usage"], "result": ["web", "db"]}


def test_info_with_an_invalid_query_reads_nothing() -> None:
    before = Volumes.reads
    report = report_of(query="volumes[")
    assert report.result["failed"] is True
    assert "is not a JMESPath expression" in report.result["msg"]
    assert Volumes.reads == before


def test_run_without_settings_fails_and_knows_no_secret() -> None:
    report = run(ModuleSpec(lambda: Volumes), {}, {"HOME": "/nowhere"}, Mode())
    assert report.result["failed"] is True
    assert "access_key and secret_key and region are missing" in report.result["msg"]
    assert set(report.secrets) == set()
