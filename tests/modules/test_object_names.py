# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, endpoints and subnets by name: in two regions, at what cost, and whose access rules are whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.messages import Case, check_case, each
from tests.simulator.fixture import Simulator

VOLUME, BM, PFS = "scp_filestorage_volume", "scp_bm_volume", "scp_pfs_volume"
AGENT, RESTORE, INFO = "scp_backup_agent", "scp_backup_restore", "scp_server_info"
#: The region in which the simulator has servers of one name, and servers that the platform made.
SOUTH = "kr-south1"
WEB: dict[str, Any] = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
THERE = {**WEB, "region": SOUTH}
#: A key pair of the simulator that may use the storage services only.
STORAGE_ONLY = {
    "SCP_ACCESS_KEY": "SIMULATORSTORAGEONLYKEY000",
    "SCP_SECRET_KEY": "simulator-secret-worth-nothing-333333333",
}
SERVERS, METALS, NODES, ENDPOINTS = "ListVirtualServers", "ListBaremetals", "ListGpuNodes", "ListVpcEndpoints"


def vm(name: str) -> dict[str, str]:
    """Return a virtual server as access rules name it."""
    return {"object_type": "VM", "object_name": name}


def well(result: TaskResult) -> TaskResult:
    """Return a result that did not fail."""
    assert not result.failed, result.message
    return result


def reads(results: Sequence[TaskResult]) -> Counter[str]:
    """Return how often each list of servers and networks was read."""
    calls = Counter(call["operation"] for result in results for call in result.calls)
    return Counter({name: calls[name] for name in (SERVERS, METALS, NODES, ENDPOINTS, "ListSubnets") if calls[name]})


def converge(runner: ModuleRunner, module: str, args: Mapping[str, Any]) -> TaskResult:
    """Run a task in check mode, for real and again, and return the real run."""
    planned = well(runner.run_task(module, args, check=True))
    assert planned.writes == []
    real = well(runner.run_task(module, args))
    assert planned.operations == real.operations
    again = well(runner.run_task(module, args))
    assert (again.changed, again.writes) == (False, [])
    return real


def rules_of(result: TaskResult) -> dict[str, dict[str, Any]]:
    """Return the access rules of a result by the ids of their servers."""
    return {rule["object_id"]: rule for rule in result.result["volume"]["access_rules"]}


# -- names ------------------------------------------------------------------------------------------------------------


def test_rules_of_all_types_by_name_and_address(runner: ModuleRunner) -> None:
    server = runner.simulator.server
    world = runner.simulator.world()["servers"]
    endpoint = next(one for one in world if one["type"] == "ENDPOINT" and one["region"] == "kr-west1")
    rules = [
        vm("west-web1"),
        {"object_type": "BM", "object_name": server("west-db1")["ip"].split(",")[0]},
        {"object_type": "GPU", "object_name": "west-gpu1"},
        {"object_type": "GPU_NODE", "object_name": "west-gpunode1"},
        {"object_type": "ENDPOINT", "object_name": endpoint["name"]},
    ]
    real = converge(runner, VOLUME, {**WEB, "access_rules": rules})
    expected = {server(name)["id"]: name for name in ("west-web1", "west-db1", "west-gpu1", "west-gpunode1")}
    shown = {identifier: rule["object_name"] for identifier, rule in rules_of(real).items()}
    assert shown == {**expected, endpoint["id"]: endpoint["name"]}
    assert set(reads([real])) == {SERVERS, METALS, NODES, ENDPOINTS}
    gone = converge(runner, VOLUME, {**WEB, "access_rules": rules[1:], "purge_access_rules": True})
    assert gone.operations == ["SetAccessRule"]
    assert server("west-web1")["id"] not in rules_of(gone)


def test_same_tasks_in_two_regions_with_other_ids(runner: ModuleRunner) -> None:
    """No id is in the tasks, and each region gets the ids of the servers there."""
    found: dict[str, set[str]] = {}
    for region in (SOUTH, "kr-south2"):
        real = converge(runner, VOLUME, {**WEB, "region": region, "access_rules": [vm("shared-app1")]})
        found[region] = set(rules_of(real))
    first, second = (
        {
            one["id"]
            for one in runner.simulator.world()["servers"]
            if (one["name"], one["region"]) == ("shared-app1", at)
        }
        for at in (SOUTH, "kr-south2")
    )
    assert found == {SOUTH: first, "kr-south2": second}
    assert first != second


