# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the coverage table can fail: for an operation without evidence, and for a claim without it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.coverage import __main__ as coverage
from tests.coverage import coverage_log
from tests.coverage.coverage_log import Evidence

ALL = 129


@pytest.fixture
def shown() -> set[Evidence]:
    """Evidence of all that the kept table claims, in runs for the versions that it claims."""
    service, found = "", set()
    for line in coverage.TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            service = line.removeprefix("## ")
        elif line.startswith("| ") and "`" in line:
            operation, modules, tests, old, newer = line.strip("| ").split(" | ")
            found |= {
                Evidence(service, operation, version, module, f"{coverage.TESTS}{test}", generations)
                for version, generations in ((old, "old"), *((one, "new") for one in newer.split(", ")))
                if version != "-"
                for module in modules.split("`")[1::2]
                for test in tests.split("`")[1::2]
            }
    return found


def _check(monkeypatch: pytest.MonkeyPatch, shown: set[Evidence]) -> int:
    monkeypatch.setattr(coverage, "read", lambda: shown)
    monkeypatch.setattr("sys.argv", ["coverage", "--check"])
    return coverage.main()


def test_the_kept_table_has_all_operations(monkeypatch: pytest.MonkeyPatch, shown: set[Evidence]) -> None:
    """It is what the evidence that it claims would write."""
    assert _check(monkeypatch, shown) == 0
    text, missing = coverage.table(shown)
    assert missing == []
    assert f"\n{ALL} of {ALL} operations.\n" in text
    assert text == coverage.TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("operation", ["CancelRecovery", "DeleteBackupRestoreTarget"])
def test_an_operation_without_evidence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shown: set[Evidence], operation: str
) -> None:
    """It is named, and the check fails."""
    assert _check(monkeypatch, {item for item in shown if item.operation != operation}) == 1
    reported = capsys.readouterr()
    assert f"{operation}: no module sent it in a test." in reported.err
    assert f"{ALL - 1} of {ALL} operations." in reported.out


def test_a_claim_without_evidence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shown: set[Evidence]
) -> None:
    """A module that did not send what the table says of it is named."""
    unseen = {item for item in shown if (item.operation, item.module) != ("ListBuckets", "scp_archive_policy")}
    assert _check(monkeypatch, unseen) == 1
    assert "scp_archive_policy: ListBuckets of archivestorage: in tests/coverage/table.md" in capsys.readouterr().err


def test_a_service_without_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its operations lack a test like any other."""
    document = {
        "info": {"x-service": "newstorage", "version": "1.0"},
        "paths": {"/v1/things": {"get": {"operationId": "ListThings"}}},
    }
    (tmp_path / "newstorage.openapi.json").write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(coverage, "CONTRACTS", tmp_path)
    text, missing = coverage.table([])
    assert missing == ["newstorage ListThings"]
    assert "\n0 of 1 operations.\n" in text


def test_what_counts_as_evidence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a module of the collection sent in a test that shows something, and the simulator accepted."""
    monkeypatch.setattr(coverage_log, "FILE", tmp_path / "evidence.jsonl")
    accepted = {"service": "backup", "operation": "ListBackups", "version": "1.3", "status": 200}
    refused = {"service": "backup", "operation": "CreateBackup", "version": "1.3", "status": 409}
    lifecycles, faults = "tests/integration/test_lifecycles.py", "tests/integration/test_faults.py"
    for test, action in (
        (lifecycles, "scp.storage.scp_backup"),
        (faults, "scp.storage.scp_backup_run"),
        (lifecycles, "debug"),
    ):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{test}::test_it (call)")
        coverage_log.record(action, [accepted, refused])
    generations = os.environ.get("SCP_TEST_GENERATIONS") or "both"
    evidence = Evidence("backup", "ListBackups", "1.3", "scp_backup", lifecycles, generations)
    assert coverage_log.read() == {evidence}


def test_a_run_for_newer_versions_has_to_show_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shown: set[Evidence]
) -> None:
    """A new version of an operation lacks a test as an operation does, and a claim of one is checked."""
    plain = {item for item in shown if item.generations == "old"}
    lists = {item for item in plain if item.operation == "ListBackups"}
    newer = {replace(item, version="1.3", generations="new") for item in lists}
    assert _check(monkeypatch, plain | newer) == 1
    reported = capsys.readouterr().err
    assert "backup ShowBackup of 1.4: no module sent it in a test." in reported
    assert "backup ListBackups of 1.4" not in reported
    text, _missing = coverage.table(plain | newer)
    assert re.search(r"\n[1-9]\d* of \d+ operations of the five services in newer versions\.\n", text)
    assert re.search(r"\| ListBackups \| .* \| 1\.2 \| 1\.3 \|", text)
    assert coverage.unshown(text, plain | newer) == []
    other = {replace(item, version="1.4") for item in newer}
    assert coverage.unshown(text, plain | other) == ["1.3: ListBackups of backup"]
    assert coverage.unshown(text, plain) == []


def test_a_run_without_newer_versions_alone_accepts_what_the_kept_table_has_of_them(shown: set[Evidence]) -> None:
    """`make test` offers both, so what only newer versions have is not shown there, and not denied."""
    plain = {replace(item, generations="both") for item in shown if item.generations == "old"}
    lists = [item for item in plain if item.operation == "ListArchivingPolicies"]
    newer = {
        replace(item, operation="DeleteArchivingPolicy", version="1.3", module="scp_archive_policy", generations="new")
        for item in lists
    }
    text, _missing = coverage.table(plain | newer)
    row = next(line for line in text.splitlines() if line.startswith("| DeleteArchivingPolicy |"))
    assert row.endswith("| - | 1.3 |")
    assert coverage.unshown(text, plain) == []
    claims = coverage.unshown(text, plain | {replace(item, generations="new") for item in lists})
    assert "scp_archive_policy: DeleteArchivingPolicy of archivestorage" in claims


def test_numbers_at_the_top_are_those_of_the_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, shown: set[Evidence]
) -> None:
    kept = coverage.TABLE.read_text(encoding="utf-8")
    assert coverage.miscounted(kept) == []
    wrong = re.sub(r"^\d+ of (\d+) operations of", r"7 of \1 operations of", kept, flags=re.MULTILINE)
    found = int(re.search(r"^(\d+) of \d+ operations of", kept, re.MULTILINE)[1])  # type: ignore[index]
    assert coverage.miscounted(wrong) == [f"7 operations: its rows have {found}."]
    file = coverage.ROOT / ".cache" / f"{tmp_path.name}.md"
    file.write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(coverage, "TABLE", file)
    try:
        assert _check(monkeypatch, shown) == 1
    finally:
        file.unlink()
    assert "states 7 operations: its rows have" in capsys.readouterr().err
