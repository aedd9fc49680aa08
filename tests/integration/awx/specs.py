# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the collection ``awx.awx`` take, as a file: options, types, choices, and which go together.

The collection is not a dependency of the tests: 50 MB are much for that. ``nox -s awx_modules`` shows when this file is
no longer what the modules take; ``python -m tests.integration.awx.specs`` writes it again, in an environment with the
pins of ``collections.txt``.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import yaml

from tests.collection_path import ROOT

FILE = Path(__file__).parent / "argument_specs.json"
PLAYBOOK = ROOT / "playbooks" / "awx_setup.yml"
WORKFLOWS = ROOT / "extensions" / "awx" / "workflows.yml"
COLLECTION = "awx.awx"


class _Taken(Exception):
    """Carries what a module hands to ``AnsibleModule``."""


def used() -> list[str]:
    """The modules that the playbook uses."""
    tasks = [*yaml.safe_load(PLAYBOOK.read_text())[0]["tasks"], *yaml.safe_load(WORKFLOWS.read_text())]
    prefix = f"{COLLECTION}."
    return sorted({key.removeprefix(prefix) for task in tasks for key in task if key.startswith(prefix)})


def stored() -> dict[str, Any]:
    """What the file holds: ``version`` of the collection, and ``modules`` with the arguments of ``AnsibleModule``."""
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def installed() -> dict[str, Any]:
    """The same of the collection that is installed.

    :raises ImportError: it is not.
    """
    from ansible.module_utils import basic

    def take(self: object, argument_spec: dict[str, Any], **rules: Any) -> NoReturn:
        # Environment variables behind an option are functions; only what a task gives counts.
        options = {
            name: {key: value for key, value in option.items() if key != "fallback"}
            for name, option in argument_spec.items()
        }
        raise _Taken({"argument_spec": options, **rules})

    package = import_module("ansible_collections.awx.awx")
    manifest = json.loads((Path(next(iter(package.__path__))) / "MANIFEST.json").read_text())
    real, modules = basic.AnsibleModule.__init__, {}
    basic.AnsibleModule.__init__ = take
    try:
        for name in used():
            try:
                import_module(f"ansible_collections.awx.awx.plugins.modules.{name}").main()
            except _Taken as taken:
                modules[name] = json.loads(json.dumps(taken.args[0]))
    finally:
        basic.AnsibleModule.__init__ = real
    return {"version": manifest["collection_info"]["version"], "modules": modules}


if __name__ == "__main__":
    FILE.write_text(json.dumps(installed(), indent=1, sort_keys=True) + "\n")
