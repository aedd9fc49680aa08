# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way in for a module that Ansible runs as a separate process.

Each module imports this file first, so an interpreter that is too old is reported here, before an import fails for it.
"""

from __future__ import annotations

import json
import os
import sys

from ..client.python_version import unsupported_python

if problem := unsupported_python():
    # In the form in which Ansible reads results. Its own function for that needs the module's options.
    print(json.dumps({"failed": True, "msg": problem}))  # pylint: disable=ansible-bad-function
    sys.exit(1)  # pylint: disable=ansible-bad-function

from ansible.module_utils.basic import AnsibleModule

from ..client.redaction import worth_hiding
from .mode import Mode
from .runner import run
from .spec import ModuleSpec


def run_module(spec: ModuleSpec) -> None:
    """Run a module as Ansible's module process; does not return."""
    module = AnsibleModule(argument_spec=spec.argument_spec, supports_check_mode=True, **spec.rules)
    # Blank ones would mask every blank.
    module.no_log_values = worth_hiding(module.no_log_values)
    report = run(spec, module.params, os.environ, Mode(check=module.check_mode, diff=bool(module._diff)))
    module.no_log_values.update(worth_hiding(report.secrets))
    if report.result.get("failed"):
        module.fail_json(**report.result)
    module.exit_json(**report.result)
