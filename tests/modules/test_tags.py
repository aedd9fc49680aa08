# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags are kept: what someone changed by hand is put right, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from ansible_collections.scp.storage.plugins.module_utils.resources.tags import Tagged
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task

WEB = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
TEAM = {"team": "web"}
#: By module: what creates a resource, the key of its result, and the table of the simulator that has it.
TAGGED: dict[str, tuple[dict[str, Any], str, str]] = {
    "scp_filestorage_volume": (WEB, "volume", "filestorage.volumes"),
    "scp_pfs_volume": ({"name": "web_data", "capacity_tb": 5}, "volume", "parallel-filestorage.volumes"),
    "scp_bm_volume": (
        {"name": "web", "size_gb": 10, "disk_type": "HDD"},
        "volume",
        "baremetal-blockstorage.volumes",
    ),
    "scp_archive_bucket": ({"name": "web-archive"}, "bucket", "archivestorage.buckets"),
    "scp_backup_agent": ({"server": "west-web1", "server_category": "VIRTUAL_SERVER"}, "agent", "backup.agents"),
    "scp_backup": (
        {
            "name": "web-image",
            "server": "west-web1",
            "server_category": "VIRTUAL_SERVER",
            "policy_category": "AGENTLESS",
            "schedules": [{"type": "FULL", "frequency": "DAILY", "start_time": "03:00"}],
        },
        "backup",
        "backup.backups",
    ),
}


def volume_id(runner: ModuleRunner, tags: Mapping[str, str] | None = None) -> str:
    """Create the volume, with tags, and return its id."""
    args = {**WEB, **({"tags": dict(tags)} if tags else {})}
    return str(runner.run_task("scp_filestorage_volume", args).result["volume"]["id"])


@pytest.mark.parametrize("module", TAGGED)
def test_tags_changed_by_hand_are_put_right(runner: ModuleRunner, module: str) -> None:
    args, key, table = TAGGED[module]
    args = {**args, "tags": TEAM}
    if module == "scp_bm_volume":
        server = runner.simulator.server("west-db1")
        args["attachments"] = [{"object_type": server["type"], "object_id": server["id"]}]
    made = runner.run_task(module, args)
    assert not made.failed, made.message
    assert made.result[key]["tags"] == TEAM
    again = runner.run_task(module, args)
    assert (again.changed, again.writes) == (False, [])
    identifier = str(made.result[key]["id"])
    runner.simulator.set_tags(table, identifier, {"team": "db", "cost": "7"})
    predicted = runner.run([task(module, args, check=True, diff=True)])[0]
    assert (predicted.operations, predicted.writes) == (["UpdateComponentsTags"], [])
    assert predicted.result["diff"]["before"]["tags"] == {"cost": "7", "team": "db"}
    assert predicted.result["diff"]["after"]["tags"] == {"cost": "7", "team": "web"}
    assert runner.run_task(module, args).accepted == ["UpdateComponentsTags"]
    assert runner.simulator.tags(table, identifier) == {"team": "web", "cost": "7"}
    purged = runner.run_task(module, {**args, "purge_tags": True})
    assert purged.accepted == ["DeleteComponentsTag"]
    assert runner.simulator.tags(table, identifier) == TEAM


@pytest.mark.parametrize("bulk", ["merge", "replace"])
def test_tags_of_others_stay_whatever_a_bulk_change_does(runner: ModuleRunner, bulk: str) -> None:
    """Whether the call adds tags or replaces all of them is not known."""
    runner.simulator.switch(tags_bulk=bulk)
    identifier = volume_id(runner, {"team": "web", "cost": "7"})
    runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": {"team": "db", "stage": "live"}})
    expected = {"team": "db", "cost": "7", "stage": "live"}
    assert runner.simulator.tags("filestorage.volumes", identifier) == expected


def test_task_without_tags_asks_nothing_of_resource_manager(runner: ModuleRunner) -> None:
    runner.simulator.switch(denied="resourcemanager")
    made = runner.run_task("scp_filestorage_volume", WEB)
    again = runner.run_task("scp_filestorage_volume", WEB)
    assert not made.failed
    assert not again.failed
    assert not again.changed
    assert {call["service"] for call in (*made.calls, *again.calls)} == {"filestorage"}


