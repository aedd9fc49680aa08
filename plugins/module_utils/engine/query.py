# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``query``: a JMESPath expression over what was read."""

from __future__ import annotations

import sys
from typing import Any

from ..client.errors import StorageError, one_line

try:
    import jmespath

    JMESPATH_ERROR = None
except ImportError as error:
    JMESPATH_ERROR = error


class Query:
    """A compiled expression.

    :raises StorageError: it is none, or the Python library jmespath is missing.
    """

    def __init__(self, text: str) -> None:
        if JMESPATH_ERROR is not None:
            raise StorageError(
                f"The Python library jmespath, which the option query requires, is missing for {sys.executable}, which"
                f" runs this task. Install it: {sys.executable} -m pip install jmespath. Or leave out query."
            )
        self._text = text
        try:
            self._expression = jmespath.compile(text)
        except jmespath.exceptions.JMESPathError as error:
            raise StorageError(f"query {text!r} is not a JMESPath expression: {one_line(str(error))}.") from None

    def search(self, data: Any) -> Any:
        """What the expression finds.

        :raises StorageError: it does not fit the data.
        """
        try:
            return self._expression.search(data)
        except jmespath.exceptions.JMESPathError as error:
            raise StorageError(f"query {self._text!r} does not fit the result: {one_line(str(error))}.") from None