def test_ids_cost_no_list(runner: ModuleRunner) -> None:
    rules = [{"object_type": "VM", "object_id": runner.simulator.server("west-web1")["id"]}]
    real = converge(runner, VOLUME, {**WEB, "access_rules": rules})
    assert not reads([real])
    by_id = [{"object_type": "VM", "object_name": rules[0]["object_id"]}]
    assert not reads([well(runner.run_task(VOLUME, {**WEB, "access_rules": by_id}))])


def test_absent_looks_no_name_up(runner: ModuleRunner) -> None:
    gone = converge(runner, VOLUME, {"name": "web_data", "state": "absent", "access_rules": [vm("no-such-server")]})
    assert not reads([gone])


def many(simulator: Simulator, count: int) -> list[dict[str, str]]:
    """Let there be servers, and return rules that name them."""
    made = [
        {"id": f"{number:08x}-0000-4000-8000-000000000000", "name": f"many{number}", "type": "VM", "region": "kr-west1"}
        for number in range(count)
    ]
    simulator.patch_world({"servers": made})
    return [vm(one["name"]) for one in made]


def test_a_thousand_rules_cost_one_list(runner: ModuleRunner) -> None:
    rules = many(runner.simulator, 1000)
    planned = well(runner.run_task(VOLUME, {**WEB, "access_rules": rules}, check=True))
    assert planned.operations == ["CreateVolume", *["SetAccessRule"] * 1000]
    # One list in pages of a thousand: there are some servers beside these.
    assert reads([planned]) == {SERVERS: 2}


def test_all_items_of_a_loop_and_all_entries_of_a_list_share_one_list(runner: ModuleRunner) -> None:
    rules = many(runner.simulator, 8)
    runner.one_task = True
    results = [
        well(runner.run_task(VOLUME, {**WEB, "name": f"data{number}", "access_rules": [rule]}))
        for number, rule in enumerate(rules)
    ]
    one_list = reads(results)
    assert one_list == {SERVERS: 2}
    runner.one_task = False
    resources = [
        {"kind": "filestorage_volume", **WEB, "name": f"data{number}", "access_rules": [rule]}
        for number, rule in enumerate(rules)
    ]
    again = well(runner.run_task("scp_storage_apply", {"resources": resources}))
    assert (again.changed, reads([again])) == (False, one_list)


@pytest.mark.parametrize("check", [True, False])
def test_unknown_name_in_a_list_leaves_the_other_resources_alone(runner: ModuleRunner, check: bool) -> None:
    resources = [
        {"kind": "filestorage_volume", **WEB, "name": name, "access_rules": [vm(server)]}
        for name, server in (("good", "west-web1"), ("bad", "nobody"))
    ]
    run = runner.run_task("scp_storage_apply", {"resources": resources}, check=check)
    assert run.failed
    assert "'nobody'" in run.message
    good, bad = run.result["resources"]
    assert (good["operations"], bad["operations"]) == (["CreateVolume", "SetAccessRule"], [])
    assert run.writes == ([] if check else ["CreateVolume", "SetAccessRule"])


@pytest.mark.parametrize("name_filter", ["part", "prefix", "exact"])
@pytest.mark.parametrize("offered", ["old", "both", "new"])
def test_names_with_any_filter_and_any_version(runner: ModuleRunner, name_filter: str, offered: str) -> None:
    services = ("virtualserver", "baremetal", "multinodegpucluster", "vpc")
    runner.simulator.switch(name_filter=name_filter, **{f"{name}_generations": offered for name in services})
    found = well(runner.run_task(INFO, {"object_types": ["VM", "GPU", "BM", "GPU_NODE", "ENDPOINT", "SUBNET"]}))
    servers = {one["name"]: one for one in found.result["servers"]}
    assert {"west-web1", "west-gpu1", "west-db1", "west-gpunode1", "west-app-subnet"} <= set(servers)
    assert servers["west-web1"]["zone"] == ("kr-west1-a" if offered == "new" else None)
    real = converge(runner, VOLUME, {**WEB, "access_rules": [vm("west-web1")]})
    assert set(rules_of(real)) == {servers["west-web1"]["id"]}


