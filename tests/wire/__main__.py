# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the disk of the machines if there is none, or if its recipe has changed."""

from __future__ import annotations

import argparse
import sys
import time

from tests.wire.disk import DISK, MIRROR, WireFailed, check_requirements, is_current, make


def main() -> int:
    """Make it, unless it is there."""
    parser = argparse.ArgumentParser(prog="make test-wire", description="Make the disk of the virtual machines.")
    parser.add_argument("--fresh", action="store_true", help="make it again, with the newest packages of Debian")
    parser.add_argument("--mirror", default=MIRROR, help=f"where Debian packages come from ({MIRROR})")
    options = parser.parse_args()
    try:
        check_requirements()
        if options.fresh or not is_current():
            begun = time.monotonic()
            make(options.mirror)
            print(f"The disk was made in {time.monotonic() - begun:.0f} s.")
    except WireFailed as failure:
        print(f"\nThe machines cannot be started: {failure}.", file=sys.stderr)
        return 1
    print(f"The machines start from {DISK}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
