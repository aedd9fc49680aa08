# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the five SCP v2 storage services and what they refer to, for tests and for rehearsing playbooks.

It is written from the printed contract (``contract/*.openapi.json``), the contracts of newer versions and of other
services (``contract/later/``), and from what is known of the real services, never from the collection: nothing of
``plugins/`` is imported here.
"""

from __future__ import annotations