def test_tags_that_may_not_be_read(runner: ModuleRunner) -> None:
    """The creation takes them without asking Resource Manager. To compare them is another permission."""
    runner.simulator.switch(denied="resourcemanager")
    made = runner.run_task("scp_filestorage_volume", {**WEB, "tags": TEAM})
    assert made.changed
    assert not made.failed
    (warning,) = made.result["warnings"]
    assert "The tags were sent with the creation." in warning
    again = runner.run_task("scp_filestorage_volume", {**WEB, "tags": TEAM})
    assert again.failed
    assert again.writes == []
    for words in ("The tags cannot be compared", "resourcemanager", "leave out tags"):
        assert words in again.message
    assert again.result["error"]["operation"] == "ListComponentsTags"


@pytest.mark.parametrize("delay", [0, 20])
def test_new_resource_is_tagged_once_resource_manager_knows_it(runner: ModuleRunner, delay: float) -> None:
    """A task waits until the tags that it created are listed, so that the next one does not set them again."""
    runner.simulator.switch(resource_delay_seconds=delay)
    made = runner.run_task("scp_filestorage_volume", {**WEB, "tags": TEAM})
    assert made.accepted == ["CreateVolume"]
    again = runner.run_task("scp_filestorage_volume", {**WEB, "tags": TEAM})
    assert (again.changed, again.writes) == (False, [])


def test_what_has_tags_passes_everything_on_to_the_resource() -> None:
    """A method that is missing would be the default one, which does nothing."""
    public = {name for name in vars(Resource) if not name.startswith("_")}
    created = {"for_task", "shown_by"}
    # The inner resource uses these to predict responses.
    predicting = {"kind", "settled_state", "deletable", "listed", "further_responses"}
    assert "planned_responses" in vars(Tagged)
    assert public - vars(Tagged).keys() == created | predicting


@pytest.mark.parametrize(
    ("module", "args", "option"),
    [
        (
            "scp_filestorage_volume",
            {**WEB, "access_rules": [{"object_type": "VM", "object_name": "west-web1"}]},
            "access_rules",
        ),
        (
            "scp_bm_volume",
            {**TAGGED["scp_bm_volume"][0], "attachments": [{"object_type": "BM", "object_name": "west-db1"}]},
            "attachments",
        ),
        (
            "scp_pfs_volume",
            {
                **TAGGED["scp_pfs_volume"][0],
                "access_rules": [{"object_type": "GPU_NODE", "object_name": "west-gpunode1"}],
            },
            "access_rules",
        ),
    ],
)
def test_names_of_servers_beside_tags(runner: ModuleRunner, module: str, args: dict[str, Any], option: str) -> None:
    args = {**args, "tags": TEAM}
    made = runner.run_task(module, args)
    assert made.changed, made.message
    (shown,) = made.result["volume"][option]
    assert (
        shown["id" if option == "attachments" else "object_id"]
        == runner.simulator.server(args[option][0]["object_name"])["id"]
    )
    again = runner.run_task(module, args)
    assert (again.changed, again.writes) == (False, [])


def test_creation_does_not_wait_indefinitely_for_resource_manager(runner: ModuleRunner) -> None:
    runner.simulator.switch(resource_delay_seconds=100_000)
    made = runner.run_task("scp_filestorage_volume", {**WEB, "tags": TEAM})
    assert (made.failed, made.accepted) == (False, ["CreateVolume"]), made.message
    assert made.reads.count("ListComponentsTags") <= 15


def test_tags_for_a_resource_that_is_not_known_yet_wait_for_it(runner: ModuleRunner) -> None:
    runner.simulator.switch(resource_delay_seconds=15)
    volume_id(runner)
    run = runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": TEAM})
    assert run.accepted == ["UpdateComponentsTags"], run.message
    never = runner.simulator
    never.switch(resource_delay_seconds=100_000)
    runner.run_task("scp_filestorage_volume", {**WEB, "name": "other"})
    refused = runner.run_task("scp_filestorage_volume", {"name": "other", "tags": TEAM})
    assert refused.failed
    assert "Resource Manager does not know this resource. Run the task again later." in refused.message


