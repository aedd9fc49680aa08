# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups, in playbooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, TaskResult
from tests.integration.inventory_data import EAST, PAIRS, TEMPLATE, WEST, populate

#: Kinds in their full and their short forms, by the name of a volume of each.
KINDS = {
    "web_data": ("filestorage_volume", "filestorage"),
    "train": ("pfs_volume", "pfs"),
    "bm-data": ("bm_volume", "bm"),
}
VOLUME, QUERY = "scp.storage.scp_volume", "scp.storage.scp_query"
WRONG = "quite-another-secret-0123456789"


def debug(name: str, expression: str, **keywords: Any) -> dict[str, Any]:
    """A task that shows what an expression is."""
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}, **keywords}


@pytest.fixture
def fleet(controller: Controller) -> Controller:
    """A controller of a world with volumes of every kind."""
    populate(controller.simulator)
    twin = {"id": "bm-twin", "name": "train", "state": "AVAILABLE"}
    going = {"id": "fs-going", "name": "web_data_bbbbbb", "state": "deleting"}
    controller.simulator.patch_world(
        {
            "filestorage": {
                "volumes": [going, *({"id": f"fs-{n}", "name": f"double_{n}{n}{n}{n}{n}{n}"} for n in (1, 2))]
            },
            "baremetal-blockstorage": {"volumes": [twin]},
        }
    )
    return controller


def shown(run: Run, name: str) -> Any:
    """What a task showed; before 2.19 what a template makes of a number or a truth is a text."""
    found = run[name].result["msg"]
    return found if isinstance(found, (list, dict)) else str(found)


def calls(result: TaskResult) -> list[str]:
    """The calls of a task, in a fixed order."""
    return sorted(f"{call['service']}.{call['operation']}" for call in result.in_a_version)


def test_volumes(fleet: Controller) -> None:
    """By name or id, of a kind or of any, in any region; each with all that its service shows."""
    uuid = "11111111-2222-3333-4444-555555555555"
    fleet.simulator.patch_world({"filestorage": {"volumes": [{"id": uuid, "name": "by_uuid_cccccc"}]}})
    odd = {"id": "0123456789abcdef0123456789abcdef", "name": TEMPLATE, "state": "AVAILABLE"}
    fleet.simulator.patch_world({"baremetal-blockstorage": {"volumes": [odd]}})
    run = fleet.run(
        [
            debug("any", f"lookup('{VOLUME}', 'web_data')"),
            debug("train", f"lookup('{VOLUME}', 'train', kind='pfs')"),
            debug("size", f"lookup('{VOLUME}', 'bm-data').size_gb"),
            *(
                debug(kind, f"lookup('{VOLUME}', '{name}', kind='{kind}').kind")
                for name, kinds in KINDS.items()
                for kind in kinds
            ),
            debug("id", f"lookup('{VOLUME}', '{uuid}').base_name"),
            debug(
                "several", f"query('{VOLUME}', 'bm-data', 'bm-shared', kind='bm_volume') | map(attribute='name') | list"
            ),
            debug("list", f"lookup('{VOLUME}', ['bm-data'], kind='bm', wantlist=true) | length"),
            debug("elsewhere", f"lookup('{VOLUME}', 'web_data_zzzzzz', region='{EAST}').path"),
            debug("default", f"lookup('{VOLUME}', 'absent', default=false)"),
            debug("odd", f"lookup('{VOLUME}', '{odd['id']}').name"),
            debug(
                "loop",
                f"lookup('{VOLUME}', item, kind='bm').id",
                loop=["bm-data", "bm-shared", "bm-data"],
            ),
            debug(
                "cached",
                f"lookup('{VOLUME}', item, kind='bm', cache=true).id",
                loop=["bm-data", "bm-shared", "bm-data"],
            ),
            debug("with", "item.name", **{f"with_{VOLUME}": ["bm-data", "bm-shared"]}),
            debug("none of them", f"query('{VOLUME}', [])"),
            debug(
                "not yet",
                "1",
                register="there",
                until=f"lookup('{VOLUME}', 'absent', kind='bm', default=false, cache=true) or there.attempts == 2",
                retries=2,
                delay=0,
            ),
        ]
    ).succeeded()
    volume = shown(run, "any")
    assert (volume["id"], volume["base_name"], volume["kind"], volume["region"], volume["path"]) == (
        "fs-web",
        "web_data",
        "filestorage_volume",
        WEST,
        "10.1.1.1:/scp_web_data_2m060u",
    )
    assert (shown(run, "train")["mount_path"], shown(run, "train")["kind"]) == ("10.3.1.1@o2ib:/t", "pfs_volume")
    for full, *short in KINDS.values():
        assert [shown(run, kind) for kind in (full, *short)] == [full] * (1 + len(short))
    assert calls(run["train"]) == ["parallel-filestorage.ListVolumes", "parallel-filestorage.ShowVolume"]
    assert [shown(run, name) for name in ("size", "id", "several", "list", "elsewhere", "default", "odd")] == [
        "100",
        "by_uuid",
        ["bm-data", "bm-shared"],
        "1",
        "10.2.1.1:/scp_east",
        "False",
        TEMPLATE,
    ]
    looped = ["baremetal-blockstorage.ListVolumes", "baremetal-blockstorage.ShowVolume"]
    assert calls(run["loop"]) == sorted(looped * 3)
    assert calls(run["cached"]) == sorted(looped * 2)
    assert [item.result["msg"] for item in run["cached"].items] == ["bm-data", "bm-shared", "bm-data"]
    assert [item.result["msg"] for item in run["with"].items] == ["bm-data", "bm-shared"]
    assert (shown(run, "none of them"), run["none of them"].calls) == ([], [])
    # What is not there is looked for again; each time with the service's filter and without it.
    assert calls(run["not yet"]) == looped[:1] * 4


