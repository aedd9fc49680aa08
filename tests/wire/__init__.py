# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make test-wire``: the role ``storage_mount`` and its modules on a real kernel, against real servers.

Two small virtual machines start from one disk: the managed host, and the storage server beside it. They run under
software emulation, so that no support of the processor is needed. ``ansible-playbook`` reaches the managed host over
SSH on a forwarded port.
"""
