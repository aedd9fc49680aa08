# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, through ``ansible-inventory`` and a playbook."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import PROGRAMS, Controller, Inventory
from tests.integration.inventory_data import EAST, PAIRS, SOURCES, TEMPLATE, WEST, populate
from tests.simulator.fixture import Simulator

BM = "baremetal-blockstorage"
LISTED = {
    "bm_volumes": {f"{BM}.ListVolumes"},
    "filestorage_volumes": {"filestorage.ListVolumes", "filestorage.ListAccessRules", "filestorage.ShowVolume"},
    "pfs_volumes": {
        "parallel-filestorage.ListVolumes",
        "parallel-filestorage.ListAccessRule",
        "parallel-filestorage.ShowVolume",
    },
    "backup_agents": {"backup.ListBackupAgents"},
    "backups": {"backup.ListBackups"},
}
HOSTS = {
    "bm_volumes": {"west-db1", "west-db2"},
    "filestorage_volumes": {"west-web1", "west-db1", "west-endpoint1"},
    "pfs_volumes": {"west-gpunode1"},
    "backup_agents": {"west-db1"},
    "backups": {"west-web1", "west-app1"},
}
WRONG = "quite-another-secret-0123456789"


@pytest.fixture
def fleet(controller: Controller) -> Controller:
    """A controller of a world in which servers use storage."""
    populate(controller.simulator)
    return controller


def ids(simulator: Simulator) -> dict[str, str]:
    """Ids of servers by their names."""
    return {server["name"]: server["id"] for server in simulator.world()["servers"]}


def names(inventory: Inventory) -> set[str]:
    """The hosts of an inventory that went well."""
    return set(inventory.succeeded().hosts)


def flat(text: str) -> str:
    """A text without spaces: Ansible breaks lines where it likes."""
    return "".join(text.split())


def test_all_sources_in_two_regions(fleet: Controller) -> None:
    """Each server once, with all that it uses, whichever service knows it by which name or id."""
    found = fleet.inventory({"regions": [WEST, EAST], "gather": ["replication", "last_job"]}).succeeded()
    server = ids(fleet.simulator)
    endpoint = server["west-endpoint1"]
    in_west = {"west-db1", "west-db2", "west-web1", "west-app1", "west-gpunode1", endpoint}
    assert set(found.hosts) == {*in_west, "east-db1", "east-gpu1"}
    for name, host in found.hosts.items():
        assert host["scp_region"] == (WEST if name in in_west else EAST)
        assert host["scp_id"] == (server[name] if name != endpoint else endpoint) or name == "west-app1"
        assert host["scp_name"] == (name if name != endpoint else "")

    database = found.hosts["west-db1"]
    assert database["scp_sources"] == ["bm_volumes", "filestorage_volumes", "backup_agents"]
    assert database["scp_type"] == "BM"
    assert database["ansible_host"] == "10.10.1.14"
    assert database["scp_agent"]["connection_state"] == "FAILED"
    data, shared = sorted(database["scp_bm_volumes"], key=lambda volume: str(volume["id"]))
    assert data == {
        "id": "bm-data",
        "name": "bm-data",
        "state": "IN_USE",
        "purpose": "ORG",
        "disk_type": "HDD",
        "size_gb": 100,
        "iscsi_target_ips": ["172.30.4.3", "172.30.4.4"],
        "volume_group": {"id": "group-orders", "name": "orders"},
        "has_relation": False,
        # Older API versions show none.
        "zone": f"{WEST}-a" if fleet.simulator.generations == "new" else None,
        "replication": None,
    }
    assert shared["has_relation"]
    assert shared["replication"]["sync_state"] == "SNAPMIRROED"
    assert {(end["id"], end["region"]) for end in shared["replication"]["related_volumes"]} == {
        ("bm-shared", WEST),
        ("bm-east", EAST),
    }
    assert {volume["id"] for volume in found.hosts["west-db2"]["scp_bm_volumes"]} == {"bm-shared", "bm-odd"}

    web = found.hosts["west-web1"]
    assert web["scp_sources"] == ["filestorage_volumes", "backups"]
    assert web["scp_type"] == "VM"
    assert (web["scp_agent"], web["scp_bm_volumes"]) == (None, [])
    (mount,) = web["scp_mounts"]
    assert (mount["service"], mount["base_name"], mount["path"], mount["protocol"], mount["replications"]) == (
        "filestorage",
        "web_data",
        "10.1.1.1:/scp_web_data_2m060u",
        "NFS",
        [],
    )
    original, replica = sorted(web["scp_backups"], key=lambda backup: str(backup["id"]))
    assert (original["id"], original["region"], original["role_type"]) == ("web-image", WEST, "ORIGINAL")
    assert (original["last_job"]["backup_job_state"], original["last_job"]["backup_start_time"][:10]) == (
        "FAILED",
        "2024-10-03",
    )
    assert (replica["id"], replica["region"], replica["last_job"]) == ("web-image-copy", EAST, None)

    node = found.hosts["west-gpunode1"]
    assert (node["ansible_host"], node["scp_mounts"][0]["path"]) == ("10.10.1.17", "10.3.1.1@o2ib:/t")
    assert found.hosts[endpoint]["scp_type"] == "ENDPOINT"
    assert found.group("ungrouped") == sorted(found.hosts)
    assert not [call for call in found.calls if call["write"]]


