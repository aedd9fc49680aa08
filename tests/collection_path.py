# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible and Python find this clone as ``ansible_collections.scp.storage``, wherever it lies.

``python3 -m tests.collection_path`` makes the place and prints it; it is what ``ANSIBLE_COLLECTIONS_PATH`` wants.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Everything private to this clone that is not worth keeping.
CACHE = ROOT / ".cache"
#: Holds ``ansible_collections/scp/storage``, a link to the root.
COLLECTIONS = CACHE / "collections"


def place() -> Path:
    """Make the link, point this process and its children at it, and return the folder to look in."""
    link = COLLECTIONS / "ansible_collections" / "scp" / "storage"
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        # Relative, so that the clone can be moved.
        link.symlink_to(os.path.relpath(ROOT, link.parent), target_is_directory=True)
    # Nothing else: what happens to be installed for the user must not get into a test.
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)
    if str(COLLECTIONS) not in sys.path:
        sys.path.insert(0, str(COLLECTIONS))
    return COLLECTIONS


if __name__ == "__main__":
    print(place())
