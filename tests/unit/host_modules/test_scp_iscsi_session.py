# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_iscsi_session`` over a server in a folder."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.scp.storage.plugins.modules import scp_iscsi_session
from tests.unit.host_modules.folder_server import FolderServer

pytestmark = pytest.mark.module("scp_iscsi_session")

FIRST, SECOND = "iqn.1992-08.com.example:sn.1:vs.2", "iqn.1992-08.com.example:sn.1:vs.3"
ONE, TWO = "10.2.2.1", "10.2.2.2"
LEDGER: dict[str, Any] = {"name": "ledger", "portals": [ONE, TWO]}
JOURNAL: dict[str, Any] = {"name": "journal", "portals": [ONE]}
ABSENT = {**LEDGER, "state": "absent"}


def items_of(*sessions: dict[str, Any]) -> tuple[list[scp_iscsi_session.Item], list[str]]:
    """Read a list as the module does."""
    checked = ArgumentSpecValidator(scp_iscsi_session.ARGUMENTS).validate({"sessions": list(sessions)})
    assert not checked.error_messages, checked.error_messages
    return scp_iscsi_session.read_items(checked.validated_parameters["sessions"])


def log_in(server: FolderServer, *sessions: dict[str, Any], check: bool = False) -> dict[str, Any]:
    """Converge a list once."""
    items, mistakes = items_of(*sessions)
    assert not mistakes
    return scp_iscsi_session.converge(scp_iscsi_session.Host(str(server.root), 2), items, check)


def actions(result: dict[str, Any]) -> list[str]:
    """Return what was done for all items."""
    assert not result.get("failed"), result["msg"]
    return [action for one in result["sessions"] for action in one["actions"]]


def converged(server: FolderServer, *sessions: dict[str, Any]) -> list[str]:
    """Converge a list: check mode predicts it and changes nothing, and a second run does nothing."""
    before = server.read("sessions"), server.read("nodes")
    planned = log_in(server, *sessions, check=True)
    assert (server.read("sessions"), server.read("nodes")) == before
    done = log_in(server, *sessions)
    assert actions(planned) == actions(done)
    assert done["changed"] is bool(actions(done))
    again = log_in(server, *sessions)
    assert (actions(again), again["changed"]) == ([], False)
    return actions(done)


def offer(server: FolderServer, *targets: tuple[str, str]) -> None:
    """Let addresses offer targets."""
    server.write("offers", "".join(f"{address} {target}\n" for address, target in targets))


def nodes(server: FolderServer) -> list[str]:
    """Return the records."""
    return server.read("nodes").splitlines()


def test_server_is_logged_in_at_each_address_also_at_boot_and_logged_out(server: FolderServer) -> None:
    offer(server, (ONE, FIRST), (TWO, FIRST))
    assert converged(server, LEDGER) == [f"log in to {FIRST} at {ONE}:3260", f"log in to {FIRST} at {TWO}:3260"]
    # What an array shows at other addresses is not stored: some systems log in to that when they start.
    assert nodes(server) == [f"{ONE}:3260 {FIRST} automatic", f"{TWO}:3260 {FIRST} automatic"]
    assert converged(server, ABSENT) == [
        *(f"log out of {FIRST} at {address}:3260" for address in (ONE, TWO)),
        *(f"remove the record of {FIRST} at {address}:3260" for address in (ONE, TWO)),
    ]
    assert (nodes(server), server.read("sessions")) == ([], "")


def test_logout_is_continued_after_a_run_that_was_killed(server: FolderServer) -> None:
    offer(server, (ONE, FIRST), (TWO, FIRST))
    log_in(server, LEDGER)
    server.write("sessions")
    assert converged(server, ABSENT) == [f"remove the record of {FIRST} at {address}:3260" for address in (ONE, TWO)]


def test_login_is_continued_after_a_run_that_was_killed(server: FolderServer) -> None:
    offer(server, (ONE, FIRST))
    log_in(server, JOURNAL)
    server.write("nodes", f"{ONE}:3260 {FIRST} manual\n")
    assert converged(server, JOURNAL) == [f"start {FIRST} at {ONE}:3260 at boot"]
    server.write("nodes")
    assert converged(server, JOURNAL) == [f"start {FIRST} at {ONE}:3260 at boot"]


