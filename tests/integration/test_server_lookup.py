# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup of servers in playbooks: names, addresses, defaults, regions, calls and errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller

SERVER = "scp.storage.scp_server"
WRONG = "quite-another-secret-0123456789"


def debug(name: str, expression: str, **keywords: Any) -> dict[str, Any]:
    """Return a task that shows what an expression is."""
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}, **keywords}


def test_servers(controller: Controller) -> None:
    """By name, address or id, of a type or of any, in any region."""
    server = controller.simulator.server
    web, metal, east = server("west-web1"), server("west-db1"), server("east-web1")
    looped = ["west-web1", "west-web2", "west-web1"]
    run = controller.run(
        [
            debug("any", f"lookup('{SERVER}', 'west-gpunode1')"),
            debug("address", f"lookup('{SERVER}', '{metal['ip'].split(',')[0]}', object_type='BM')"),
            debug("several", f"query('{SERVER}', 'west-web1', 'west-web2', object_type='VM')"),
            debug("elsewhere", f"lookup('{SERVER}', 'east-web1', region='kr-east1')"),
            debug("subnet", f"lookup('{SERVER}', 'west-app-subnet', object_type='SUBNET')"),
            debug("id", f"lookup('{SERVER}', '{web['id']}')"),
            debug("default", f"lookup('{SERVER}', 'nobody', default='none')"),
            debug("cached", f"lookup('{SERVER}', item, object_type='VM', cache=true)", loop=looped),
        ]
    ).succeeded()
    shown = {name: run[name].result["msg"] for name in ("any", "address", "elsewhere", "subnet", "id", "default")}
    assert shown == {
        "any": server("west-gpunode1")["id"],
        "address": metal["id"],
        "elsewhere": east["id"],
        "subnet": web["subnet_id"],
        "id": web["id"],
        "default": "none",
    }
    assert run["several"].result["msg"] == [web["id"], server("west-web2")["id"]]
    assert [item.result["msg"] for item in run["cached"].items] == [server(name)["id"] for name in looped]
    # One list of virtual servers, whose end shows an empty page.
    calls = {name: [call["operation"] for call in run[name].in_a_version] for name in ("several", "id", "cached")}
    assert calls == {"several": ["ListVirtualServers"] * 2, "id": [], "cached": ["ListVirtualServers"] * 4}


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("'nobody'", "no server with the name or address 'nobody' in kr-west1"),
        ("'south1-twin', region='kr-south1'", "'south1-twin' fits 2 servers in kr-south1"),
        ("'west-web1', object_type='BM'", "There is no bare-metal server"),
        ("'west-web1', object_types='VM'", "scp_server has no option 'object_types'"),
        ("' '", "names or addresses of servers"),
    ],
)
def test_errors(controller: Controller, expression: str, says: str) -> None:
    """They end the task, say what to do, and hold no secret."""
    run = controller.run(
        [debug("wrong", f"lookup('{SERVER}', {expression})", environment={})], environ={"SCP_AUTH_TOKEN": WRONG}
    )
    assert run.rc != 0
    assert says in run.output or says in run[-1].message
    assert WRONG not in run.output