def test_queries(fleet: Controller) -> None:
    """Any list, with its filters and parameters, to its end; what JMESPath finds are results as they are."""
    fleet.simulator.fault("page_cap", count=2)
    run = fleet.run(
        [
            debug("all", f"query('{QUERY}', 'bm.ListVolumes')"),
            debug("names", f"query('{QUERY}', 'baremetal-blockstorage.ListVolumes', query='[].name') | sort"),
            debug("filter", f"query('{QUERY}', 'bm.ListVolumes', params={{'object_name': 'west-db2'}}) | length"),
            debug("path", f"query('{QUERY}', 'ListBackupHistories', params={{'backup_id': 'web-image'}}) | length"),
            debug("number", f"lookup('{QUERY}', 'ListBackups', query='length(@)')"),
            debug("nothing", f"query('{QUERY}', 'ListBackups', query='[0].nothing')"),
            debug("wantlist", f"lookup('{QUERY}', 'ListBackups', query='sort([].name)[0]', wantlist=true)"),
            debug("two", f"query('{QUERY}', 'filestorage.ListVolumes', 'pfs.ListVolumes') | length"),
            debug("elsewhere", f"query('{QUERY}', 'bm.ListVolumes', query='[].name', region='{EAST}')"),
            debug("cached", f"query('{QUERY}', 'ListBackups', query=item, cache=true)", loop=["[].name", "[].id"]),
            debug("uncached", f"query('{QUERY}', 'ListBackups', query=item)", loop=["[].name", "[].id"]),
        ]
    ).succeeded()
    assert {volume["id"] for volume in shown(run, "all")} == {"bm-data", "bm-shared", "bm-odd", "bm-free", "bm-twin"}
    assert shown(run, "names") == ["bm-data", "bm-free", "bm-shared", "train", TEMPLATE]
    assert [shown(run, name) for name in ("filter", "path", "number", "nothing", "wantlist", "two", "elsewhere")] == [
        "2",
        "3",
        "2",
        [],
        ["app-image"],
        "6",
        ["bm-east"],
    ]
    assert len(run["cached"].in_a_version) == 1
    assert len(run["uncached"].in_a_version) == 2


def test_queries_of_servers_networks_and_tags(fleet: Controller) -> None:
    """Lists of services beside storage, page by page as well; Resource Manager has no regions."""
    fleet.simulator.set_tags("filestorage.volumes", "fs-1", {"team": "web"})
    fleet.simulator.set_tags("baremetal-blockstorage.volumes", "bm-twin", {"team": "ml"})
    fleet.simulator.fault("page_cap", count=2)
    lists = ("virtualserver.ListVirtualServers", "ListBaremetals", "ListGpuNodes", "ListVpcEndpoints", "ListSubnets")
    tags = "query='sort_by(@, &value)[].value'"
    tasks = [debug(name, f"query('{QUERY}', '{name}', region='{WEST}')") for name in lists]
    tasks += [
        debug("name", f"query('{QUERY}', 'ListBaremetals', params={{'server_name': 'west-db2'}}) | length"),
        debug("tags", f"query('{QUERY}', 'ListTags', params={{'key': 'team'}}, {tags})"),
        debug("east", f"query('{QUERY}', 'resourcemanager.ListTags', params={{'key': 'team', 'region': '{EAST}'}})"),
        debug("resources", f"query('{QUERY}', 'ListResources', params={{'service_name': 'filestorage'}})"),
    ]
    run = fleet.run(tasks).succeeded()
    world = fleet.simulator.world()
    here = [server for server in world["servers"] if server.get("region", WEST) == WEST]
    seen = {one["id"] for name in lists for one in shown(run, name)}
    expected = {one["id"] for one in here}
    assert expected <= seen
    assert {one["id"] for one in world["subnets"] if one.get("region", WEST) == WEST} <= seen
    assert (shown(run, "name"), shown(run, "tags"), shown(run, "east")) == ("1", ["ml", "web"], [])
    volumes = {one["id"] for one in world["filestorage"]["volumes"] if not one.get("removed")}
    assert {one["id"] for one in shown(run, "resources")} <= volumes
    assert len(shown(run, "resources")) >= 2
    assert not [call for call in run.calls if call["write"]]