def test_second_volume_behind_an_address_with_a_session(server: FolderServer) -> None:
    """Its target is discovered and logged in to, and the session that was there is rescanned."""
    offer(server, (ONE, FIRST))
    log_in(server, JOURNAL)
    offer(server, (ONE, FIRST), (ONE, SECOND))
    server.forget_calls()
    both = [JOURNAL, {**JOURNAL, "name": "orders"}]
    assert converged(server, *both) == [f"log in to {SECOND} at {ONE}:3260"]
    calls = server.calls()
    assert [call for call in calls if call.endswith("--login")] == [f"-m node -T {SECOND} -p {ONE}:3260 --login"]
    assert f"-m node -T {FIRST} -p {ONE}:3260 --rescan" in calls


def test_address_with_a_session_may_be_down_for_a_while(server: FolderServer) -> None:
    offer(server, (ONE, FIRST))
    log_in(server, JOURNAL)
    offer(server)
    assert converged(server, JOURNAL) == []


@pytest.mark.parametrize("target", [None, "none"])
def test_address_without_a_target_fails_and_the_others_are_logged_in_at(
    server: FolderServer, target: str | None
) -> None:
    offer(server, (ONE, FIRST), *([(TWO, target)] if target else []))
    result = log_in(server, LEDGER)
    assert TWO in result["msg"]
    assert "offers this server no target. Check that the server is attached to the volume" in result["msg"]
    assert result["changed"]
    assert nodes(server) == [f"{ONE}:3260 {FIRST} automatic"]
    # Check mode reports it as well.
    assert log_in(server, LEDGER, check=True)["failed"]


def test_login_that_is_refused_is_reported_with_what_iscsiadm_said(server: FolderServer) -> None:
    offer(server, (ONE, "iqn.refused"), (ONE, FIRST))
    result = log_in(server, JOURNAL)
    assert result["msg"] == (
        f"journal: The login to iqn.refused at {ONE}:3260 failed: iscsiadm: login authorization failed."
    )
    assert FIRST in server.read("sessions")


def test_login_has_a_time_limit(server: FolderServer) -> None:
    offer(server, (ONE, FIRST))
    server.control("hang")
    begin = time.monotonic()
    assert "iscsiadm did not end within 2 s (timeout)" in log_in(server, JOURNAL)["msg"]
    assert time.monotonic() - begin < 10


def test_sessions_of_addresses_that_another_volume_has_stay(server: FolderServer) -> None:
    offer(server, (ONE, FIRST), (TWO, FIRST))
    log_in(server, LEDGER)
    assert converged(server, ABSENT, {**JOURNAL, "portals": [TWO]}) == [
        f"log out of {FIRST} at {ONE}:3260",
        f"remove the record of {FIRST} at {ONE}:3260",
    ]
    assert nodes(server) == [f"{TWO}:3260 {FIRST} automatic"]


def disk_of_session(server: FolderServer) -> None:
    """Let session 1 have the disk sdb with the partition sdb1."""
    server.write("sys/class/iscsi_session/session1/device/target1:0:0/1:0:0:1/block/sdb/size")
    server.write("sys/class/block/sdb/dev", "8:16\n")
    server.write("sys/class/block/sdb/sdb1/partition", "1\n")
    server.write("sys/class/block/sdb1/dev", "8:17\n")


@pytest.mark.parametrize("use", ["disk", "partition", "several", "swap", "mapper", "raid"])
def test_disks_in_use_keep_the_server_logged_in(server: FolderServer, use: str) -> None:
    offer(server, (ONE, FIRST))
    log_in(server, JOURNAL)
    disk_of_session(server)
    if use == "disk":
        server.mounted("/dev/mapper/x", "/srv/a", "ext4", number="8:16")
    elif use == "partition":
        server.mounted("/dev/sdb1", "/srv/a", "ext4", number="8:17")
    elif use == "several":
        server.mounted("/dev/sdb", "/srv/a", "btrfs", number="0:44")
    elif use == "swap":
        server.write("proc/swaps", "Filename Type\n/dev/sdb1 partition\n")
    else:
        holder = {"mapper": "dm-0", "raid": "md0"}[use]
        server.write(f"sys/class/block/sdb/holders/{holder}")
        server.write("sys/class/block/dm-0/dm/name", "mpatha\n")
    said = {
        "disk": "sdb is mounted on /srv/a",
        "partition": "sdb1 is mounted on /srv/a",
        "several": "sdb is mounted on /srv/a",
        "swap": "sdb1 is used as swap",
        "mapper": "sdb is part of mpatha",
        "raid": "sdb is part of md0",
    }[use]
    before = server.read("sessions")
    result = log_in(server, {**JOURNAL, "state": "absent"})
    assert f"its sessions carry disks in use ({said}), so the server stays logged in. Unmount them" in result["msg"]
    assert (server.read("sessions"), result["changed"]) == (before, False)


