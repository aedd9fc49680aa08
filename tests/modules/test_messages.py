# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures as the user sees them: one paragraph that says what is wrong and what to do."""

from __future__ import annotations

import socket

import pytest

from tests.harness.modules import ModuleRunner
from tests.modules.messages import Case, check_case, each

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
MODULE = "scp_filestorage_volume"
REPLICATION = {"volume": "web_data", "name": "web_copy", "target_region": "kr-east1", "replication_frequency": "hourly"}
#: The volumes of all these tests: one of each purpose that matters, and two of one name.
WORLD = {
    "volumes": [
        {"id": "11111111-0000-4000-8000-000000000001", "name": "web_data_2m060u", "type_name": "SSD"},
        {"id": "11111111-0000-4000-8000-000000000002", "name": "twin_data_aaaaaa", "type_name": "SSD"},
        {"id": "11111111-0000-4000-8000-000000000003", "name": "twin_data_bbbbbb", "type_name": "SSD"},
        {"id": "11111111-0000-4000-8000-000000000004", "name": "office_cccccc", "type_name": "HDD", "protocol": "CIFS"},
        {
            "id": "11111111-0000-4000-8000-000000000005",
            "name": "safe_data_dddddd",
            "type_name": "SSD",
            "purpose": "original",
        },
        {
            "id": "11111111-0000-4000-8000-000000000006",
            "name": "safe_copy_eeeeee",
            "type_name": "SSD",
            "region": "kr-east1",
            "purpose": "replication",
        },
        {"id": "11111111-0000-4000-8000-000000000007", "name": "sad_data_ffffff", "type_name": "SSD", "state": "error"},
    ],
    "replications": [
        {
            "id": "22222222-0000-4000-8000-000000000001",
            "source_name": "safe_data_dddddd",
            "target_name": "safe_copy_eeeeee",
            "source_id": "11111111-0000-4000-8000-000000000005",
            "target_id": "11111111-0000-4000-8000-000000000006",
        }
    ],
}


