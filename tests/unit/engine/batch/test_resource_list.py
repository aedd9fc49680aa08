# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a list: secrets in it, and all mistakes at once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.graph import build
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.resource_list import read_entries, secrets_of
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import secrets_in
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import Storage
from tests.unit.client.conftest import make_settings


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        ([{"kind": "filestorage_volume", "name": "web", "cifs_password": "Pa55word!"}], {"Pa55word!"}),
        # Whatever else is wrong with an entry.
        ([{"kind": "zzz", "secret_key": "SK-made-up", "auth_token": 12345}, "x", None], {"SK-made-up", "12345"}),
        ([{"name": "web", "cifs_password": None}, {"cifs_password": ""}], set()),
        ([{"name": "secret_key"}], set()),
        ([], set()),
        (None, set()),
        ("secret_key", set()),
        ({"secret_key": "SK-made-up"}, set()),
    ],
)
def test_secrets_of_a_list_are_found(given: Any, secrets: set[str]) -> None:
    assert secrets_of(Storage.kinds, given) == secrets


def test_mistakes_of_all_entries_are_reported_at_once() -> None:
    volume = {"kind": "pfs_volume", "name": "train"}
    client = Client(make_settings())
    with pytest.raises(StorageError) as caught:
        read_entries(Storage.kinds, [{"kind": "zzz"}, volume, {**volume, "name": "x"}], {}, client)
    assert "resource 1: there is no kind 'zzz'" in caught.value.message
    assert "; resource 3 (pfs_volume x): 'x' cannot be the name" in caught.value.message
    twice = [volume, volume, {**volume, "name": "eval"}, {**volume, "name": "eval"}]
    with pytest.raises(StorageError) as caught:
        build(read_entries(Storage.kinds, twice, {}, client), Storage.kinds)
    assert "resource 2 (pfs_volume train) is the same as resource 1 (pfs_volume train)" in caught.value.message
    assert "resource 4 (pfs_volume eval) is the same as resource 3 (pfs_volume eval)" in caught.value.message


def test_secrets_of_a_task_with_a_list_are_known_to_its_module() -> None:
    params = {"resources": [{"kind": "filestorage_volume", "cifs_password": "Pa55word!"}]}
    assert secrets_in(ModuleSpec(lambda: Storage), params) == {"Pa55word!"}
    assert secrets_in(ModuleSpec(lambda: Storage), {"resources": None}) == set()


def test_blank_connection_options_of_an_entry_are_not_given() -> None:
    """A blank region is left to the task, as a blank option of a module is left to the environment."""
    given = {
        "kind": "pfs_volume",
        "name": "train",
        "capacity_tb": 5,
        "region": " ",
        "endpoint_url": "",
        "access_key": None,
    }
    (entry,) = read_entries(Storage.kinds, [given], {}, Client(make_settings()))
    assert entry.region == make_settings().region
