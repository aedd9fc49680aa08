# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing secret shows, however much is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task
from tests.simulator.signature import sign

#: The temporary pair of the simulator's seed.
ACCESS_KEY = "SIMULATORTEMPORARYKEY00000"
SECRET_KEY = "simulator-secret-worth-nothing-222222222"
AUTH_TOKEN = "simulator-session-token-worth-nothing"
PASSWORD = "Pa55word!secret"
WRONG = "quite-another-secret-0123456789"
SECRETS = (ACCESS_KEY, SECRET_KEY, AUTH_TOKEN, PASSWORD, WRONG, "Scp-Signature", "Scp-Accesskey")


def _tasks(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Tasks that go well and tasks that do not, with connection options ``given`` in each."""
    volume = {"name": "office", "protocol": "CIFS", "type_name": "HDD", "cifs_password": PASSWORD}
    replication = {
        "volume": "office",
        "name": "office_copy",
        "target_region": "kr-east1",
        "replication_frequency": "hourly",
    }
    wrong = {**given, "secret_key": WRONG}
    every: list[tuple[str, dict[str, Any]]] = [
        ("scp_filestorage_volume", {**given, **volume}),
        ("scp_filestorage_volume", {**given, **volume, "type_name": "SSD"}),
        ("scp_filestorage_volume", {**wrong, **volume}),
        ("scp_filestorage_volume", {**given, **volume, "nam": PASSWORD}),
        ("scp_filestorage_volume", {**given, **volume, "endpoint_url": "http://127.0.0.1:9/", "max_retries": 0}),
        ("scp_filestorage_replication", {**given, **replication, "cifs_password": PASSWORD}),
        ("scp_filestorage_volume_info", {**given, "gather": ["replications"]}),
        ("scp_filestorage_volume_info", {**wrong, "query": "volumes[].name"}),
        ("scp_filestorage_replication", {**given, "volume": "office", "state": "absent", "delete_target_volume": True}),
        ("scp_filestorage_volume", {**given, "name": "office", "state": "absent"}),
        ("scp_storage_apply", {**given, "resources": [{"kind": "filestorage_volume", **volume}]}),
        ("scp_storage_apply", {**given, "resources": [{"kind": "filestorage_volume", **volume, "type_name": "SSD"}]}),
        # Where the list, or something beside it, is wrong, what is secret in it is known nevertheless.
        ("scp_storage_apply", {**given, "resources": [{"kind": "filestorage_volum", **volume, "secret_key": WRONG}]}),
        ("scp_storage_apply", {**given, "resource": [], "resources": [{"kind": "filestorage_volume", **volume}]}),
    ]
    return [task(module, args, diff=True, ignore_errors=True) for module, args in every]


@pytest.mark.parametrize("source", ["options", "environment", "files", "module_defaults", "play"])
def test_nothing_secret_shows(routed: Controller, source: str) -> None:
    """Not in what Ansible prints at its most verbose, not in results, not in the simulator's log."""
    given = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "auth_token": AUTH_TOKEN}
    names = {"access_key": "SCP_ACCESS_KEY", "secret_key": "SCP_SECRET_KEY", "auth_token": "SCP_AUTH_TOKEN"}
    environ: dict[str, str | None] = dict.fromkeys(names.values())
    play: dict[str, Any] = {}
    if source == "environment":
        environ = {variable: given[name] for name, variable in names.items()}
    elif source == "play":
        if routed.route == "module":
            pytest.skip("Ansible itself prints the environment: of a task with the command of its module process")
        play = {"environment": {variable: given[name] for name, variable in names.items()}}
    elif source == "files":
        folder = routed.home / ".scpconf"
        folder.mkdir()
        (folder / "credentials.json").write_text(
            json.dumps({name.replace("_", "-"): value for name, value in given.items()})
        )
    elif source == "module_defaults":
        play = {"module_defaults": {"group/scp.storage.scp": given}}
    tasks = _tasks(given if source == "options" else {})
    run = routed.run(tasks, play=play, environ=environ, verbosity=4).succeeded()
    single = [False, True, True, True, True, False, False, True, False, False]
    assert [result.failed for result in run] == [*single, False, True, True, True]
    assert run[0].operations == ["CreateVolume"]
    results = json.dumps([result.result for result in run])
    log = json.dumps(routed.simulator.operations())
    # A signature of each kind of request could be told by its look only: none is as long as one.
    for place, text in (
        ("output", run.output),
        ("results", results),
        ("log", log),
        ("stderr", routed.simulator.errors()),
    ):
        for secret in SECRETS:
            assert secret not in text, (place, secret, text[max(0, text.find(secret) - 300) :][:400])
    signature = sign("GET", f"{routed.simulator.url}/filestorage/kr-west1/v1/volumes", "1", ACCESS_KEY, "", SECRET_KEY)
    assert len(signature) == 44
    for word in f"{run.output} {results} {log}".replace('"', " ").split():
        assert not (len(word) == len(signature) and word.endswith("=")), word