MISTAKES = {
    f"lookup('{VOLUME}', 'absent')": "There is no File Storage volume, Parallel File Storage volume or Block Storage"
    " (BM) volume with the name or id 'absent' in kr-west1. Check its spelling, the region, and the account of the key",
    f"lookup('{VOLUME}', 'double')": "'double' fits 2 File Storage volumes in kr-west1: double_111111 (fs-1), created",
    f"lookup('{VOLUME}', 'train')": "'train' fits 2 volumes in kr-west1: Parallel File Storage volume train_7h2k1q"
    " (pfs-train); Block Storage (BM) volume train (bm-twin). Give kind, or the id of the one you mean.",
    f"lookup('{VOLUME}', '')": "scp_volume wants names or ids of volumes, each as a text that is not empty.",
    f"lookup('{VOLUME}', 'x', kinds='bm')": "scp_volume has no option 'kinds', did you mean kind?",
    f"lookup('{VOLUME}', 'x', secret_key=wrong)": "The signature does not fit: check secret_key",
    f"lookup('{QUERY}', 'ListVolumes')": "'ListVolumes' is an operation of several services. Give one:"
    " baremetal-blockstorage.ListVolumes, filestorage.ListVolumes, parallel-filestorage.ListVolumes.",
    f"lookup('{QUERY}', 'bm.ListVolume')": "'bm.ListVolume' is not an operation of baremetal-blockstorage, did you mean"
    " ListVolumes?",
    f"lookup('{QUERY}', 'bm.ShowVolume')": "'bm.ShowVolume' is not a list operation of baremetal-blockstorage",
    f"lookup('{QUERY}', 'filestore.ListVolumes')": "There is no service 'filestore' in 'filestore.ListVolumes', did you"
    " mean filestorage?",
    f"lookup('{QUERY}', 'bm.ListVolumes', params={{'nam': 'x'}})": "baremetal-blockstorage.ListVolumes takes no"
    " parameter 'nam', did you mean name? There is name, object_name, sort, volume_group_name.",
    f"lookup('{QUERY}', 'ListBackupHistories')": "backup.ListBackupHistories needs backup_id. Give it in params.",
    f"lookup('{QUERY}', 'ListBackups', query='[')": "query '[' is not a JMESPath expression",
    f"lookup('{QUERY}', 'ListBackups', query='abs(@)')": "query 'abs(@)' does not fit the result",
    f"lookup('{QUERY}', 'ListBackups', region='kr-north9')": "ListBackups of backup in kr-north9 was answered with 404",
}


def test_mistakes(fleet: Controller) -> None:
    """One error that says what to do. The first word of a task is what Ansible's errors makes of it."""
    tasks = [debug(expression, expression, ignore_errors=True, vars={"wrong": WRONG}) for expression in MISTAKES]
    tasks += [
        debug("ignore", f"lookup('{VOLUME}', 'absent', errors='ignore') | default('nothing', true)"),
        debug("warn", f"query('{QUERY}', 'nothing', errors='warn')"),
    ]
    run = fleet.run(tasks, environ={"SCP_AUTH_URL": None}, verbosity=4)
    assert run.rc == 0, run.output
    for expression, reported in MISTAKES.items():
        result = run[expression]
        assert result.failed, expression
        assert reported in " ".join(result.message.split()), (expression, result.message)
    assert shown(run, "ignore") == "nothing"
    assert "'nothing' is not an operation" in " ".join(run.output.split())
    assert not [call for call in run.calls if call["write"]]
    text = run.output + json.dumps([result.result for result in run])
    for secret in (WRONG, fleet.simulator.secret_key, "Scp-Signature"):
        assert secret not in text


@pytest.mark.violations_expected
def test_a_parameter_that_the_service_misses(fleet: Controller) -> None:
    """The service does not name it; the error lists what the operation takes."""
    run = fleet.run([debug("missing", f"lookup('{QUERY}', 'filestorage.ListSnapshots')")])
    assert "ListSnapshots of filestorage in kr-west1 was refused with 400" in run[0].message
    assert "Its parameters are: volume_id." in run[0].message


def test_services_that_an_account_does_not_have(fleet: Controller) -> None:
    """Where any kind may be meant they have no volume; where they are asked for it is an error."""
    pair = next(key for key in PAIRS if "filestorage" not in key["entitlements"])
    given = "access_key=key.access_key, secret_key=key.secret_key"
    theirs = {"id": "theirs", "name": "theirs", "account_id": pair["account_id"], "state": "AVAILABLE"}
    fleet.simulator.patch_world({"baremetal-blockstorage": {"volumes": [theirs]}})
    tasks = [
        debug("any", f"lookup('{VOLUME}', 'theirs', {given}).id", vars={"key": pair}),
        debug("asked", f"lookup('{VOLUME}', 'theirs', kind='filestorage', {given}).id", vars={"key": pair}),
    ]
    for environ in ({"SCP_AUTH_URL": None}, {"SCP_ENDPOINT_URL": None}):
        run = fleet.run(tasks, environ=environ)
        assert shown(run, "any") == "theirs", run.output
        assert "entitled to filestorage" in run["asked"].message or "has no filestorage" in run["asked"].message
