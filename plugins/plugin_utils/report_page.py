# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report: a template filled with facts.

It is filled by Jinja itself and not by Ansible, whose own environment does not escape: here all that comes from a
service is text, and never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..module_utils.resources.kinds import full_kind
from ..module_utils.workflows.storage_report.models import describe_bytes, place, span

TEMPLATE = "report.html.j2"


def page(report: Mapping[str, Any], folder: str, title: str, titles: Mapping[str, str]) -> str:
    """Fill the template.

    :param report: the facts, the C(report) of ``scp_storage_report``.
    :param folder: where the template is, and what it includes.
    :param title: of the page.
    :param titles: what the page calls each kind of thing.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"place": place, "span": span, "size": describe_bytes}
    return environment.get_template(TEMPLATE).render(
        report=report, title=title, titles={full_kind(kind): text for kind, text in titles.items()}
    )
