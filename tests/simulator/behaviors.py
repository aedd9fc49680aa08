# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches: one for each thing that is assumed or unknown about the real services, and one for each duration."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class SwitchError(ValueError):
    """A switch that does not exist, or a value that it does not take. The text is meant for users."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch. Its type is that of ``default`` (bool, int, float or str); ``choices`` limits the values."""

    name: str
    default: bool | int | float | str
    meaning: str
    choices: tuple[str, ...] = ()

    def parse(self, value: object) -> bool | int | float | str:
        """``value`` from the command line (a string) or from JSON as this switch's type.

        :raises SwitchError: it is not of that type, negative, or not one of the choices.
        """
        wanted = {bool: "true or false", int: "a whole number from 0", float: "a number from 0", str: "a text"}
        refusal = SwitchError(f"switch {self.name} takes {self.takes() or wanted[type(self.default)]}, not {value!r}")
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.lower() in ("true", "yes", "on", "1", "false", "no", "off", "0"):
                return value.lower() in ("true", "yes", "on", "1")
            raise refusal
        if isinstance(self.default, (int, float)):
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise refusal
            try:
                number = type(self.default)(value)
            except ValueError:
                raise refusal from None
            if (number < 0 and not self.name.endswith("_offset_seconds")) or number != float(value):
                raise refusal
            return number
        text = value if isinstance(value, str) else str(value) if isinstance(value, (int, bool)) else None
        if text is None:
            raise refusal
        text = text.lower() if isinstance(value, bool) else text
        if self.choices and text not in self.choices:
            raise refusal
        return text

    def takes(self) -> str:
        """The choices in words, empty where any value of the type will do."""
        return ", ".join(self.choices)


CORE = (
    Switch("clock_skew_seconds", 300.0, "How far a request's timestamp may be from the gateway's clock [assumed]."),
    Switch("gateway_clock_offset_seconds", 0.0, "How wrong the gateway's own clock is; may be negative."),
    Switch(
        "unknown_version_status",
        "400",
        "Answer to a Scp-Api-Version that is unknown or retired [assumed].",
        ("400", "404", "406"),
    ),
    Switch(
        "old_versions",
        "refuse",
        "Whether deprecated versions past their date are refused as unknown, or answered in the newest format.",
        ("refuse", "serve"),
    ),
    Switch("largest_page", 0, "The largest page that a paged list gives, whatever is asked for; 0 is not a limit."),
    Switch("name_filter", "part", "How the name filter of lists matches [assumed].", ("part", "prefix", "exact")),
    Switch(
        "random_seed",
        "",
        "Makes ids, suffixes and addresses repeatable, from the next time on that the world is "
        "replaced; empty is random.",
    ),
)


class Switches:
    """The values of all switches, with the defaults that this process was started with."""

    def __init__(self, known: Iterable[Switch]) -> None:
        """Start with the built-in defaults of ``known``."""
        self.known = {switch.name: switch for switch in known}
        self._start: dict[str, bool | int | float | str] = {name: s.default for name, s in self.known.items()}
        self._values = dict(self._start)

    def set(self, values: Mapping[str, object], *, as_start: bool = False) -> None:
        """Take over ``values``, all or none of them; with ``as_start`` they are also what a reset goes back to.

        :raises SwitchError: a name or a value is wrong.
        """
        parsed = {}
        for name, value in values.items():
            if name not in self.known:
                close = difflib.get_close_matches(name, self.known, n=3, cutoff=0.5)
                hint = f"; close to it: {', '.join(close)}" if close else ""
                raise SwitchError(f"there is no switch {name!r}{hint} (all of them: --help, or GET /_control/switches)")
            parsed[name] = self.known[name].parse(value)
        self._values.update(parsed)
        if as_start:
            self._start.update(parsed)

    def reset(self) -> None:
        """Go back to the values at start."""
        self._values = dict(self._start)

    def text(self, name: str) -> str:
        """The value of a switch with choices or text."""
        return str(self._values[name])

    def number(self, name: str) -> float:
        """The value of a duration, in seconds."""
        return float(self._values[name])

    def count(self, name: str) -> int:
        """The value of a whole number."""
        return int(self._values[name])

    def on(self, name: str) -> bool:
        """The value of a switch that is true or false."""
        return bool(self._values[name])

    def describe(self) -> dict[str, dict[str, Any]]:
        """Each switch with its value, default, choices and meaning."""
        return {
            name: {
                "value": self._values[name],
                "default": self._start[name],
                "choices": list(switch.choices) or None,
                "meaning": switch.meaning,
            }
            for name, switch in self.known.items()
        }
