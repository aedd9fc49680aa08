# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in texts, inside URLs too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.redaction import (
    LONGEST_SHOWN,
    Redactor,
    secrets_of_url,
    shown,
    worth_hiding,
)
from ansible_collections.scp.storage.plugins.module_utils.client.settings import given_secrets
from tests.collection_path import ROOT

PASSWORD = st.text("abc123#/?@[]:\\%!", min_size=4)


@given(password=PASSWORD)
def test_message_never_shows_user_or_password_of_a_url(password: str) -> None:
    error = StorageError(f"It is http://robot:{password}@proxy.example:3128, it is.")
    assert error.message == "It is http://********@proxy.example:3128, it is."
    error.add(f"And ftp://robot:{password}@x")
    assert "robot" not in str(error)


@pytest.mark.parametrize("text", ["a@b", "https://storage.example/v1 and a@b", "no address"])
def test_other_text_is_unchanged(text: str) -> None:
    assert Redactor()(text) == text


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("http://robot:Hunter2a@proxy", {"robot:Hunter2a", "Hunter2a"}),
        ("http://robot:Hunter%232a@proxy:1/", {"robot:Hunter%232a", "Hunter%232a", "Hunter#2a"}),
        ("robot:Hunter2a#b@proxy", {"robot:Hunter2a#b", "Hunter2a#b"}),
        ("http://robot:Hun@ter@proxy", {"robot:Hun@ter", "Hun@ter"}),
        # So short a password would mask parts of words.
        ("http://robot:abc@proxy", {"robot:abc"}),
        ("http://proxy.example:3128", set()),
    ],
)
def test_secrets_of_url(url: str, secrets: set[str]) -> None:
    assert secrets_of_url(url) == secrets


def test_given_secrets_are_of_options_variables_and_proxies() -> None:
    options = {"access_key": "AK", "endpoint_url": "https://robot:Pass1@x", "region": "kr-west1", "auth_token": None}
    environ = {"SCP_TF_SECRET_KEY": "SK", "https_proxy": "http://u:Pass2@x", "NO_PROXY": "x", "SCP_REGION": "kr-east1"}
    assert given_secrets(options, environ) == {"AK", "SK", "robot:Pass1", "Pass1", "u:Pass2", "Pass2"}


def test_redactor_masks_the_longer_first() -> None:
    assert Redactor(["abc", "abcdef", "", " "])("x abcdef abc y") == "x ******** ******** y"


def test_blanks_are_not_hidden() -> None:
    assert worth_hiding(["", " ", "\n", "x"]) == {"x"}


def test_long_value_is_shortened() -> None:
    assert shown("x" * 10_000) == f"'{'x' * (LONGEST_SHOWN - 1)}…"


#: The files that write to the screen: tasks, other plugins, and a module process whose Python is too old.
DOORS = {
    "action/scp_connection_info.py",
    "inventory/scp_storage.py",
    "module_utils/engine/module_main.py",
    "plugin_utils/connection.py",
}
_PRINTS = re.compile(r"(?<![\w.])print\(|display\.\w+\(|Display\(\)\.|sys\.std(?:out|err)|\blogging\b|\bwarnings\.")


def test_only_few_files_write_to_the_screen() -> None:
    """What they write is redacted; each other file that does it would be a second door."""
    plugins = ROOT / "plugins"
    writing = {
        file.relative_to(plugins).as_posix()
        for file in plugins.rglob("*.py")
        if _PRINTS.search(file.read_text(encoding="utf-8"))
    }
    assert writing == DOORS
