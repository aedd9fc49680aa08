# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What volumes that are mounted have in common, seen in both services that have such volumes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import make_plan
from ansible_collections.scp.storage.plugins.module_utils.resources import (
    filestorage,
    parallel_filestorage,
    shared_volume,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage import volume as files
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage import volume as parallel

CLIENT: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
SERVICES = {
    "filestorage": (files.Volume, files.VolumeState, {"protocol": "NFS", "type_name": "SSD"}, "access_rule_state"),
    "pfs": (parallel.Volume, parallel.VolumeState, {"capacity_tb": 1}, "access_state"),
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    """The parts of one service: its volume, its state, what a volume is made with, and where the state of a rule is."""
    return SERVICES[request.param]


def _volume(service: Any, **task: Any) -> shared_volume.Volume[Any]:
    found: shared_volume.Volume[Any] = service[0]({"state": "present", "name": "data", **task}, CLIENT)
    return found


def _found(service: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "0" * 32, "name": "data_2m060u", "state": "available", **service[2], **fields}


@pytest.mark.parametrize("name", ["data", "data_abcdef", "data_2m060u_abcdef"])
def test_a_planned_volume_has_the_name_that_was_asked(service: Any, name: str) -> None:
    """Also where it ends as if the service had appended its suffix."""
    resource = _volume(service, name=name, **service[2])
    resource.check()
    after = make_plan(resource, service[1]()).after
    assert (resource.view(after)["name"], resource.view(after)["base_name"]) == (name, name)
    managed = resource.managed(after)
    assert managed is not None
    assert managed["name"] == name


@pytest.mark.parametrize("name", ["Data", "da", "1data", "data-1", "d" * 29])
def test_a_name_that_can_not_be(service: Any, name: str) -> None:
    with pytest.raises(StorageError, match="3 to 21 characters"):
        _volume(service, name=name).check()
    _volume(service, name=name, state="absent").check()


@pytest.mark.parametrize("name", ["data_2m060u", "d" * 21 + "_2m060u"])
def test_a_name_with_the_suffix_finds(service: Any, name: str) -> None:
    _volume(service, name=name).check()


def test_another_name_than_that_of_the_id(service: Any) -> None:
    resource = _volume(service, volume_id="0" * 32, name="other")
    with pytest.raises(StorageError, match=r"'data'.*'other'"):
        make_plan(resource, service[1](_found(service)))


def test_a_volume_that_is_going(service: Any) -> None:
    going = service[1](_found(service, state="DELETING"), ())
    with pytest.raises(StorageError, match="being deleted"):
        make_plan(_volume(service), going)
    gone = _volume(service, state="absent")
    assert make_plan(gone, going).steps == ()
    assert gone.pending(going) == "volume data_2m060u: DELETING"
    assert gone.managed(going) is None


def test_rule_in_error_is_reported_where_it_matters(service: Any) -> None:
    """And can be taken away."""
    kind = "GPU_NODE" if service[0] is parallel.Volume else "VM"
    rule = {"object_type": kind, "object_id": "n1"}
    state = service[1](_found(service), ({**rule, service[3]: "ERROR"},))
    reported = _volume(service, access_rules=[rule]).failed(state)
    assert f"access rule for {kind} n1 is in state error" in reported
    assert "purge_access_rules" in reported
    assert _volume(service, access_rules=[]).failed(state) == ""
    purging = _volume(service, access_rules=[], purge_access_rules=True)
    assert purging.failed(state) == ""
    assert make_plan(purging, state).operations == ["SetAccessRule"]


def test_a_volume_in_error(service: Any) -> None:
    """It fails a task that wants it, and keeps none from removing it."""
    state = service[1](_found(service, state="error"), ())
    assert "data_2m060u (00000000000000000000000000000000) is in state error" in _volume(service).failed(state)
    gone = _volume(service, state="absent")
    assert gone.pending(state) == ""
    assert make_plan(gone, state).operations == ["DeleteVolume"]


def test_both_services_have_the_same_rule_for_names() -> None:
    assert filestorage.lookup.VOLUMES.rule is parallel_filestorage.lookup.VOLUMES.rule
