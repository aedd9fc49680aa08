# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way in for a module that Ansible runs as a process of its own."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule

from .runner import Mode, run
from .spec import ModuleSpec


def run_module(spec: ModuleSpec) -> None:
    """Run a module as Ansible's module process; does not return."""
    module = AnsibleModule(argument_spec=spec.argument_spec, supports_check_mode=True, **spec.rules)
    report = run(spec, module.params, os.environ, Mode(check=module.check_mode, diff=bool(module._diff)))
    module.no_log_values.update(report.secrets)
    if report.result.get("failed"):
        module.fail_json(**report.result)
    module.exit_json(**report.result)
