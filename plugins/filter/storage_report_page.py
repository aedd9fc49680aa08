# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: storage_report_page
short_description: Render the page of a storage report
version_added: 0.1.0
description:
  - Makes one page of HTML out of the facts of a storage report. All that comes from a service is escaped.
  - It is what the role P(scp.storage.storage_report#role) writes.
author:
  - the scp.storage authors (@scp-storage)
positional: _input, folder
options:
  _input:
    description: The RV(scp.storage.scp_storage_report#module:report) that M(scp.storage.scp_storage_report) returned.
    type: dict
    required: true
  folder:
    description: Folder with the template C(report.html.j2), and with what it includes.
    type: path
    required: true
  title:
    description: Title of the page.
    type: str
    default: Storage report
  titles:
    description: What the page calls each kind of thing.
    type: dict
    required: true
seealso:
  - module: scp.storage.scp_storage_report
"""

EXAMPLES = r"""
---
- name: Another page of the facts that the role has left
  ansible.builtin.copy:
    content: "{{ storage_report_facts | scp.storage.storage_report_page(playbook_dir ~ '/templates', titles={'filestorage_volume': 'Files'}) }}"
    dest: /srv/reports/mine.html
    mode: "0644"
"""

RETURN = r"""
---
_value:
  description: The page.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.scp.storage.plugins.plugin_utils.report_page import page


def storage_report_page(
    report: Mapping[str, Any], folder: str, title: str = "Storage report", *, titles: Mapping[str, str]
) -> str:
    """See the documentation above."""
    return page(report, folder, title, titles)


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"storage_report_page": storage_report_page}