@pytest.mark.newest_core
@pytest.mark.parametrize("source", SOURCES)
def test_one_source_asks_for_nothing_else(fleet: Controller, source: str) -> None:
    """Not even for names: where its own calls show no name, the id has to do."""
    found = fleet.inventory({"sources": [source]}).succeeded()
    assert {f"{call['service']}.{call['operation']}" for call in found.in_a_version} == LISTED[source]
    called = {name: name for name in HOSTS[source]}
    if source == "filestorage_volumes":
        called = {name: ids(fleet.simulator)[name] for name in called}
    assert set(found.hosts) == set(called.values())
    for host in found.hosts.values():
        assert host["scp_sources"] == [source]


@pytest.mark.newest_core
def test_no_more_calls_than_lists_need(fleet: Controller) -> None:
    """What lists show is not asked for again; who is who is asked only where it is open."""
    found = fleet.inventory({"regions": [WEST, EAST], "sources": ["bm_volumes", "backup_agents", "backups"]})
    assert names(found) == {"west-db1", "west-db2", "west-web1", "west-app1", "east-db1"}
    assert sorted(call["operation"] for call in found.in_a_version) == sorted(
        ["ListVolumes", "ListBackupAgents", "ListBackups"] * 2
    )
    # The original of the replica is not read, so its server is asked for; it is in the other region.
    alone = fleet.inventory({"regions": [EAST], "sources": ["backups"]})
    assert names(alone) == {"west-web1"}
    assert (alone.hosts["west-web1"]["scp_region"], alone.hosts["west-web1"]["scp_id"]) == (
        WEST,
        ids(fleet.simulator)["west-web1"],
    )
    assert [call["operation"] for call in alone.in_a_version] == ["ListBackups", "ShowBackup"]


@pytest.mark.newest_core
def test_servers_of_one_name(fleet: Controller) -> None:
    """In one region they are distinguished by their ids, in two by their regions; who has the agent is asked."""
    server = ids(fleet.simulator)
    twins = {"west-db2": "west-db1", "east-db1": "west-db1"}
    fleet.simulator.patch_world({"servers": [{"id": server[was], "name": name} for was, name in twins.items()]})
    config = {"regions": [WEST, EAST], "sources": ["bm_volumes", "backup_agents"]}
    found = fleet.inventory(config)
    west = {f"west-db1.{WEST}.{server[name]}" for name in ("west-db1", "west-db2")}
    assert names(found) == {*west, f"west-db1.{EAST}"}
    agents = {name: host["scp_agent"] is not None for name, host in found.hosts.items()}
    assert agents == {name: name.endswith(server["west-db1"]) for name in agents}
    assert [call["operation"] for call in found.in_a_version].count("ShowBackupAgent") == 1
    by_id = fleet.inventory({**config, "sources": ["bm_volumes"], "hostnames": ["address", "id"]})
    assert names(by_id) == {server[name] for name in ("west-db1", "west-db2", "east-db1")}


