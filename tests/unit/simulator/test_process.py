# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, the state file, and the process as a whole."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.simulator.fixture import ROOT, Simulator

from .conftest import Api

PLAIN = {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.simulator", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def test_help_lists_the_switches() -> None:
    found = run("--help")
    assert found.returncode == 0
    for word in ("--seed", "--state", "--time-scale", "--switch", "replication_delete_seconds = 20.0", "off, 409, 500"):
        assert word in found.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--switch", "nothing=1"], "no switch 'nothing'"),
        (["--switch", "largest_page"], "takes NAME=VALUE"),
        (["--switch", "largest_page=few"], "switch largest_page takes a whole number"),
        (["--seed", "/nowhere/seed.json"], "No such file"),
        (["--time-scale", "-1"], "--time-scale takes"),
        (["--state", "/nowhere/state.json"], "No such file"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], text: str) -> None:
    found = run("--port", "0", *arguments)
    assert found.returncode == 2
    assert text in found.stderr
    assert len(found.stderr.splitlines()) == 1
    assert found.stdout == ""


def test_a_bad_seed(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    for text, words in (("{", "is not JSON"), ('{"servers": [{"size": 1}]}', "unknown field 'size'")):
        seed.write_text(text, encoding="utf-8")
        found = run("--port", "0", "--seed", str(seed))
        assert found.returncode == 2
        assert words in found.stderr


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run("--port", str(port))
    assert found.returncode == 2
    assert f"port {port} is in use. Choose another one: --port 8081, or make simulator PORT=8081" in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(number: int) -> None:
    with Simulator() as running:
        running._process.send_signal(number)
        assert running._process.wait(5) == 0
        assert running.errors() == ""


def test_own_seed_switches_and_scale(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    pair = {"access_key": "MINE", "secret_key": "s", "account_id": "c" * 32, "entitlements": ["filestorage"]}
    volume = {"name": "there_abc123", "region": "kr-east1"}
    seed.write_text(json.dumps({"key_pairs": [pair], "filestorage": {"volumes": [volume]}}), encoding="utf-8")
    arguments = ("--seed", str(seed), "--switch", "filestorage_delete_seconds=20", "--time-scale", "1000", "-v")
    with Simulator(*arguments) as running:
        assert running.access_key == "MINE"
        api = Api(running)
        [found] = api("GET", "/v1/volumes", region="kr-east1").body["filestorages"]
        assert found["account_id"] == "c" * 32
        assert api("DELETE", f"/v1/volumes/{found['id']}", region="kr-east1").status == 202
        deadline = time.monotonic() + 5
        while api("GET", f"/v1/volumes/{found['id']}", region="kr-east1").status != 404:
            assert time.monotonic() < deadline
        running.reset()
        assert running.control("GET", "switches")["switches"]["filestorage_delete_seconds"]["value"] == 20
        assert f"202 DELETE /filestorage/kr-east1/v1/volumes/{found['id']} DeleteVolume" in running.errors()


def test_the_environment_for_the_collection(simulator: Simulator) -> None:
    environ = simulator.environ()
    assert environ["SCP_ENDPOINT_URL"] == simulator.url + "/{service}/{region}"
    assert environ["SCP_AUTH_URL"] == simulator.url + "/iam/v1"
    assert environ["SCP_REGION"] == "kr-west1"


@pytest.mark.parametrize("crash", [False, True])
def test_the_state_file_continues(tmp_path: Path, crash: bool) -> None:
    state = tmp_path / "state.json"
    with Simulator("--state", str(state)) as first:
        assert state.stat().st_mode & 0o077 == 0
        first.scale(0)
        api = Api(first)
        volume = api.volume()
        api("POST", "/v1/replications", {
            "name": "my_copy", "replication_frequency": "5min", "region": "kr-east1", "volume_id": volume["id"],
            "replication_type": "replication",
        })  # fmt: skip
        # Well between two transfers: simulated time goes on while the second simulator starts.
        first.advance(86460)
        before = first.world()
        if crash:
            # What was answered has been written.
            first.kill()
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    with Simulator("--state", str(state)) as second:
        second.scale(0)
        api = Api(second)
        shown = api("GET", f"/v1/replications?volume_id={volume['id']}", region="kr-east1").body["replications"]
        assert len(shown) == 1
        assert api.show(volume["id"])["purpose"] == "original"
        after = second.world()
        assert after["filestorage"] == before["filestorage"]
        assert [event["kind"] for event in after["events"]] == [event["kind"] for event in before["events"]]
        second.advance(300)
        assert len(api.snapshots(volume["id"])) == 2
        second.reset()
        assert second.world()["filestorage"]["volumes"] == []


def test_many_at_once(api: Api) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _ignored: api("POST", "/v1/volumes", PLAIN).body["volume_id"], range(200)))
    assert len(set(made)) == 200
    assert api("GET", "/v1/volumes").body["count"] == 200


def test_a_bug_is_loud(tmp_path: Path) -> None:
    """What the simulator itself gets wrong is not taken for the service's answer."""
    seed = tmp_path / "seed.json"
    pair = {"access_key": "MINE", "secret_key": "s", "entitlements": ["filestorage"]}
    # A seed can hold what no service would: a time that is none.
    volume = {"id": "v1", "name": "there_abc123", "created_at": "soon"}
    seed.write_text(json.dumps({"key_pairs": [pair], "filestorage": {"volumes": [volume]}}), encoding="utf-8")
    with Simulator("--seed", str(seed)) as running:
        answer = Api(running)("GET", "/v1/volumes/v1")
        assert answer.status == 500
        assert answer.body.startswith("simulator bug")
        assert running.control("GET", "")["bugs"] == 1
        assert "simulator bug" in running.errors()
