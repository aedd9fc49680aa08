# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a report of a world that has all sorts of trouble, on the simulator: ``python3 -m tests.report FOLDER``.

With ``--pictures FOLDER`` it also makes the pictures of the documentation, for which Chromium must be there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.collection_path import place
from tests.report.browser import opened
from tests.report.report_fixtures import EAST, WEST, build, history
from tests.simulator.fixture import Simulator

VARIABLES = {
    "storage_report_regions": [WEST, EAST],
    "storage_report_exempt": ["scratch*"],
    "storage_report_capacity_gb": {"filestorage_volume": 10000, "bm_volume": 12000},
}
#: Width and height of the pictures.
SIZE = (1200, 880)


def make(folder: Path) -> Path:
    """Make a report with a history in a folder; the page."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with Simulator() as simulator:
        world = build(now, simulator.world()["servers"])
        simulator.patch_world(world)
        (folder / "storage_report.history.json").write_text(json.dumps(history(now, world)), encoding="utf-8")
        environ = {
            **os.environ,
            **simulator.environ(),
            "ANSIBLE_COLLECTIONS_PATH": str(place()),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        }
        program = Path(sys.executable).parent / "ansible-playbook"
        variables = json.dumps({**VARIABLES, "storage_report_folder": str(folder.resolve())})
        command = [sys.executable, str(program), "scp.storage.storage_report", "-e", variables]
        subprocess.run(command, env=environ, check=True)
    return folder / "storage_report.html"


async def _take(page_file: Path, folder: Path) -> None:
    async with opened(page_file.resolve().as_uri()) as page:
        for scheme in ("light", "dark"):
            await page.look(*SIZE, scheme)
            (folder / f"storage_report-{scheme}.png").write_bytes(await page.screenshot())


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.report", description="Make a report of a simulated account."
    )
    parser.add_argument("folder", type=Path, help="where to write the report")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where to write pictures of it, light and dark")
    asked = parser.parse_args()
    made = make(asked.folder)
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
        asyncio.run(_take(made, asked.pictures))


if __name__ == "__main__":
    main()