def test_filters_and_names(fleet: Controller) -> None:
    """A server must fit all criteria; a name without wildcards is looked for by the services."""
    found = fleet.inventory({"sources": ["bm_volumes", "backup_agents"], "filters": {"server_name": "west-db1"}})
    assert names(found) == {"west-db1"}
    assert all("_name=west-db1" in call["path"] for call in found.in_a_version)
    config = {"filters": {"volume_name": ["bm-sh*", "web_data"], "server_type": ["BM", "VM"]}}
    found = fleet.inventory({**config, "hostnames": ["name_and_region"]})
    assert names(found) == {f"{name}.{WEST}" for name in ("west-db1", "west-db2", "west-web1")}
    # What is reported of a server is complete, whatever made it fit.
    assert len(found.hosts[f"west-db1.{WEST}"]["scp_bm_volumes"]) == 2


def test_constructed(fleet: Controller) -> None:
    """Groups, keyed groups and composed variables, by Ansible's own rules."""
    config: dict[str, Any] = {
        "regions": [WEST, EAST],
        "sources": ["bm_volumes", "backup_agents"],
        "strict": True,
        "compose": {
            "storage_gb": "scp_bm_volumes | sum(attribute='size_gb')",
            "ansible_host": "inventory_hostname ~ wanted",
        },
        "groups": {"unreachable": "scp_agent is not none and scp_agent.connection_state != 'SUCCESS'"},
        "keyed_groups": [
            {"key": "scp_region", "prefix": "region", "parent_group": "regions"},
            {"key": "scp_bm_volumes | map(attribute='volume_group') | select | map(attribute='name')"},
        ],
        "leading_separator": False,
        "use_extra_vars": True,
    }
    found = fleet.inventory(config, "--extra-vars", "wanted=.example").succeeded()
    # Before 2.19 what a template makes is a text.
    assert {name: int(host["storage_gb"]) for name, host in found.hosts.items()} == {
        "west-db1": 120,
        "west-db2": 50,
        "east-db1": 50,
    }
    assert found.hosts["west-db1"]["ansible_host"] == "west-db1.example"
    assert found.group("unreachable") == ["west-db1"]
    assert found.group("region_kr_west1") == ["west-db1", "west-db2"]
    assert found.group("orders") == ["west-db1"]
    assert set(json.loads(found.stdout)["regions"]["children"]) == {"region_kr_west1", "region_kr_east1"}
    failed = fleet.inventory(config)
    assert failed.rc != 0
    assert "wanted" in failed.stderr
    assert names(fleet.inventory({**config, "strict": False})) == set(found.hosts)


def test_cache(fleet: Controller) -> None:
    """A second run makes no call; another question, an old cache and --flush-cache do; nothing secret is kept."""
    folder = fleet.folder / "cache"
    config: dict[str, Any] = {
        "sources": ["bm_volumes"],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder),
        "cache_timeout": 600,
        "secret_key": fleet.simulator.secret_key,
        "access_key": fleet.simulator.access_key,
    }
    first = fleet.inventory(config).succeeded()
    assert first.calls
    again = fleet.inventory({**config, "filters": {"server_name": "*2"}, "keyed_groups": [{"key": "scp_region"}]})
    assert (names(again), again.calls) == ({"west-db2"}, [])
    assert again.hosts["west-db2"] == first.hosts["west-db2"]
    (kept,) = folder.iterdir()
    for secret in (fleet.simulator.secret_key, fleet.simulator.access_key):
        assert secret not in kept.read_text(encoding="utf-8")
    before = len(fleet.simulator.operations())
    play = {"hosts": "all", "gather_facts": False, "tasks": []}
    fleet.playbook([play], arguments=["-i", fleet.inventory_file(config), "--flush-cache"]).succeeded()
    assert len(fleet.simulator.operations()) > before
    assert fleet.inventory({**config, "regions": [EAST]}).succeeded().calls
    assert not fleet.inventory({**config, "regions": [EAST]}).succeeded().calls
    os.utime(kept, (time.time() - 700,) * 2)
    assert fleet.inventory({**config, "regions": [EAST]}).succeeded().calls


