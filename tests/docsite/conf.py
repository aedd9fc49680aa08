# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Goes behind the ``conf.py`` that ``antsibull-docs sphinx-init`` makes, in the session ``docsite`` of noxfile.py.

No other site is asked while pages are built. The few places of Ansible's own documentation that they lead to are listed
here; Sphinx names one that is missing as an undefined label.
"""

import zlib
from pathlib import Path

#: Labels of Ansible's documentation: page and title.
ANSIBLE = {
    "action_plugins": ("plugins/action.html", "Action plugins"),
    "ansible_configuration_settings": ("reference_appendices/config.html", "Ansible Configuration Settings"),
    "common_return_values": ("reference_appendices/common_return_values.html", "Return Values"),
    "inventory_plugins": ("plugins/inventory.html", "Inventory plugins"),
    "lookup_plugins": ("plugins/lookup.html", "Lookup plugins"),
}

#: Environment variables of Ansible's own, which options that inventory plugins share name; all on one page.
ANSIBLE_VARIABLES = (
    "ANSIBLE_CACHE_PLUGIN",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION",
    "ANSIBLE_CACHE_PLUGIN_PREFIX",
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT",
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED",
    "ANSIBLE_INVENTORY_USE_EXTRA_VARS",
)

_inventory = Path(__file__).with_name("ansible.inv")
_lines = "".join(f"{label} std:label -1 {page}#$ {title}\n" for label, (page, title) in ANSIBLE.items())
_lines += "".join(f"{name} std:envvar -1 reference_appendices/config.html#envvar-$ -\n" for name in ANSIBLE_VARIABLES)
_inventory.write_bytes(
    b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n"
    b"# The remainder of this file is compressed using zlib.\n" + zlib.compress(_lines.encode())
)
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/ansible/latest/", str(_inventory))}

# Dashes only: what is quoted in the guides can be searched for as it stands.
smartquotes_action = "D"