def test_unused_disks_do_not_keep_the_server_logged_in(server: FolderServer) -> None:
    offer(server, (ONE, FIRST))
    log_in(server, JOURNAL)
    disk_of_session(server)
    server.mounted("/dev/sdc", "/srv/a", "ext4", number="8:32")
    assert len(actions(log_in(server, {**JOURNAL, "state": "absent"}))) == 2


def test_addresses_are_compared_in_one_spelling(server: FolderServer) -> None:
    server.write("sessions", f"tcp: [1] [fd00::1]:3260,1 {FIRST} (non-flash)\n")
    server.write("nodes", f"[fd00::1]:3260 {FIRST} automatic\n")
    items, _mistakes = items_of({"portals": ["FD00:0::1"]})
    work = scp_iscsi_session.Work(scp_iscsi_session.Host(str(server.root)), items[0], check=True)
    work.converge()
    assert work.actions == []


def test_missing_program_is_expected_in_check_mode_and_by_absent_only(
    server: FolderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.root / "bin/iscsiadm").unlink()
    monkeypatch.setenv("PATH", str(server.root / "bin"))
    assert actions(log_in(server, LEDGER, check=True)) == [f"log in at {ONE}", f"log in at {TWO}"]
    assert actions(log_in(server, ABSENT)) == []
    assert "iscsiadm: No such file or directory" in log_in(server, LEDGER)["msg"]


def test_service_that_logs_in_at_boot_is_enabled(server: FolderServer) -> None:
    host = scp_iscsi_session.Host(str(server.root), 2)
    items, _mistakes = items_of(JOURNAL)
    offer(server, (ONE, FIRST))
    # Without systemd there is none.
    assert scp_iscsi_session.converge(host, items, False, True)["service"] == ""
    (server.root / "run/systemd/system").mkdir(parents=True)
    missing = scp_iscsi_session.converge(host, items, False, True)
    assert missing["msg"].startswith("There is none of the services open-iscsi.service, iscsi.service")
    assert not scp_iscsi_session.converge(host, items, True, True).get("failed")
    server.control("service.iscsi.service", "disabled\n")
    for check, expected in ((True, "iscsi.service"), (False, "iscsi.service"), (False, "")):
        result = scp_iscsi_session.converge(host, items, check, True)
        assert (result["service"], result["changed"]) == (expected, bool(expected))
    assert server.calls().count("systemctl enable iscsi.service") == 1
    gone, _mistakes = items_of({**JOURNAL, "state": "absent"})
    server.control("service.iscsi.service", "disabled\n")
    assert scp_iscsi_session.converge(host, gone, True, True)["service"] == ""


def test_results_show_what_became_of_each(server: FolderServer) -> None:
    offer(server, (ONE, FIRST))
    result = log_in(server, JOURNAL)
    assert result["summary"] == "1 created, 0 changed, 0 unchanged, 0 failed"
    assert [line.split()[:3] for line in result["table"]] == [
        ["VOLUME", "STATE", "CHANGE"],
        ["journal", "present", "created"],
    ]


def test_mistakes_are_reported() -> None:
    mistakes = items_of({"name": "x", "portals": ["10.2.2.2:3260", ONE]}, {"portals": []})[1]
    assert mistakes == [
        "Item 1 (x): portals must be a list of IP addresses, without ports, not 10.2.2.2:3260.",
        "Item 2 (): portals must be a list of IP addresses, without ports.",
    ]
