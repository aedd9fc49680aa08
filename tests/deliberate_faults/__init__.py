# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the kinds that users of such collections report, put in on purpose to see that the tests catch them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.collection_path import ROOT

PLUGINS = "plugins"
ENGINE = f"{PLUGINS}/module_utils/engine"
CLIENT = f"{PLUGINS}/module_utils/client"
RESOURCES = f"{PLUGINS}/module_utils/resources"


@dataclass(frozen=True)
class Edit:
    """A text of a file, which stands there once, and what takes its place."""

    file: str
    right: str
    wrong: str

    def apply(self, root: Path) -> None:
        """Put the fault in below ``root``.

        :raises ValueError: the text is not there, or more than once.
        """
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.right) != 1:
            raise ValueError(f"{self.file} has {text.count(self.right)} times, and not once: {self.right!r}")
        path.write_text(text.replace(self.right, self.wrong), encoding="utf-8")


@dataclass(frozen=True)
class Fault:
    """A fault.

    :ivar name: what is wrong, as an identifier.
    :ivar quick: whether `make check` must catch it, and not only `make test`.
    """

    name: str
    edits: tuple[Edit, ...]
    quick: bool = True


FAULTS = (
    Fault(
        "write-retried",
        (
            Edit(
                f"{CLIENT}/session.py",
                "            except (TransientError, Unreachable) as error:\n",
                "            except (TransientError, Unreachable, errors.UnknownOutcome) as error:\n",
            ),
        ),
    ),
    Fault(
        "name-matched-by-substring",
        (
            Edit(
                f"{ENGINE}/lookup.py",
                "return shown == wanted or (self.suffixed and self.base_name(shown) == wanted",
                "return wanted in shown or (self.suffixed and self.base_name(shown) == wanted",
            ),
        ),
    ),
    Fault(
        "purge-by-default",
        (
            Edit(
                f"{RESOURCES}/shared_volume.py",
                'if key not in asked] if self.params.get("purge_access_rules") else []',
                "if key not in asked]",
            ),
        ),
    ),
    Fault(
        "end-not-waited-for",
        (
            Edit(
                f"{ENGINE}/executor.py",
                "        if step.replan_after or self.resource.next_step(planned) is None:\n"
                "            return self.wait\n",
                "        if step.replan_after or self.resource.next_step(planned) is None:\n            return False\n",
            ),
            Edit(
                f"{ENGINE}/executor.py",
                "        if self.wait:\n            self.outcome.after = self._settle(state, None)\n",
                "",
            ),
        ),
    ),
    Fault(
        "secret-in-diff",
        (
            Edit(
                f"{RESOURCES}/shared_volume.py",
                '        managed = {"name": base_name(self.kind, volume), **',
                '        managed = {"name": self.params.get("cifs_password") or base_name(self.kind, volume), **',
            ),
            Edit(
                f"{PLUGINS}/action/scp_connection_info.py",
                "    return dict(remove_values(result, worth_hiding(hidden)))\n",
                '    diff = {"diff": result["diff"]} if "diff" in result else {}\n'
                "    return {**remove_values(result, worth_hiding(hidden)), **diff}\n",
            ),
        ),
    ),
    Fault(
        "owner-removed-before-what-depends-on-it",
        (
            Edit(
                f"{ENGINE}/batch/graph.py",
                "            self._wait(parent, child, needs=owner.absent)",
                "            self._wait(child, parent, needs=owner.absent)",
            ),
        ),
    ),
    Fault(
        "page-read-twice",
        (
            Edit(
                f"{CLIENT}/paging.py",
                "page in range(1, pages)]",
                "page in range(pages - 1)]",
            ),
        ),
    ),
    Fault(
        "signature-over-another-url",
        (
            Edit(
                f"{CLIENT}/session.py",
                "                url=url,\n                timestamp",
                '                url=url.partition("?")[0],\n                timestamp',
            ),
        ),
    ),
    Fault(
        "version-of-another-generation",
        (
            Edit(
                f"{CLIENT}/versions.py",
                "and (not names or version in names)",
                "and (not names or version)",
            ),
        ),
    ),
    Fault(
        "crash-leaves-a-second-volume",
        (
            Edit(
                f"{CLIENT}/session.py",
                "if wanted in words_of(item, field, suffixed=suffixed)]",
                'if wanted in words_of(item, field, suffixed=suffixed) and item.get("state") != "creating"]',
            ),
        ),
        quick=False,
    ),
    Fault(
        "acts-on-what-another-item-read",
        (
            Edit(
                f"{ENGINE}/executor.py",
                "suffices = not (plan.steps or self.resource.pending(state))",
                "suffices = True",
            ),
        ),
    ),
    Fault(
        "own-write-leaves-a-list-shared",
        (
            Edit(
                f"{CLIENT}/shared_reads.py",
                "[key for key in self._reads if key.service == service]",
                "[key for key in self._reads if key.service == service and False]",
            ),
        ),
    ),
    Fault(
        "check-mode-writes",
        (
            Edit(
                f"{ENGINE}/runner.py",
                "            executor.show()",
                "            executor.apply()",
            ),
        ),
    ),
    Fault(
        "platform-rules-purged",
        (
            Edit(
                f"{RESOURCES}/filestorage/volume.py",
                "        return RuleChanges(changes.add, [key for key in changes.remove if key not in kept])\n",
                "        return changes\n",
            ),
        ),
    ),
    Fault(
        "first-server-of-a-name-taken",
        (
            Edit(
                f"{RESOURCES}/objects.py",
                "        if len(fitting) == 1:\n",
                "        if fitting:\n",
            ),
        ),
    ),
)


def misplaced() -> list[str]:
    """Return what keeps faults from being put into the code as it is."""
    problems = []
    for fault in FAULTS:
        for edit in fault.edits:
            count = (ROOT / edit.file).read_text(encoding="utf-8").count(edit.right)
            if count != 1:
                problems.append(f"{fault.name}: {edit.file} has its text {count} times")
    return problems
