# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: ``python3 -m tests.simulator --port PORT``."""

from __future__ import annotations

import argparse
import asyncio
import errno
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from .app import Simulator, known_switches
from .behaviors import SwitchError, Switches
from .state import DEFAULT_SEED
from .tables import SeedError


def _switch_help(switches: Switches) -> str:
    lines = ["switches (for --switch, and PUT /_control/switches):"]
    for switch in switches.known.values():
        default = str(switch.default).lower() if isinstance(switch.default, bool) else switch.default
        choices = f" ({switch.takes()})" if switch.choices else ""
        lines.append(f"  {switch.name} = {default if default != '' else 'empty'}{choices}")
        lines += textwrap.wrap(switch.meaning, 100, initial_indent="      ", subsequent_indent="      ")
    return "\n".join(lines)


def _parser(switches: Switches) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.simulator",
        description="The five SCP v2 storage services on this machine, all regions, for tests and rehearsals.",
        epilog=_switch_help(switches),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="the port on 127.0.0.1; 0 picks one and prints it")
    parser.add_argument("--seed", type=Path, default=DEFAULT_SEED, metavar="FILE", help="the initial state")
    parser.add_argument("--state", type=Path, metavar="FILE", help="continue from this file if it exists, and keep it")
    parser.add_argument(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="X",
        help="how fast time runs; 1000 makes 20 s pass in 20 ms, 0 holds it still (default 1)",
    )
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="see below; repeatable")
    parser.add_argument("-v", "--verbose", action="store_true", help="one line on stderr for each request")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; 0 after a clean end, 2 where it cannot start."""
    switches = known_switches()
    options = _parser(switches).parse_args(arguments)
    try:
        pairs = [text.partition("=") for text in options.switch]
        if any(not equals for _ignored, equals, _ignored in pairs):
            raise SwitchError("--switch takes NAME=VALUE")
        switches.set({name: value for name, _ignored, value in pairs}, as_start=True)
        if not 0 <= options.time_scale <= 1e9:
            raise SwitchError("--time-scale takes a number from 0")
        if not 0 <= options.port <= 65535:
            raise SwitchError("--port takes a number from 0 to 65535")
        simulator = Simulator(
            switches, seed=options.seed, state=options.state, scale=options.time_scale, verbose=options.verbose
        )
        asyncio.run(simulator.run(options.port))
    except (SwitchError, SeedError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            reason = f"port {options.port} is in use. Choose another one: --port 8081, or make simulator PORT=8081"
        print(f"simulator: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
