# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing secret shows, however much is shown."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.harness.playbooks import Controller, Running, processes_with
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


#: Where a user can put keys. The oldest core gets those of the play, which are the most.
SOURCES = [
    *(pytest.param(source, marks=pytest.mark.newest_core) for source in ("options", "environment", "files")),
    pytest.param("module_defaults", marks=pytest.mark.newest_core),
    "play",
]


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_secret_shows(routed: Controller, source: str) -> None:
    """Not in what Ansible prints at its most verbose, not in results, not in the simulator's log."""
    given = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "auth_token": AUTH_TOKEN}
    names = {"access_key": "SCP_ACCESS_KEY", "secret_key": "SCP_SECRET_KEY", "auth_token": "SCP_AUTH_TOKEN"}
    environ: dict[str, str | None] = dict.fromkeys(names.values())
    play: dict[str, Any] = {}
    if source == "environment":
        environ = {variable: given[name] for name, variable in names.items()}
    elif source == "play":
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
    # A signature of each kind of request could be reported by its look only: none is as long as one.
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


#: One for each place where a user can put a secret.
PLACES = {
    place: f"M4d-{place}!"
    for place in (
        *("option", "password", "endpoint", "proxy", "broken_proxy", "file", "vault", "vault_password", "survey"),
        *("play", "task", "lookup", "inventory", "defaults"),
    )
}


def _everywhere(controller: Controller) -> tuple[dict[str, Any], list[str]]:
    """Return a play with a secret in each of the places, and the arguments that belong to it."""
    folder = controller.folder
    secret = PLACES
    (controller.home / ".scpconf").mkdir()
    stored = {"default-region": "kr-west1", "mine": {"access-key": "AK", "secret-key": secret["file"]}}
    (controller.home / ".scpconf" / "credentials.json").write_text(json.dumps(stored))
    vault = VaultLib([("default", VaultSecret(secret["vault_password"].encode()))])
    vaulted = json.dumps({"vaulted": secret["vault"], "for_lookup": secret["lookup"]})
    (folder / "vault.yml").write_bytes(vault.encrypt(vaulted))
    (folder / "vault_password").write_text(secret["vault_password"])
    (folder / "survey.json").write_text(json.dumps({"survey_password": secret["survey"]}))
    # What the inventory cannot read is a warning, and localhost is there all the same.
    inventory = controller.inventory_file({"secret_key": secret["inventory"], "regions": ["kr-west1"]})
    volume = {"name": "office", "protocol": "CIFS", "type_name": "HDD", "cifs_password": secret["password"]}
    listed = {"resources": [{"kind": "filestorage_volume", **volume, "cifs_password": "{{ survey_password }}"}]}
    elsewhere = {"endpoint_url": "https://storage.invalid", "max_retries": 0}
    info = "scp_filestorage_volume_info"
    url = f"https://robot:{secret['endpoint']}@gateway.example"
    asks = "query('scp.storage.scp_query', 'filestorage.ListVolumes', secret_key=for_lookup, errors='warn')"
    broken_proxy = {"HTTPS_PROXY": f"http://robot:{secret['broken_proxy']}#x@proxy.example:3128"}
    tasks = [
        task("scp_filestorage_volume", volume),
        task("scp_filestorage_volume", {**volume, "secret_key": secret["option"]}),
        task("scp_filestorage_volume", {**volume, "secret_key": secret["option"], "nam": secret["option"]}),
        task("scp_storage_apply", listed),
        task(info, {"endpoint_url": url}),
        task(info, {"endpoint_url": f"{url}[", "secret_key": secret["option"]}),
        task(info, elsewhere),
        task(info, {"profile": "mine", "access_key": ACCESS_KEY}, environment={"SCP_SECRET_KEY": None}),
        task(info, {"secret_key": "{{ vaulted }}"}),
        task(info, {}, environment={"SCP_SECRET_KEY": secret["task"]}),
        task(info, {}, environment={"SCP_SECRET_KEY": secret["task"]}, **{"async": 30, "poll": 1}),
        task(info, {}, module_defaults={"group/scp.storage.scp": {"secret_key": secret["defaults"]}}),
        task("ansible.builtin.debug", {"msg": f"{{{{ {asks} }}}}"}),
    ]
    if controller.route == "in_process":
        # Ansible puts other variables of a task on the command line of a process.
        tasks.append(task(info, elsewhere, environment=broken_proxy))
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(folder / "vault.yml")],
        "environment": {"SCP_AUTH_TOKEN": secret["play"]},
        "tasks": [{"diff": True, "ignore_errors": True, **one} for one in tasks],
    }
    arguments = ["--diff", "-i", inventory, "-e", f"@{folder / 'survey.json'}"]
    return play, [*arguments, "--vault-password-file", str(folder / "vault_password")]


def _command_lines(running: Running, ended: threading.Event) -> set[str]:
    """Return the command lines of all processes of a run, as any user of the machine can see them."""
    seen: set[str] = set()
    while not ended.wait(0.02):
        for number in processes_with(f"TASK_LOG_FILE={running.log}"):
            try:
                seen.add(Path(f"/proc/{number}/cmdline").read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue
    return seen


def test_secrets_in_every_place_are_seen_nowhere(routed: Controller) -> None:
    """Not on the screen, in results as JSON, in the log, on command lines, or in the log of the simulator."""
    play, arguments = _everywhere(routed)
    log = routed.folder / "ansible.log"
    environ = {
        "HTTPS_PROXY": f"http://robot:{PLACES['proxy']}@127.0.0.1:9",
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_INJECT_INVOCATION": "true",
    }
    running = routed.start([play], arguments=arguments, environ=environ, verbosity=4)
    ended = threading.Event()
    seen: set[str] = set()
    watching = threading.Thread(target=lambda: seen.update(_command_lines(running, ended)))
    watching.start()
    try:
        run = running.finish()
    finally:
        ended.set()
        watching.join()
    assert run.rc == 0, run.output
    assert len(run.results) == len(play["tasks"])
    assert "127.0.0.1:9" in run[6].message or "the proxy for https://storage.invalid" in run[6].message
    refused = [result.name for result in run if "was refused with 401" in result.message]
    assert len(refused) == 6, run.output
    assert any("ansible-playbook" in line for line in seen)
    texts = {
        "output": run.output,
        "results": json.dumps([result.result for result in run]),
        "log": log.read_text(encoding="utf-8"),
        "command lines": "\n".join(seen),
        "simulator": json.dumps(routed.simulator.operations()) + routed.simulator.errors(),
    }
    found = [(place, where) for place, secret in PLACES.items() for where, text in texts.items() if secret in text]
    assert found == []