@pytest.mark.newest_core
@pytest.mark.parametrize(
    "fault",
    [
        [{"kind": "page_cap", "count": 7}],
        [{"kind": "page_cap", "count": 7}, {"kind": "duplicate", "times": 2}, {"kind": "drop", "skip": 2}],
        [{"kind": "status", "status": 503, "times": 5, "skip": 1}, {"kind": "page_cap", "count": 7}],
    ],
    ids=["page_cap", "changes", "503"],
)
def test_lists_that_change_and_services_that_are_busy(fleet: Controller, fault: list[dict[str, Any]]) -> None:
    """Nothing is missed, and nothing comes twice."""
    number = range(60)
    server = ids(fleet.simulator)["west-db3"]
    fleet.simulator.patch_world(
        {
            BM: {
                "volumes": [{"id": f"more-{n}", "name": f"more-{n}", "state": "IN_USE"} for n in number],
                "attachments": [{"volume_id": f"more-{n}", "server_id": server} for n in number],
            }
        }
    )
    for one in fault:
        fleet.simulator.fault(operation="ListVolumes", service=BM, **one)
    found = fleet.inventory({"sources": ["bm_volumes"]}).succeeded()
    volumes = [volume["id"] for volume in found.hosts["west-db3"]["scp_bm_volumes"]]
    assert sorted(volumes) == sorted(f"more-{n}" for n in number)
    assert all(one["fired"] for one in fleet.simulator.faults())


@pytest.mark.newest_core
def test_what_a_list_does_not_show_yet(fleet: Controller) -> None:
    """A server is there as soon as the list has it."""
    fleet.simulator.scale(0)
    fleet.simulator.fault("list_lag", seconds=30, operation="ListVolumes")
    config = {"sources": ["bm_volumes"]}
    assert names(fleet.inventory(config)) == set()
    fleet.simulator.advance(40)
    assert names(fleet.inventory(config)) == {"west-db1", "west-db2"}


@pytest.mark.newest_core
def test_mistakes_are_reported(fleet: Controller) -> None:
    """One error that says what to do, and no inventory."""
    for config, reported in (
        ({"source": ["backups"]}, "There is no option 'source', did you mean sources?"),
        ({"filters": {"server": "x"}}, "filters has no 'server', did you mean server_id?"),
        ({"filters": {"server_name": 5}}, "filters has 5 for server_name. Give a text, or a list of texts."),
        (
            {"filters": {"server_name": " "}},
            "filters has an empty text for server_name. Give a pattern, or leave it out.",
        ),
        ({"sources": ["volumes"]}, "sources"),
        ({"hostnames": ["nam"]}, "hostnames"),
        ({"regions": ["kr-north9"], "sources": ["backups"]}, "Cannot read backups in kr-north9: ListBackups of backup"),
        ({"regions": [WEST, "kr west"], "unreadable": "warn"}, "region 'kr west' is not a name of a region"),
        ({"secret_key": WRONG}, "Cannot read bm_volumes in kr-west1: ListVolumes of baremetal-blockstorage"),
        (
            {"endpoint_url": f"http://robot:{WRONG}[x@127.0.0.1"},
            "endpoint_url contains a user or password before an @.",
        ),
    ):
        failed = fleet.inventory(config, environ={"SCP_AUTH_URL": None})
        assert failed.rc != 0, config
        assert "Traceback" not in failed.stderr
        assert flat(reported) in flat(failed.stderr), failed.stderr
        assert WRONG not in failed.output
        # Nothing can be read, so nothing is left to go on with.
        assert "setunreadable" not in flat(failed.stderr)