def test_refused_tags_are_not_called_an_unknown_resource(runner: ModuleRunner) -> None:
    volume_id(runner)
    runner.simulator.fault("status", operation="UpdateComponentsTags", status=400)
    refused = runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": TEAM})
    assert refused.failed
    assert "400" in refused.message
    assert "does not know this resource" not in refused.message


@pytest.mark.parametrize("key", [".", ".."])
def test_tag_whose_key_no_path_can_have_is_not_removed(runner: ModuleRunner, key: str) -> None:
    """Programs take the key for a folder, so the call would go to another address."""
    volume = volume_id(runner)
    odd = {key: "x", "a/b c": "1", "../volume": "2", "bulk": "3", "한국 어": "값"}
    assert runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": odd}).changed
    refused = runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": {}, "purge_tags": True})
    assert refused.failed
    assert refused.writes == []
    assert f"The tag {key!r} cannot be removed by a call" in refused.message
    kept = {"name": "web_data", "tags": {key: "x"}, "purge_tags": True}
    assert runner.run_task("scp_filestorage_volume", kept).accepted == ["DeleteComponentsTag"] * 4
    assert runner.simulator.tags("filestorage.volumes", volume) == {key: "x"}


@pytest.mark.parametrize("bulk", ["merge", "replace"])
@pytest.mark.parametrize("purge", [False, True])
def test_tags_are_not_set_before_those_that_are_there_are_known(runner: ModuleRunner, bulk: str, purge: bool) -> None:
    """Resource Manager lists a resource late. Its other tags would be lost, or stay although they are purged."""
    runner.simulator.switch(tags_bulk=bulk)
    volume = volume_id(runner, {"owner": "someone"})
    runner.simulator.fault("status", operation="ListComponentsTags", status=404, times=3)
    args = {"name": "web_data", "tags": TEAM, "purge_tags": purge}
    run = runner.run_task("scp_filestorage_volume", args)
    assert run.changed, run.message
    assert run.accepted == [*(["DeleteComponentsTag"] if purge else []), "UpdateComponentsTags"]
    assert runner.simulator.tags("filestorage.volumes", volume) == {**({} if purge else {"owner": "someone"}), **TEAM}
    again = runner.run_task("scp_filestorage_volume", args)
    assert (again.changed, again.writes) == (False, [])


def test_list_without_a_resource_is_not_taken_for_one_without_tags(runner: ModuleRunner) -> None:
    runner.simulator.switch(tags_bulk="replace")
    volumes = [{**WEB, "kind": "filestorage_volume", "name": f"web{number}"} for number in range(3)]
    tagged = [{**one, "tags": {"owner": "someone"}} for one in volumes]
    assert runner.run_task("scp_storage_apply", {"resources": tagged}).changed
    runner.simulator.fault("status", operation="ListComponentsTags", status=404, times=3)
    runner.simulator.fault("drop", operation="ListTags", times=None)
    mine = [{**one, "tags": TEAM} for one in volumes]
    assert runner.run_task("scp_storage_apply", {"resources": mine}).changed
    runner.simulator.clear_faults()
    listed = runner.run_task("scp_filestorage_volume_info", {"gather": ["tags"]}).result["volumes"]
    assert [one["tags"] for one in listed] == [{"owner": "someone", **TEAM}] * 3


@pytest.mark.parametrize("tags", [TEAM, {}])
def test_tags_of_a_resource_that_stays_unknown_are_not_touched(runner: ModuleRunner, tags: dict[str, str]) -> None:
    volume_id(runner, {"owner": "someone"})
    runner.simulator.fault("status", operation="ListComponentsTags", status=404, times=None)
    run = runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": tags, "purge_tags": True})
    assert run.failed
    assert run.writes == []
    assert "Resource Manager does not know this resource. Run the task again later." in run.message


def test_too_many_tags_are_refused_before_anything_is_sent(runner: ModuleRunner) -> None:
    volume_id(runner, {f"key{number}": "" for number in range(40)})
    more = {f"more{number}": "" for number in range(20)}
    run = runner.run_task("scp_filestorage_volume", {"name": "web_data", "tags": more})
    assert run.failed
    assert run.writes == []
    assert "would have 60 with the tags of the task. The limit is 50" in run.message


