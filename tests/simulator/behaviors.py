# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches: one for each thing that is assumed or unknown about the real services, and one for each duration."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

REGIONS = ("kr-west1", "kr-east1", "kr-south1", "kr-south2", "kr-south3")


GENERATIONS = ("old", "both", "new")
STORAGE = ("archivestorage", "backup", "baremetal_blockstorage", "filestorage", "parallel_filestorage")
NEIGHBOURS = ("baremetal", "multinodegpucluster", "virtualserver", "vpc")


class SwitchError(ValueError):
    """A switch that does not exist, or a value that it does not take. The text is meant for users."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch. Its type is that of ``default`` (bool, int, float or str); ``choices`` limits the values.

    One that is ``regional`` takes a value for all regions and others for some: ``both,kr-east1=new``. Setting a switch
    sets those that it ``leads`` too.
    """

    name: str
    default: bool | int | float | str
    meaning: str
    choices: tuple[str, ...] = ()
    regional: bool = False
    leads: tuple[str, ...] = ()

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
        texts = _by_region(text, str(self.default)).items() if self.regional else [("", text)]
        if self.name.endswith("_end") and text and not _is_day(text):
            raise refusal
        if any(
            (region and region not in REGIONS) or (self.choices and one not in self.choices) for region, one in texts
        ):
            raise refusal
        return text

    def takes(self) -> str:
        """The choices in words, empty where any value of the type will do."""
        regional = ", or a value for each region (both,kr-east1=new)" if self.regional and self.choices else ""
        return ", ".join(self.choices) + regional


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _by_region(text: str, default: str) -> dict[str, str]:
    """The values of a regional switch by region; the one of an empty region is for all others."""
    pairs = [part.strip().rpartition("=")[::2] for part in text.split(",")]
    return {"": default} | {region.strip(): value.strip() for region, value in pairs}


CORE = (
    Switch("clock_skew_seconds", 300.0, "How far a request's timestamp may be from the gateway's clock [assumed]."),
    Switch("gateway_clock_offset_seconds", 0.0, "How wrong the gateway's own clock is; may be negative."),
    Switch(
        "unknown_version_status",
        "406",
        "Answer to a Scp-Api-Version that is not offered for the operation; for one that ended [assumed].",
        ("400", "404", "406"),
    ),
    Switch(
        "old_versions",
        "refuse",
        "Whether versions past their date are refused as unknown, or answered in the format of the oldest that is "
        "offered.",
        ("refuse", "serve"),
    ),
    Switch(
        "old_versions_end",
        "",
        "The day (2026-12-31) from which the versions of the printed reference are no longer offered beside newer "
        "ones; DEPRECATED from 90 days before it. Empty: unknown.",
    ),
    Switch(
        "generations",
        "both",
        "Which versions the five services offer: those of the printed reference, all, or the newer ones. Sets "
        "filestorage_generations and so on; a value for some regions is written both,kr-east1=new.",
        GENERATIONS,
        regional=True,
        leads=tuple(f"{name}_generations" for name in STORAGE),
    ),
    *(
        Switch(f"{name}_generations", "both", f"Which versions {name} offers.", GENERATIONS, regional=True)
        for name in (*STORAGE, *NEIGHBOURS)
    ),
    Switch("backup_1_3_offered", True, "Whether Backup still offers 1.3 beside 1.4 [assumed]."),
    Switch(
        "operations_of_older_versions",
        "kept",
        "Operations that the newest version no longer has, where it alone is offered: answered in their own version "
        "and without a version, only without one, or gone [assumed].",
        ("kept", "headerless", "gone"),
    ),
    Switch("catalogue_global_region", "", "The region that the catalogue has for a service without regions [assumed]."),
    Switch(
        "denied",
        "",
        "What no user may do: services, or single operations, with commas between (resourcemanager,vpc:ListSubnets).",
    ),
    Switch(
        "unprinted_page_size",
        20,
        "How many items a page of the lists beside the five services has, where the size is not given and no default "
        "is printed [assumed].",
    ),
    Switch("largest_page", 0, "The largest page that a paged list gives, whatever is asked for; 0 is not a limit."),
    Switch("name_filter", "part", "How the name filter of lists matches [assumed].", ("part", "prefix", "exact")),
    Switch(
        "random_seed",
        "",
        "Makes ids, suffixes and addresses repeatable, from the next time that the state is replaced; empty is random.",
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
            switch = self.known[name]
            parsed[name] = switch.parse(value)
            # A value that is set by its own name takes precedence over that of a leading switch.
            parsed |= {other: parsed[name] for other in switch.leads if other not in values}
        self._values.update(parsed)
        if as_start:
            self._start.update(parsed)

    def reset(self) -> None:
        """Go back to the values at start."""
        self._values = dict(self._start)

    def text(self, name: str) -> str:
        """The value of a switch with choices or text."""
        return str(self._values[name])

    def text_in(self, name: str, region: str) -> str:
        """The value of a regional switch in a region."""
        found = _by_region(self.text(name), str(self.known[name].default))
        return found.get(region, found[""])

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