def test_attachments_by_name_and_address(runner: ModuleRunner) -> None:
    server = runner.simulator.server
    attachments = [
        {"object_type": "BM", "object_name": "west-db1"},
        {"object_type": "MNGC", "object_name": server("west-mngc1")["ip"].split(",")[0]},
    ]
    args = {"name": "db-data", "disk_type": "HDD", "size_gb": 10, "attachments": attachments}
    planned = well(runner.run_task(BM, args, check=True))
    assert {one["name"] for one in planned.result["volume"]["attachments"]} == {"west-db1", "west-mngc1"}
    real = converge(runner, BM, args)
    attached = {one["id"]: one["name"] for one in real.result["volume"]["attachments"]}
    assert attached == {server(name)["id"]: name for name in ("west-db1", "west-mngc1")}


def test_agent_by_address_and_subnet_by_name(runner: ModuleRunner) -> None:
    gpu = runner.simulator.server("west-gpu1")
    args = {"server": gpu["ip"].split(",")[0], "subnet": "west-app-subnet"}
    real = converge(runner, AGENT, args)
    agent = real.result["agent"]
    assert (agent["server_uuid"], agent["subnet_name"]) == (gpu["id"], "west-app-subnet")
    assert agent["subnet_id"] == gpu["subnet_id"]
    gone = converge(runner, AGENT, {"server": args["server"], "state": "absent"})
    assert gone.operations == ["DeleteBackupAgent"]


# -- owners of access rules -------------------------------------------------------------------------------------------


@pytest.fixture
def platform_rules(runner: ModuleRunner) -> dict[str, str]:
    """Give a volume rules of a user's server, and of servers that the platform made; ids of servers by name."""
    names = ("south1-web1", "south1-autoscaled1", "south1-k8s-node1", "south1-db1")
    rules = [
        {"object_type": runner.simulator.server(name)["type"], "object_id": runner.simulator.server(name)["id"]}
        for name in names
    ]
    well(runner.run_task(VOLUME, {**THERE, "access_rules": rules}))
    return {name: runner.simulator.server(name)["id"] for name in names}


def test_purge_keeps_rules_of_the_platform(runner: ModuleRunner, platform_rules: dict[str, str]) -> None:
    args = {**THERE, "access_rules": [], "purge_access_rules": True}
    real = converge(runner, VOLUME, args)
    assert real.operations == ["SetAccessRule", "SetAccessRule"]
    owners = {rule["object_name"]: rule["owner"] for rule in rules_of(real).values()}
    assert owners == {"south1-autoscaled1": "auto_scaling", "south1-k8s-node1": "kubernetes"}
    assert reads([real]) == {SERVERS: 2}
    everything = converge(runner, VOLUME, {**args, "purge_platform_access_rules": True})
    assert rules_of(everything) == {}
    assert not reads([everything])


def test_purge_without_surplus_rules_of_virtual_servers_reads_no_list(runner: ModuleRunner) -> None:
    server = runner.simulator.server
    rules = [{"object_type": "BM", "object_id": server("south1-db1")["id"]}]
    well(runner.run_task(VOLUME, {**THERE, "access_rules": rules}))
    assert not reads([converge(runner, VOLUME, {**THERE, "access_rules": [], "purge_access_rules": True})])


def test_purge_removes_the_rule_of_a_server_that_is_gone(runner: ModuleRunner) -> None:
    """Also where the list lacks a server of auto-scaling that is there: it is read itself."""
    gone = {"id": "99999999-0000-4000-8000-000000000000", "name": "gone", "type": "VM", "region": SOUTH}
    runner.simulator.patch_world({"servers": [gone]})
    well(runner.run_task(VOLUME, {**THERE, "access_rules": [{"object_type": "VM", "object_id": gone["id"]}]}))
    world = runner.simulator.world()
    world["servers"] = [one for one in world["servers"] if one["id"] != gone["id"]]
    runner.simulator.put_world(world)
    real = converge(runner, VOLUME, {**THERE, "access_rules": [], "purge_access_rules": True})
    assert (real.operations, rules_of(real)) == (["SetAccessRule"], {})


def test_deletion_removes_all_rules(runner: ModuleRunner, platform_rules: dict[str, str]) -> None:
    gone = converge(runner, VOLUME, {"name": "web_data", "region": SOUTH, "state": "absent"})
    assert gone.operations == [*["SetAccessRule"] * len(platform_rules), "DeleteVolume"]