def test_thousand_volumes_with_tags_are_read_in_few_calls(runner: ModuleRunner) -> None:
    volumes = [
        {
            "id": f"00000000-0000-0000-0000-{number:012}",
            "name": f"volume{number}_aaaaaa",
            "type_name": "SSD",
            "tags": [{"key": "number", "value": str(number)}, {"key": "odd", "value": str(number % 2)}],
        }
        for number in range(1000)
    ]
    runner.simulator.patch_world({"filestorage": {"volumes": volumes}})
    run = runner.run_task("scp_filestorage_volume_info", {"tags": {"odd": "1", "number": "7"}, "gather": ["tags"]})
    assert [one["base_name"] for one in run.result["volumes"]] == ["volume7"]
    assert run.result["volumes"][0]["tags"] == {"number": "7", "odd": "1"}
    assert run.reads.count("ListTags") <= 10
    assert len(run.reads) <= 10
    resources = [
        {"kind": "filestorage_volume", "name": f"volume{number}", "tags": {"odd": str(number % 2)}}
        for number in range(200)
    ]
    apply = runner.run_task("scp_storage_apply", {"resources": resources})
    assert (apply.changed, apply.writes) == (False, [])
    assert apply.reads.count("ListTags") <= 10
    assert "ListComponentsTags" not in apply.reads


def test_loop_over_volumes_with_tags_shares_a_list(runner: ModuleRunner) -> None:
    names = [f"web_{number}" for number in range(10)]
    args = {**WEB, "name": "{{ item }}", "tags": TEAM}
    runner.run([task("scp_filestorage_volume", args, loop=names)])
    again = runner.run([task("scp_filestorage_volume", args, loop=names)])[0]
    assert not any(item.changed for item in again.items)
    tag_reads = [name for name in again.reads if name in ("ListTags", "ListComponentsTags")]
    assert sorted(tag_reads) == ["ListComponentsTags", "ListTags"]


def test_mistake_about_the_resource_is_explained(runner: ModuleRunner) -> None:
    by_name = {"service": "filestorage", "resource_type": "volume", "name": "web_data", "tags": TEAM}
    for args, words in (
        (by_name, "Resource Manager does not know filestorage volume 'web_data' in kr-west1"),
        ({"name": "web_data", "tags": TEAM}, "Give service and resource_type together with resource_id or name"),
        ({"srn": "filestorage/web_data", "tags": TEAM}, "is not a valid SRN. Expected for example srn:e::"),
    ):
        run = runner.run_task("scp_tag", args)
        assert run.failed
        assert words in run.message
    absent = runner.run_task("scp_tag", {**by_name, "state": "absent"})
    assert not absent.failed
    assert not absent.changed


def test_several_resources_of_a_name_are_listed(runner: ModuleRunner) -> None:
    """An entry can outlive its resource, and have the name of its successor."""
    runner.simulator.switch(resource_stale_seconds=3600)
    volume_id(runner, TEAM)
    runner.run_task("scp_filestorage_volume", {"name": "web_data", "state": "absent"})
    identifier = volume_id(runner, TEAM)
    args = {"service": "filestorage", "resource_type": "volume", "name": "web_data", "tags": {"team": "db"}}
    run = runner.run_task("scp_tag", args)
    assert run.failed
    assert "fits 2 resources of filestorage in kr-west1" in run.message
    assert identifier in run.message
    assert "can list a resource for some time after its deletion; resource_id takes the id." in run.message
    assert "remove it" not in run.message
    # Modules take the volume that there is.
    assert runner.run_task("scp_filestorage_volume", {**WEB, "tags": {"team": "db"}}).changed


def test_tags_by_srn(runner: ModuleRunner) -> None:
    volume_id(runner, TEAM)
    (found,) = runner.run_task("scp_tag_info", {"tags": TEAM}).result["resources"]
    assert (found["service"], found["resource_type"], found["tags"]) == ("filestorage", "volume", TEAM)
    run = runner.run_task("scp_tag", {"srn": found["srn"], "tags": {"team": "db"}})
    assert run.accepted == ["UpdateComponentsTags"]
    assert runner.run_task("scp_tag_info", {"tags": TEAM}).result["resources"] == []
