# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to run tasks of the collection against a simulator, with the same tasks and the same results.

:mod:`tests.harness.playbooks` runs ``ansible-playbook``, as users do; :mod:`tests.harness.modules` runs modules in the
test's own process, without Ansible around them and without waiting, in a hundredth of the time.
"""