@pytest.mark.newest_core
def test_what_an_account_is_not_entitled_to(fleet: Controller) -> None:
    """It fails the inventory, unless half an inventory is asked for; that is reported, and never cached."""
    pair = next(pair for pair in PAIRS if "filestorage" not in pair["entitlements"])
    simulator = fleet.simulator
    account = pair["account_id"]
    simulator.patch_world({BM: {"volumes": [{"id": "theirs", "name": "theirs", "account_id": account}]}})
    simulator.patch_world({BM: {"attachments": [{"volume_id": "theirs", "server_id": ids(simulator)["west-db9"]}]}})
    config: dict[str, Any] = {
        "access_key": pair["access_key"],
        "secret_key": pair["secret_key"],
        "sources": ["filestorage_volumes", "bm_volumes"],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(fleet.folder / "cache"),
    }
    environ = {"SCP_AUTH_URL": None}
    failed = fleet.inventory(config, environ=environ)
    assert failed.rc != 0
    for reported in (
        "Cannot read filestorage_volumes in kr-west1",
        "not entitled to filestorage in kr-west1",
        "leave it out of sources, or set unreadable to warn",
    ):
        assert flat(reported) in flat(failed.stderr)
    for choice in ("warn", "ignore"):
        found = fleet.inventory({**config, "unreadable": choice}, environ=environ)
        assert found.rc == 0
        warned = flat("goes on without filestorage_volumes in kr-west1") in flat(found.stderr)
        assert warned is (choice == "warn")
        assert set(found.hosts) == {"west-db9"}
        assert found.calls
    nothing = fleet.inventory({**config, "unreadable": "ignore", "sources": ["filestorage_volumes"]}, environ=environ)
    assert nothing.rc != 0
    # A service that is away for a while must cost no host.
    simulator.fault("status", status=503, service=BM, times=None)
    both = ["bm_volumes", "backups"]
    away = fleet.inventory({"unreadable": "warn", "sources": both, "max_retries": 0}, environ=environ)
    assert away.rc != 0
    assert flat("Cannot read bm_volumes in kr-west1") in flat(away.stderr)


def test_where_keys_come_from(fleet: Controller) -> None:
    """Options, also as templates and vaulted; before the environment, the Terraform provider's, and files."""
    simulator = fleet.simulator
    secret = fleet.folder / "vault-password"
    secret.write_text("made-up")
    vaulted = subprocess.run(
        [str(PROGRAMS / "ansible-vault"), "encrypt_string", "--vault-password-file", str(secret), simulator.secret_key],
        env=fleet.environ,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    file = fleet.folder / "vaulted.scp_storage.yaml"
    file.write_text(
        "plugin: scp.storage.scp_storage\nsources: [bm_volumes]\naccess_key: '{{ key }}'\nregions: '{{ where }}'\n"
        f"secret_key: {vaulted}\n"
    )
    nothing: dict[str, str | None] = {"SCP_ACCESS_KEY": WRONG, "SCP_SECRET_KEY": WRONG, "SCP_REGION": None}
    extra = json.dumps({"key": simulator.access_key, "where": [EAST, WEST]})
    arguments = ("--vault-password-file", str(secret), "--extra-vars", extra, "-vvvv")
    found = fleet.inventory(str(file), *arguments, environ=nothing)
    assert found.rc == 0, found.output
    assert {call["region"] for call in found.calls} == {EAST, WEST}
    for hidden in (simulator.secret_key, WRONG):
        assert hidden not in found.output

    pair = {"ACCESS_KEY": simulator.access_key, "SECRET_KEY": simulator.secret_key}
    terraform = {f"SCP_TF_{name}": value for name, value in pair.items()} | {"SCP_TF_DEFAULT_REGION": EAST}
    config = {"sources": ["bm_volumes"]}
    none = {"SCP_ACCESS_KEY": None, "SCP_SECRET_KEY": None, "SCP_REGION": None}
    assert names(fleet.inventory(config, environ={**none, **terraform})) == {"east-db1"}
    folder = fleet.home / ".scpconf"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"default-region": WEST}))
    (folder / "credentials.json").write_text(
        json.dumps({"access-key": simulator.access_key, "secret-key": simulator.secret_key})
    )
    assert names(fleet.inventory(config, environ=none)) == {"west-db1", "west-db2"}
    # What is empty is not given, whatever type it is to have.
    blank = {
        "secret_key": "",
        "access_key": " ",
        "endpoint_url": None,
        "timeout": "",
        "environment": "",
        "profile": "{{ none }}",
    }
    assert names(fleet.inventory({**config, **blank}, environ=none)) == {"west-db1", "west-db2"}