def _nobody() -> str:
    """A URL of this machine without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}/{{service}}/{{region}}"


NO_CREDENTIALS = dict.fromkeys(("SCP_ACCESS_KEY", "SCP_SECRET_KEY", "SCP_REGION"))
#: The pair of the seed whose account has neither File Storage nor Archive Storage.
NOT_ENTITLED: dict[str, str | None] = {
    "SCP_ACCESS_KEY": "SIMULATORPARTIALKEY0000000",
    "SCP_SECRET_KEY": "simulator-secret-worth-nothing-111111111",
}
TEMPORARY: dict[str, str | None] = {
    "SCP_ACCESS_KEY": "SIMULATORTEMPORARYKEY00000",
    "SCP_SECRET_KEY": "simulator-secret-worth-nothing-222222222",
    "SCP_AUTH_TOKEN": "a token that is over",
}
SOON: dict[str, str | None] = {"SCP_MAX_RETRIES": "1", "SCP_TIMEOUT": "2"}

CASES = [
    Case(
        "wrong access key",
        MODULE,
        VOLUME,
        ("ListVolumes", "401", "access_key"),
        lambda _ignored: {"SCP_ACCESS_KEY": "NOBODYSKEY"},
    ),
    Case(
        "wrong secret key",
        MODULE,
        VOLUME,
        ("ListVolumes", "401", "secret_key"),
        lambda _ignored: {"SCP_SECRET_KEY": "nobodys secret"},
    ),
    Case("session token over", MODULE, VOLUME, ("401", "auth_token"), lambda _ignored: TEMPORARY),
    Case("clock an hour off", MODULE, VOLUME, ("401", "clock", "NTP"), switches={"gateway_clock_offset_seconds": 3600}),
    Case(
        "unknown region",
        MODULE,
        VOLUME,
        ("404", "region", "endpoint_url"),
        lambda _ignored: {"SCP_REGION": "kr-nowhere1"},
    ),
    Case(
        "unknown region, with the catalogue",
        MODULE,
        VOLUME,
        ("kr-nowhere1", "kr-west1"),
        lambda _ignored: {"SCP_REGION": "kr-nowhere1", "SCP_ENDPOINT_URL": None},
    ),
    Case(
        "unreachable endpoint",
        MODULE,
        VOLUME,
        ("ListVolumes", "cannot be reached", "endpoint_url"),
        lambda _ignored: {"SCP_ENDPOINT_URL": _nobody(), **SOON},
    ),
    Case(
        "host name that does not exist",
        MODULE,
        VOLUME,
        ("cannot be reached", "region"),
        lambda _ignored: {"SCP_ENDPOINT_URL": "https://{service}.{region}.e.scp.invalid", **SOON},
    ),
    Case(
        "service not entitled",
        MODULE,
        VOLUME,
        ("not entitled", "filestorage", "console"),
        lambda _ignored: NOT_ENTITLED,
    ),
    Case(
        "service not entitled, with the catalogue",
        MODULE,
        VOLUME,
        ("filestorage", "console"),
        lambda _ignored: {**NOT_ENTITLED, "SCP_ENDPOINT_URL": None},
    ),
    Case(
        "no credentials",
        MODULE,
        VOLUME,
        ("access_key", "secret_key", "region", "SCP_ACCESS_KEY", ".scpconf"),
        lambda _ignored: NO_CREDENTIALS,
    ),
    Case(
        "plain http to another machine",
        MODULE,
        VOLUME,
        ("http", "https"),
        lambda _ignored: {"SCP_ENDPOINT_URL": "http://scp.invalid"},
    ),
    Case(
        "unknown placeholder",
        MODULE,
        VOLUME,
        ("placeholder", "{service}"),
        lambda _ignored: {"SCP_ENDPOINT_URL": "https://{servise}.invalid"},
    ),
    Case("unknown profile", MODULE, {**VOLUME, "profile": "none_such"}, ("none_such", "profile")),
    Case(
        "missing config_file", MODULE, {**VOLUME, "config_file": "/none/such.json"}, ("/none/such.json", "config_file")
    ),
    Case(
        "bad timeout in the environment",
        MODULE,
        VOLUME,
        ("SCP_TIMEOUT", "timeout"),
        lambda _ignored: {"SCP_TIMEOUT": "soon"},
    ),
    Case(
        "unknown API version", MODULE, {**VOLUME, "api_versions": {"filestorage": "9.9"}}, ("version", "api_versions")
    ),
    Case("misspelt option", MODULE, {**VOLUME, "protocoll": "NFS"}, ("protocoll", "Supported parameters")),
    Case("misspelt choice", MODULE, {**VOLUME, "protocol": "nfs"}, ("protocol", "NFS", "CIFS")),
    Case("name rule broken", MODULE, {**VOLUME, "name": "Web-Data"}, ("Web-Data", "3 to 21", "lower-case")),
    Case("name too long for the suffix", MODULE, {**VOLUME, "name": "a" * 22}, ("3 to 21",)),
    Case("neither name nor id", MODULE, {"state": "absent"}, ("name", "volume_id")),
    Case(
        "ambiguous name",
        MODULE,
        {"name": "twin_data", "state": "absent"},
        (
            "twin_data_aaaaaa (11111111-0000-4000-8000-000000000002)",
            "twin_data_bbbbbb (11111111-0000-4000-8000-000000000003)",
            "id",
        ),
    ),
    Case(
        "ambiguous volume of a snapshot",
        "scp_filestorage_snapshot",
        {"volume": "twin_data"},
        ("twin_data_aaaaaa", "twin_data_bbbbbb"),
    ),
    Case(
        "missing volume of a snapshot",
        "scp_filestorage_snapshot",
        {"volume": "none_such"},
        ("none_such", "kr-west1", "File Storage volume"),
    ),
    Case(
        "missing volume of a schedule",
        "scp_filestorage_snapshot_schedule",
        {"volume": "none_such", "frequency": "DAILY"},
        ("none_such",),
    ),
    Case(
        "missing volume of a replication",
        "scp_filestorage_replication",
        {**REPLICATION, "volume": "none_such"},
        ("none_such", "region"),
    ),
    Case(
        "missing volume by id", MODULE, {"volume_id": "99999999-0000-4000-8000-000000000000"}, ("99999999", "kr-west1")
    ),
    Case("too little to create", MODULE, {"name": "new_data"}, ("new_data", "protocol", "type_name")),
    Case(
        "another protocol",
        MODULE,
        {**VOLUME, "protocol": "CIFS", "cifs_password": "S3cret!pass"},
        ("protocol", "'NFS'", "'CIFS'", "another name"),
    ),
    Case("another type", MODULE, {**VOLUME, "type_name": "HDD"}, ("type_name", "'SSD'", "'HDD'")),
    Case(
        "NFS with a CIFS password",
        MODULE,
        {**VOLUME, "name": "new_data", "cifs_password": "S3cret!pass"},
        ("cifs_password", "CIFS only"),
    ),
    *(
        Case(
            f"CIFS password with {unfit}",
            MODULE,
            {**VOLUME, "name": "new_data", "protocol": "CIFS", "cifs_password": unfit},
            ("cifs_password must have 6 to 20", "A to Z", "!#&'*+,-.:;<=>?@^_`~/|"),
            check=True,
        )
        for unfit in ("Abc123$x", "Abc123(x", "Äbc123!x", "Abc123! x", "Abc\uff11\uff12!xyz", "abcdef!#", "123456!#")
    ),
    Case("CIFS without a password", MODULE, {**VOLUME, "name": "new_data", "protocol": "CIFS"}, ("cifs_password",)),
    Case(
        "weak CIFS password",
        MODULE,
        {**VOLUME, "name": "new_data", "protocol": "CIFS", "cifs_password": "password"},
        ("6 to 20", "digit"),
    ),
    Case(
        "unknown server",
        MODULE,
        {**VOLUME, "access_rules": [{"object_type": "VM", "object_id": "none-such"}]},
        ("SetAccessRule", "404", "object_id"),
        sends=("SetAccessRule",),
    ),
    Case("volume in error", MODULE, {**VOLUME, "name": "sad_data"}, ("sad_data_ffffff", "error", "absent")),
    Case(
        "replicated volume deleted",
        MODULE,
        {"name": "safe_data", "state": "absent"},
        ("replicated", "kr-east1", "scp_filestorage_replication"),
    ),
    Case(
        "same region",
        "scp_filestorage_replication",
        {**REPLICATION, "target_region": "kr-west1"},
        ("target_region", "kr-west1", "another"),
    ),
    Case(
        "region without replication",
        "scp_filestorage_replication",
        {**REPLICATION, "target_region": "kr-south1"},
        ("cannot be replicated to target_region 'kr-south1'. The service lists these ", " for its type: kr-east1"),
    ),
    Case(
        "region without replication, in check mode",
        "scp_filestorage_replication",
        {**REPLICATION, "target_region": "kr-south1", "replication_type": "backup"},
        ("target_region 'kr-south1'", "kr-east1"),
        check=True,
    ),
    Case(
        "replication of NFS with a CIFS password",
        "scp_filestorage_replication",
        {**REPLICATION, "cifs_password": "S3cret!pass"},
        ("cifs_password", "NFS"),
    ),
    Case(
        "replication of CIFS without a password",
        "scp_filestorage_replication",
        {**REPLICATION, "volume": "office"},
        ("cifs_password",),
    ),
    Case(
        "too little to replicate",
        "scp_filestorage_replication",
        {"volume": "web_data"},
        ("name", "target_region", "replication_frequency"),
    ),
    Case(
        "another target",
        "scp_filestorage_replication",
        {**REPLICATION, "volume": "safe_data", "name": "other_copy"},
        ("name", "'safe_copy'", "'other_copy'"),
    ),
    Case(
        "retention without backup",
        "scp_filestorage_replication",
        {**REPLICATION, "backup_retention_count": 3},
        ("backup_retention_count", "backup"),
    ),
    Case(
        "missing snapshot",
        "scp_filestorage_snapshot",
        {"volume": "web_data", "snapshot": "none_such", "state": "restored"},
        ("none_such", "web_data"),
    ),
    Case("bad max_age", "scp_filestorage_snapshot", {"volume": "web_data", "max_age": "old"}, ("max_age", "12h")),
    Case("keep nothing", "scp_filestorage_snapshot", {"volume": "web_data", "keep": 0}, ("keep", "at least 1")),
    Case(
        "weekly without a day",
        "scp_filestorage_snapshot_schedule",
        {"volume": "web_data", "frequency": "WEEKLY", "hour": "3"},
        ("day_of_week",),
    ),
    Case(
        "daily with a day",
        "scp_filestorage_snapshot_schedule",
        {"volume": "web_data", "frequency": "DAILY", "hour": "3", "day_of_week": "SUN"},
        ("day_of_week", "WEEKLY"),
    ),
    Case("bad query", "scp_filestorage_volume_info", {"query": "volumes["}, ("query", "JMESPath")),
    Case("query of a wrong type", "scp_filestorage_volume_info", {"query": "length(`1`)"}, ("query",)),
    Case(
        "wait_timeout below nothing",
        MODULE,
        {**VOLUME, "name": "never_data", "wait_timeout": -1},
        ("wait_timeout is -1", "from 0 on"),
    ),
    Case(
        "wait_timeout too short",
        MODULE,
        {**VOLUME, "name": "slow_data", "wait_timeout": 1},
        ("wait_timeout", "creating", "run the task again"),
        switches={"filestorage_create_seconds": 1000},
        sends=("CreateVolume",),
    ),
    Case(
        "lost answer",
        MODULE,
        {**VOLUME, "name": "lost_data"},
        ("CreateVolume", "lost its connection", "It was sent once", "was created before you run the task again"),
        switches={},
        faults=({"kind": "reset", "operation": "CreateVolume"},),
        sends=("CreateVolume",),
    ),
    Case(
        "500 at a read",
        MODULE,
        VOLUME,
        ("ListVolumes", "500", "again"),
        faults=({"kind": "status", "status": 500, "operation": "ListVolumes"},),
    ),
    Case(
        "HTML at a read",
        MODULE,
        VOLUME,
        ("ListVolumes", "404", "endpoint_url"),
        faults=({"kind": "html", "operation": "ListVolumes"},),
    ),
    Case(
        "redirect",
        MODULE,
        VOLUME,
        ("ListVolumes", "302", "endpoint_url"),
        faults=({"kind": "redirect", "operation": "ListVolumes"},),
    ),
    Case(
        "forbidden",
        MODULE,
        VOLUME,
        ("ListVolumes", "403", "IAM"),
        faults=({"kind": "status", "status": 403, "operation": "ListVolumes"},),
    ),
    Case(
        "service away",
        MODULE,
        VOLUME,
        ("ListVolumes", "503", "later"),
        lambda _ignored: SOON,
        faults=({"kind": "status", "status": 503, "operation": "ListVolumes", "times": None},),
    ),
    Case(
        "too many requests",
        MODULE,
        VOLUME,
        ("ListVolumes", "429", "later"),
        lambda _ignored: SOON,
        faults=({"kind": "status", "status": 429, "operation": "ListVolumes", "times": None},),
    ),
]


@pytest.mark.violations_expected
@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help, and nothing of the program's inside."""
    runner.simulator.patch_world({"filestorage": WORLD})
    check_case(runner, case)