def test_info_shows_owners_on_demand(runner: ModuleRunner, platform_rules: dict[str, str]) -> None:
    plain = well(runner.run_task("scp_filestorage_volume_info", {"region": SOUTH, "gather": ["access_rules"]}))
    assert not reads([plain])
    assert all("owner" not in rule for rule in plain.result["volumes"][0]["access_rules"])
    found = well(
        runner.run_task(
            "scp_filestorage_volume_info", {"region": SOUTH, "gather": ["access_rules", "access_rule_owners"]}
        )
    )
    rules = {rule["object_name"]: rule.get("owner") for rule in found.result["volumes"][0]["access_rules"]}
    assert rules == {
        "south1-web1": "user",
        "south1-autoscaled1": "auto_scaling",
        "south1-k8s-node1": "kubernetes",
        "south1-db1": None,
    }
    assert Counter(call["operation"] for call in found.calls)["ListAccessRules"] == 1


def test_info_of_owners_that_may_not_be_read_is_an_error(runner: ModuleRunner, platform_rules: dict[str, str]) -> None:
    args = {"region": SOUTH, "gather": ["access_rule_owners"]}
    refused = runner.run_task("scp_filestorage_volume_info", args, environ=STORAGE_ONLY)
    assert refused.failed
    assert "virtualserver:ListVirtualServers" in refused.message
    assert "leave access_rule_owners out of gather" in refused.message


# -- information ------------------------------------------------------------------------------------------------------


def test_server_info_reads_regions_and_filters(runner: ModuleRunner) -> None:
    found = well(runner.run_task(INFO, {"regions": [SOUTH, "kr-south2"], "name": "shared-app1"}))
    assert [(one["region"], one["object_type"]) for one in found.result["servers"]] == [
        (SOUTH, "VM"),
        ("kr-south2", "VM"),
    ]
    assert found.result["unread"] == []
    zoned = {"object_types": ["VM"], "zone": "kr-west1-a", "api_versions": {"virtualserver": "newest"}}
    assert "west-web1" in {one["name"] for one in well(runner.run_task(INFO, zoned)).result["servers"]}
    made = well(runner.run_task(INFO, {"region": SOUTH, "owner": "auto_scaling"}))
    assert [one["name"] for one in made.result["servers"]] == ["south1-autoscaled1"]
    address = runner.simulator.server("west-web1")["ip"]
    assert [one["name"] for one in well(runner.run_task(INFO, {"address": address})).result["servers"]] == ["west-web1"]
    assert well(runner.run_task(INFO, {"name": "nobody"})).result["servers"] == []


def test_server_info_without_the_right_to_some_lists(runner: ModuleRunner) -> None:
    runner.simulator.switch(denied="virtualserver")
    found = well(runner.run_task(INFO, {}))
    assert {one["object_type"] for one in found.result["servers"]} == {"BM", "GPU_NODE"}
    assert [one["object_type"] for one in found.result["unread"]] == ["VM", "GPU"]
    assert "virtualserver:ListVirtualServers" in found.result["unread"][0]["message"]
    refused = runner.run_task(INFO, {"object_types": ["VM"]})
    assert refused.failed
    assert "virtualserver:ListVirtualServers" in refused.message


def test_server_info_shows_no_start_script(runner: ModuleRunner) -> None:
    """Start scripts of servers can hold passwords, and are not returned."""
    found = well(runner.run_task(INFO, {"object_types": ["GPU_NODE", "BM"]}))
    assert all("init_script" not in one for one in found.result["servers"])


# -- failures ---------------------------------------------------------------------------------------------------------


def _denied(_simulator: Simulator) -> dict[str, str | None]:
    return dict(STORAGE_ONLY)


def _named(*rules: Mapping[str, str]) -> dict[str, Any]:
    return {**WEB, "access_rules": list(rules)}


