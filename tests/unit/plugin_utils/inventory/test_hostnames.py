# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers become hosts, what they are called, and what their texts are."""

from __future__ import annotations

import copy
from typing import Any

import ansible.template
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.plugin_utils.inventory.hostnames import Filters, host_names
from ansible_collections.scp.storage.plugins.plugin_utils.untrusted_text import make_inert

NAMES = ["", "a", "a.west", "localhost", "{{"]


def server(identifier: str = "", name: str = "", region: str = "west", **more: Any) -> dict[str, Any]:
    """What is known of a server."""
    nothing = {"type": "", "addresses": [], "bm_volumes": [], "mounts": [], "agent": None, "backups": []}
    return {**nothing, "id": identifier, "name": name, "region": region, **more}


def test_host_names() -> None:
    servers = [
        server("1", "web1"),
        server("2", "web1", "east"),
        server("3", "db1"),
        server("4", "db1"),
        server("5", "localhost"),
        server("6", "{{ 1+1 }}"),
        server("7"),
        server("", "a b"),
        server("8", "all", addresses=["10.0.0.1"]),
    ]
    by_name = ["web1.west", "web1.east", "db1.west.3", "db1.west.4", "5", "6", "7", "server_a_b", "8"]
    assert host_names(servers, ["name"]) == by_name
    assert host_names(servers, ["address", "id"]) == ["1", "2", "3", "4", "5", "6", "7", "server_a_b", "10.0.0.1"]
    assert host_names(servers[:3], ["name_and_region"]) == ["web1.west", "web1.east", "db1.west"]


def test_host_names_of_groups_get_a_mark() -> None:
    servers = [server("1", "db"), server("2", "web"), server("3", "web.west"), server("", "app")]
    assert host_names(servers, ["name"], {"db", "web", "app"}) == ["db.west", "web.west.2", "web.west.3", "app.west"]
    assert host_names(servers[:1], ["name"], {"db", "db.west"}) == ["db.west.1"]
    assert host_names(servers[:1], ["name"], {"db", "db.west", "db.west.1"}) == ["db.west.1.0"]


@given(
    servers=st.lists(
        st.tuples(st.sampled_from(["", "a", "a.west", "localhost", "{{"]), st.sampled_from(["west", "east"])),
        max_size=12,
    ),
    preference=st.lists(st.sampled_from(["name", "name_and_region", "id", "address"]), max_size=3),
    groups=st.sets(st.sampled_from(["a", "a.west", "a.east", "a.west.id-0", "a.0", "id-1"])),
)
def test_no_two_hosts_have_one_name(servers: list[tuple[str, str]], preference: list[str], groups: set[str]) -> None:
    known = [server(f"id-{number}", name, region) for number, (name, region) in enumerate(servers)]
    found = host_names(known, preference, groups)
    assert len(set(found)) == len(known)
    assert not set(found) & {"", "localhost", *groups}


def test_filters() -> None:
    group = {"name": "data", "volume_group": {"name": "orders"}}
    one = server(
        "1", "db1", bm_volumes=[group, {"name": "log", "volume_group": None}], agent={"connection_state": "OK"}
    )
    for fits, given_filters in (
        (True, {}),
        (True, {"server_name": "db?", "volume_name": ["x", "lo*"]}),
        (False, {"server_name": "db?", "volume_name": "x"}),
        (True, {"volume_group_name": "orders"}),
        (False, {"backup_name": "*"}),
        (True, {"agent_connection_state": "OK"}),
    ):
        assert Filters(given_filters).fit(one) is fits, given_filters
    assert Filters({"server_name": "db1"}).server_name == "db1"
    assert Filters({"server_name": "db*"}).server_name is None
    for wrong in ({"name": "x"}, {"server_name": []}, {"server_name": [1]}):
        with pytest.raises(StorageError, match="filters has"):
            Filters(wrong)


def test_only_what_could_be_a_template_is_marked() -> None:
    """Whatever marks are, texts stay the same."""
    value = {"a": ["x-1.y/z", "{{ 1 }}", None, 5, True], "b": {"c": "#jinja2: x", "d": "이름 1"}}
    marked = copy.deepcopy(value)
    make_inert(marked)
    assert marked == value
    trusted = getattr(ansible.template, "is_trusted_as_template", None)
    if trusted is not None:
        assert [trusted(text) for text in (*marked["a"][:2], *marked["b"].values())] == [True, False, False, True]
