# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task has done so far, for when it is ended from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..client.redaction import shorten_list

#: As many calls are named in a message.
MAX_NAMED = 10


@dataclass
class Journal:
    """The writing calls of a task; several threads may use it.

    :ivar operations: ``operationId`` of each call that was done.
    :ivar done: the same, each with what it was about.
    :ivar under_way: calls whose outcome is not known yet, each with whether it must not be sent again unless it
        certainly was not done.
    """

    operations: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    under_way: list[tuple[str, bool]] = field(default_factory=list)

    @contextmanager
    def sending(self, operation: str, target: str, *, once: bool = False) -> Iterator[None]:
        """Note a call as under way until it has ended, successfully or with an error that is reported otherwise."""
        call = (f"{operation} ({target})" if target else operation, once)
        self.under_way.append(call)
        try:
            yield
        except Exception:
            self.under_way.remove(call)
            raise
        self.under_way.remove(call)

    def note(self, operation: str, target: str) -> None:
        """Note a call as done."""
        self.operations.append(operation)
        self.done.append(f"{operation} ({target})" if target else operation)

    def progress(self, text: str) -> str:
        """Return a line of progress with what was done: all that is known of a task that is killed."""
        return f"{text}, done: {shorten_list(self.done, MAX_NAMED)}" if self.done else text

    def summary(self) -> str:
        """Return in sentences what was done, and what may have been done."""
        sentences = [
            f"Done before: {shorten_list(self.done, MAX_NAMED)}." if self.done else "No change was made before."
        ]
        if self.under_way:
            named = shorten_list([label for label, _once in self.under_way], MAX_NAMED)
            sentences.append(f"Under way, and perhaps done: {named}.")
        if only_once := [label for label, once in self.under_way if once]:
            # A list that lags does not show yet what was created, and the next run would create it again.
            sentences.append(
                f"Before you run the task again, wait a minute and see whether"
                f" {shorten_list(only_once, MAX_NAMED)} was done: the task goes on from what is listed by then."
            )
        elif self.done or self.under_way:
            sentences.append("Run the task again: it continues from the current state.")
        return " ".join(sentences)