DB = {"name": "db-data", "disk_type": "HDD", "size_gb": 10}
CASES = [
    Case("no such server", VOLUME, _named(vm("west-wep1")), ("'west-wep1'", "virtual server", "kr-west1", "west-web1")),
    Case(
        "two servers of a name",
        VOLUME,
        {**_named(vm("south1-twin")), "region": SOUTH},
        (
            "'south1-twin' fits 2 virtual servers in kr-south1",
            "10.31.1.71",
            "10.31.2.71",
            "south1-app-subnet",
            "object_id",
        ),
    ),
    Case("another type", VOLUME, _named(vm("west-gpu1")), ("'west-gpu1'", "GPU server", "object_type to GPU")),
    Case(
        "several mistakes",
        VOLUME,
        _named(vm("nobody"), {"object_type": "BM", "object_name": "nothing"}),
        ("'nobody'", "'nothing'", "bare-metal server"),
    ),
    Case(
        "servers may not be read",
        VOLUME,
        _named(vm("west-web1")),
        ("'west-web1'", "virtualserver:ListVirtualServers", "object_id"),
        environ=_denied,
    ),
    Case(
        "endpoints may not be read",
        VOLUME,
        _named({"object_type": "ENDPOINT", "object_name": "files"}),
        ("'files'", "vpc:ListVpcEndpoints", "object_id"),
        environ=_denied,
    ),
    Case(
        "an id and a name",
        VOLUME,
        _named({**vm("west-web1"), "object_id": "0" * 32}),
        ("mutually exclusive", "object_id", "object_name"),
    ),
    Case(
        "neither id nor name", VOLUME, _named({"object_type": "VM"}), ("one of the following", "object_id, object_name")
    ),
    Case("an empty name", VOLUME, _named({"object_type": "VM", "object_name": " "}), ("access_rules[0].object_name",)),
    Case(
        "platform rules without purge",
        VOLUME,
        {**WEB, "purge_platform_access_rules": True},
        ("purge_platform_access_rules", "purge_access_rules: true"),
    ),
    Case(
        "no such node", PFS, {"name": "train", "capacity_tb": 1, "access_rules": [{"object_name": "x"}]}, ("GPU node",)
    ),
    Case(
        "no such bare-metal server",
        BM,
        {**DB, "attachments": [{"object_type": "BM", "object_name": "west-db01"}]},
        ("'west-db01'", "bare-metal server", "west-db1"),
    ),
    Case(
        "bare-metal servers may not be read",
        BM,
        {**DB, "attachments": [{"object_type": "BM", "object_name": "west-db1"}]},
        ("'west-db1'", "baremetal:ListBaremetals", "object_id"),
        environ=_denied,
    ),
    Case(
        "one server of two names",
        BM,
        {
            **DB,
            "attachments": [
                {"object_type": "BM", "object_name": "west-mngc1"},
                {"object_type": "MNGC", "object_name": "west-mngc1"},
            ],
        },
        ("west-mngc1", "BM", "MNGC"),
    ),
    Case("no such address", AGENT, {"server": "192.0.2.1"}, ("'192.0.2.1'", "server", "kr-west1")),
    Case(
        "two subnets of a name",
        AGENT,
        {"server": "south1-db1", "subnet": "south1-twin-subnet", "region": SOUTH},
        ("fits 2 subnets", "10.31.3.0/24", "10.31.4.0/24", "the id in subnet"),
    ),
    Case(
        "a private subnet",
        AGENT,
        {"server": "south1-db1", "subnet": "south1-private-subnet", "region": SOUTH},
        ("'south1-private-subnet'", "PRIVATE", "use the id"),
    ),
    Case(
        "subnets may not be read",
        AGENT,
        {"server": "west-db1", "subnet": "west-app-subnet"},
        ("'west-app-subnet'", "vpc:ListSubnets"),
        environ=_denied,
    ),
]


@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    check_case(runner, case)


def test_purge_reports_owners_that_may_not_be_read(runner: ModuleRunner, platform_rules: dict[str, str]) -> None:
    args = {**THERE, "access_rules": [], "purge_access_rules": True}
    refused = runner.run_task(VOLUME, args, environ=STORAGE_ONLY)
    assert refused.failed
    assert refused.writes == []
    for part in ("virtualserver:ListVirtualServers", "purge_platform_access_rules", "auto-scaling or Kubernetes"):
        assert part in refused.message
    assert len(refused.message) < 600
    done = well(runner.run_task(VOLUME, {**args, "purge_platform_access_rules": True}, environ=STORAGE_ONLY))
    assert rules_of(done) == {}


@pytest.mark.parametrize("status", [500, 503])
def test_list_that_fails_once_leaves_the_volume_unmade(runner: ModuleRunner, status: int) -> None:
    """Nothing is created before all names are known, and the next run goes on."""
    runner.environ["SCP_MAX_RETRIES"] = "0"
    runner.simulator.fault("status", operation=SERVERS, status=status, times=1)
    args = _named(vm("west-web1"))
    failed = runner.run_task(VOLUME, args)
    assert failed.failed
    assert failed.writes == []
    assert "object_id" in failed.message
    assert converge(runner, VOLUME, args).operations == ["CreateVolume", "SetAccessRule"]