def test_a_playbook_uses_it(fleet: Controller) -> None:
    """Texts of the service are texts, also in templates of templates; and another plugin leaves the file alone."""
    path = fleet.inventory_file({"sources": ["bm_volumes", "backups"]}, "my.scp_storage.yml")
    simulator = fleet.simulator
    odd = {"id": "odd", "name": "odd", "server_name": f"west {TEMPLATE}", "server_uuid": ids(simulator)["west-web2"]}
    simulator.patch_world({"backup": {"backups": [odd]}})
    reported = "{{ inventory_hostname }} {{ scp_bm_volumes | map(attribute='name') | sort | join(',') }} {{ scp_name }}"
    debug = {"ansible.builtin.debug": {"msg": "{{ shown }}"}, "vars": {"shown": reported}, "connection": "local"}
    play = {"hosts": "all", "gather_facts": False, "tasks": [debug]}
    run = fleet.playbook([play], arguments=["-i", path]).succeeded()
    messages = {result.host: result.message for result in run}
    assert messages["west-db2"] == f"west-db2 bm-shared,{TEMPLATE} west-db2"
    assert messages["server_west____1_1___"] == f"server_west____1_1___  west {TEMPLATE}"
    assert fleet.inventory(str(path).replace("my.scp_storage.yml", "absent.scp_storage.yml")).rc != 0
    other = Path(path).rename(fleet.folder / "my.yml")
    refused = fleet.inventory(str(other), environ={"ANSIBLE_INVENTORY_ENABLED": "scp.storage.scp_storage"})
    assert refused.rc != 0
    assert "scp_storage.yml" in refused.stderr or "my.yml" in refused.stderr


def test_server_called_like_a_group_gets_another_name(controller: Controller) -> None:
    """Groups of the file, keyed ones, and those of an earlier inventory; none of them gets a wrong member."""
    called = ("attached", "region_kr_west1", "databases", "db1")
    servers = [{"id": f"id-{name}", "name": name, "type": "BM", "region": WEST} for name in called]
    volumes = [{"id": f"v-{name}", "name": f"v-{name}"} for name in called[:3]]
    attachments = [{"volume_id": f"v-{name}", "server_id": f"id-{name}"} for name in called[:3]]
    controller.simulator.patch_world(
        {
            "servers": servers,
            BM: {"volumes": volumes, "attachments": attachments},
            "backup": {"agents": [{"server_uuid": "id-db1", "server_name": "db1"}]},
        }
    )
    other = controller.folder / "other.ini"
    other.write_text("[databases]\nelsewhere volumes=9\n")
    config: dict[str, Any] = {
        "sources": ["bm_volumes", "backup_agents"],
        "strict": True,
        "compose": {"volumes": "scp_bm_volumes | length"},
        "groups": {"attached": "scp_bm_volumes | length > 0"},
        "keyed_groups": [
            {"key": "scp_region", "prefix": "region", "parent_group": "regions"},
            {"key": "inventory_hostname", "prefix": "", "separator": ""},
        ],
    }
    first, second = config["keyed_groups"]
    path = controller.inventory_file({**config, "keyed_groups": [first]})
    found = controller.inventory(str(other), "-i", path)
    assert found.rc == 0, found.output
    renamed = {f"{name}.{WEST}" for name in called[:3]}
    assert set(found.hosts) == {*renamed, "db1", "elsewhere"}
    assert set(found.group("attached")) == renamed
    assert set(found.group("region_kr_west1")) == {*renamed, "db1"}
    assert found.group("databases") == ["elsewhere"]
    assert {name: int(host["volumes"]) for name, host in found.hosts.items()} == {
        **dict.fromkeys(renamed, 1),
        "db1": 0,
        "elsewhere": 9,
    }
    for name in called[:3]:
        assert flat(f"Host {name} is called {name}.{WEST}, because there is a group {name} too") in flat(found.stderr)
    each = controller.inventory({**config, "keyed_groups": [first, second]})
    assert each.rc == 0, each.output
    assert set(each.hosts) == {f"{name}.{WEST}" for name in called}


def test_zones_of_a_newer_api_version(fleet: Controller) -> None:
    """Versions without zones show none; newer ones make groups of them."""
    fleet.simulator.switch(generations="both")
    options = {"sources": ["bm_volumes"], "keyed_groups": [{"key": "scp_zones", "prefix": "zone"}]}
    old = fleet.inventory({**options, "api_versions": "oldest"}).succeeded()
    assert old.hosts["west-db1"]["scp_zones"] == []
    new = fleet.inventory({**options, "api_versions": "newest"}).succeeded()
    database = new.hosts["west-db1"]
    assert database["scp_zones"] == ["kr-west1-a"]
    assert {volume["zone"] for volume in database["scp_bm_volumes"]} == {"kr-west1-a"}
    assert "west-db1" in new.group("zone_kr_west1_a")
