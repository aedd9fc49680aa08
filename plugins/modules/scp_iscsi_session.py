#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: scp_iscsi_session
short_description: Log a server in to block volumes over iSCSI
version_added: 0.1.0
description:
  - Logs a server in to all targets at the addresses of Block Storage (BM) volumes, or logs it out. The server also logs in again when it starts.
  - Runs on the server itself, which must be Linux with Python 3.6 or newer. It makes no call to the API. The module
    M(scp.storage.scp_mount_source_info) returns lists for O(sessions).
  - Each run compares the sessions that C(iscsiadm -m session) shows with the desired state. Addresses with a session are searched for targets too, because
    they can offer another volume. Existing sessions are rescanned.
  - It logs in only at the given addresses, although arrays show more.
author:
  - the scp.storage authors (@scp-storage)
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Check mode also searches the addresses for targets. Nothing is stored.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: none
    details: C(actions) lists it in any mode.
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  sessions:
    description: The volumes to log in to and out of.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the volume, for messages.
        type: str
        default: ""
      portals:
        description: IP addresses of the volume, without ports.
        type: list
        elements: str
        required: true
      state:
        description:
          - V(present) logs in at each address.
          - V(absent) logs out of the addresses that no item with V(present) contains, and removes their records, so that the server does not log in again.
            It fails if a disk of such a session is mounted, used as swap, or part of a device mapper or RAID device.
        type: str
        choices: [present, absent]
        default: present
  enable_service:
    description:
      - Whether to enable the systemd service C(open-iscsi) or C(iscsi), which logs in again when the server starts. It is enabled if there is an item with
        V(present). It is not started.
    type: bool
    default: true
  timeout:
    description: Maximum number of seconds to wait for one call of C(iscsiadm) or C(systemctl).
    type: int
    default: 120
notes:
  - Requires root and C(iscsiadm), which is in the package C(open-iscsi) or C(iscsi-initiator-utils).
  - Neither the API nor the session shows which disk of a server belongs to a volume. Volumes can share an address. The server logs out of these together.
seealso:
  - module: scp.storage.scp_mount
  - module: scp.storage.scp_mount_source_info
"""

EXAMPLES = r"""
---
- name: Log in to a block volume
  scp.storage.scp_iscsi_session:
    sessions:
      - name: ledger
        portals: [10.10.2.1, 10.10.2.2]

- name: Log out of one of two block volumes
  scp.storage.scp_iscsi_session:
    sessions:
      - name: ledger
        portals: [10.10.2.1, 10.10.2.2]
        state: absent
      - name: journal
        portals: [10.10.2.2]
"""

RETURN = r"""
---
sessions:
  description: One dictionary for each item of O(sessions).
  returned: unless an item is invalid
  type: list
  elements: dict
  contains:
    name:
      description: Name of the volume.
      type: str
    portals:
      description: Addresses of the volume. For an absent volume, those that no other volume has.
      type: list
      elements: str
    state:
      description: Value of O(sessions[].state).
      type: str
    change:
      description: Result for the item, V(created), V(changed), V(deleted), V(unchanged) or V(failed). In check mode, the predicted result.
      type: str
    actions:
      description: What was done, in order. In check mode, what would be done.
      type: list
      elements: str
    message:
      description: Why it failed. Empty otherwise.
      type: str
  sample:
    - name: ledger
      portals: [10.10.2.1]
      state: present
      change: created
      actions: ["log in to iqn.1992-08.com.example:sn.1 at 10.10.2.1:3260"]
      message: ""
service:
  description: The service that was enabled, or would be enabled in check mode; empty if none was.
  returned: unless an item is invalid
  type: str
  sample: open-iscsi.service
table:
  description: Lines for users, a table first.
  returned: unless an item is invalid
  type: list
  elements: str
summary:
  description: One line.
  returned: unless an item is invalid
  type: str
  sample: 1 created, 0 changed, 0 unchanged, 0 failed
failures:
  description: What failed, a line for each item.
  returned: unless an item is invalid
  type: list
  elements: str
"""

import glob
import ipaddress
import os
import re
import signal
import tempfile
import unicodedata
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any, Dict, List, NamedTuple, Sequence, Set, Tuple

from ansible.module_utils.basic import AnsibleModule

#: Return codes of iscsiadm: there are no sessions or records; the session exists.
NONE_FOUND = 21
EXISTS = 15
#: Return code where there is no such program.
NO_PROGRAM = 127


#: Services that log in when the server starts, by their names on Debian, and on Red Hat and SUSE.
SERVICES = ("open-iscsi.service", "iscsi.service")


class Problem(Exception):
    """An item cannot be brought to the desired state."""


class Command(NamedTuple):
    """How a program ended."""

    rc: int
    output: str
    errors: str

    @property
    def message(self) -> str:
        """What it said, in one line."""
        return " ".join((self.errors.strip() or self.output.strip() or f"rc {self.rc}").split())


class Target(NamedTuple):
    """A target at a portal, with the number of its session if it has one."""

    portal: str
    tag: str
    name: str
    session: str = ""

    @property
    def address(self) -> str:
        """Its address without the port."""
        return plain_address(re.sub(r":\d+$", "", self.portal))

    @property
    def key(self) -> Tuple[str, str]:
        """What identifies it."""
        return self.portal, self.name

    def __str__(self) -> str:
        return f"{self.name} at {self.portal}"


class Item(NamedTuple):
    """One item of the list."""

    name: str
    portals: List[str]
    state: str

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.name or ", ".join(self.portals)


# -- text ------------------------------------------------------------------------------------------------------------


def plain_address(address: str) -> str:
    """Return an address in one spelling.

    >>> plain_address("[FD00:0::1]")
    'fd00::1'
    """
    bare = address.strip("[]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def parse_sessions(text: str) -> List[Target]:
    """Return the sessions that iscsiadm lists.

    >>> parse_sessions("tcp: [3] 10.2.2.1:3260,1 iqn.2000-01.com.example:a (non-flash)")[0].session
    '3'
    """
    found = re.findall(r"(?m)^\S+: \[(\d+)\] (\S+),(-?\d+) (\S+)", text)
    return [Target(portal, tag, name, session) for session, portal, tag, name in found]


def parse_targets(text: str) -> List[Target]:
    """Return the targets that iscsiadm lists, of a discovery or of its records."""
    return [Target(*fields) for fields in re.findall(r"(?m)^(\S+),(-?\d+) (\S+)", text)]


# -- the server ------------------------------------------------------------------------------------------------------


class Host:
    """The server, and what is done on it.

    :ivar root: what its paths begin with; empty but for tests.
    """

    def __init__(self, root: str = "", limit: float = 120) -> None:
        self.root = root
        self.limit = limit

    def iscsiadm(self, *arguments: str) -> Command:
        """Run iscsiadm for no longer than the limit."""
        return self.run("iscsiadm", *arguments)

    def run(self, program: str, *arguments: str) -> Command:
        """Run a program for no longer than the limit."""
        environment = dict(os.environ, LC_ALL="C", LANG="C")
        environment["PATH"] = environment.get("PATH", "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        # Files, and not pipes, which a child that hangs would keep open.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            try:
                # run_command of Ansible has no time limit.
                process = Popen(  # pylint: disable=ansible-bad-function
                    [program, *arguments],
                    stdin=DEVNULL,
                    stdout=output,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,
                )
            except OSError as error:
                return Command(NO_PROGRAM, "", f"{program}: {error.strerror}")
            try:
                rc = process.wait(self.limit)
            except TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Command(137, "", f"{program} did not end within {self.limit} s (timeout)")
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode("utf-8", "replace"))
            return Command(rc, texts[0], texts[1])

    def read(self, path: str) -> str:
        """Return the content of a file; empty if there is none."""
        try:
            with open(self.root + path, encoding="utf-8", errors="replace", newline="\n") as file:
                return file.read()
        except OSError:
            return ""

    def entries(self, path: str) -> List[str]:
        """Return the names in a folder; none if it does not exist."""
        try:
            return sorted(os.listdir(self.root + path))
        except OSError:
            return []

    def disks(self, session: str) -> List[str]:
        """Return the disks of a session, and their partitions."""
        folder = f"{self.root}/sys/class/iscsi_session/session{session}/device"
        found = sorted(os.path.basename(path) for path in glob.glob(f"{folder}/target*/*/block/*"))
        return [name for disk in found for name in [disk, *self._partitions(disk)]]

    def _partitions(self, disk: str) -> List[str]:
        folder = f"/sys/class/block/{disk}"
        return [name for name in self.entries(folder) if os.path.exists(f"{self.root}{folder}/{name}/partition")]

    def uses(self, disk: str) -> List[str]:
        """Return what uses a disk or a partition."""
        number = self.read(f"/sys/class/block/{disk}/dev").strip()
        found = []
        # Other line breaks of Unicode are part of a path.
        for line in self.read("/proc/self/mountinfo").split("\n"):
            fields, _separator, rest = line.partition(" - ")
            place, source = fields.split(" "), rest.split(" ")
            # A file system of several disks has a separate number, and names one of the disks.
            if len(place) > 4 and (place[2] == number or source[1:2] == [f"/dev/{disk}"]):
                found.append(f"{disk} is mounted on {place[4]}")
        swaps = [line.split(" ")[0] for line in self.read("/proc/swaps").split("\n")]
        if f"/dev/{disk}" in swaps:
            found.append(f"{disk} is used as swap")
        for holder in self.entries(f"/sys/class/block/{disk}/holders"):
            name = self.read(f"/sys/class/block/{holder}/dm/name").strip()
            found.append(f"{disk} is part of {name or holder}")
        return found


# -- one item --------------------------------------------------------------------------------------------------------


class Work:
    """Brings one item to its desired state; what is done is in ``actions``, and in check mode what would be done."""

    def __init__(self, host: Host, item: Item, check: bool) -> None:
        self.host = host
        self.item = item
        self.check = check
        self.actions: List[str] = []
        self.message = ""

    @property
    def change(self) -> str:
        """What became of the item."""
        if self.message:
            return "failed"
        if not self.actions:
            return "unchanged"
        if self.item.state == "absent":
            return "deleted"
        return "created" if len([one for one in self.actions if one.startswith("log in ")]) else "changed"

    def view(self) -> Dict[str, Any]:
        """Return the item as results show it."""
        return {
            "name": self.item.name,
            "portals": self.item.portals,
            "state": self.item.state,
            "change": self.change,
            "actions": self.actions,
            "message": self.message,
        }

    def converge(self) -> None:
        """Bring the item to its desired state.

        :raises Problem: it is not possible.
        """
        if self.item.state == "absent":
            self._log_out()
        else:
            self._log_in()

    def _do(self, action: str) -> bool:
        """Note an action; whether it is to be done."""
        self.actions.append(action)
        return not self.check

    def _listed(self, command: Command) -> str:
        """Return what iscsiadm lists; nothing where it says that there is nothing.

        :raises Problem: it failed.
        """
        if command.rc in (0, NONE_FOUND):
            return command.output
        if command.rc == NO_PROGRAM and (self.check or self.item.state == "absent"):
            # It comes with a package that check mode does not install, and without it there are no sessions.
            return ""
        raise Problem(f"The sessions of the server cannot be read: {command.message}")

    def _sessions(self) -> List[Target]:
        """Return the sessions at the addresses of the item."""
        listed = parse_sessions(self._listed(self.host.iscsiadm("-m", "session")))
        return [one for one in listed if one.address in self.item.portals]

    def _node(self, target: Target, *arguments: str) -> Command:
        return self.host.iscsiadm("-m", "node", "-T", target.name, "-p", target.portal, *arguments)

    # -- present --

    def _log_in(self) -> None:
        sessions = self._sessions()
        silent: List[str] = []
        targets: List[Target] = []
        for portal in self.item.portals:
            # By itself this would store all targets at any address, and some systems log in to what is stored when they start.
            found = self.host.iscsiadm("-m", "discovery", "-t", "sendtargets", "-p", portal, "-o", "nonpersistent")
            offered = [one for one in parse_targets(found.output) if one.address in self.item.portals]
            if found.rc == NO_PROGRAM and self.check:
                self._do(f"log in at {portal}")
            elif (found.rc or not offered) and portal not in {one.address for one in sessions}:
                silent.append(f"{portal}: {found.message}" if found.rc else portal)
            targets += offered
        known = {one.key for one in sessions}
        failed = [self._create(target) for target in dict.fromkeys(targets) if target.key not in known]
        self._keep(sessions)
        problems = [one for one in failed if one]
        if silent:
            problems.append(
                f"{', '.join(silent)} offers this server no target. Check that the server is attached to the volume"
                " (scp_bm_volume), and that its initiator name (/etc/iscsi/initiatorname.iscsi) is the one the platform"
                " gave it."
            )
        if problems:
            raise Problem(" ".join(problems))

    def _create(self, target: Target) -> str:
        """Log in to a target, now and whenever the server starts; why it failed, or an empty text."""
        if not self._do(f"log in to {target}"):
            return ""
        portal = f"{target.portal},{target.tag}"
        steps = [
            self.host.iscsiadm("-m", "node", "-T", target.name, "-p", portal, "-o", "new"),
            self._node(target, "--login"),
        ]
        if steps[-1].rc in (0, EXISTS):
            steps = [self._start_at_boot(target)]
        failed = [step for step in steps if step.rc]
        return f"The login to {target} failed: {failed[-1].message}." if failed else ""

    def _start_at_boot(self, target: Target) -> Command:
        return self._node(target, "-o", "update", "-n", "node.startup", "-v", "automatic")

    def _keep(self, sessions: Sequence[Target]) -> None:
        """Rescan sessions that exist, and let the server log in to them when it starts."""
        for target in sessions:
            if not self.check:
                # A new volume behind a target shows only then. One that is down finds nothing, and does not fail the rest.
                self._node(target, "--rescan")
            record = self._node(target)
            if re.search(r"(?m)^node\.startup = automatic$", record.output):
                continue
            if self._do(f"start {target} at boot"):
                if record.rc:
                    self.host.iscsiadm(
                        "-m", "node", "-T", target.name, "-p", f"{target.portal},{target.tag}", "-o", "new"
                    )
                done = self._start_at_boot(target)
                if done.rc:
                    raise Problem(f"{target} could not be set to start at boot: {done.message}")

    # -- absent --

    def _log_out(self) -> None:
        sessions = self._sessions()
        records = parse_targets(self._listed(self.host.iscsiadm("-m", "node")))
        known = [one for one in records if one.address in self.item.portals]
        uses = [use for one in sessions for disk in self.host.disks(one.session) for use in self.host.uses(disk)]
        if uses:
            raise Problem(
                f"its sessions carry disks in use ({'; '.join(dict.fromkeys(uses))}), so the server stays logged in. Unmount"
                " them, and remove what is built on them (multipath -f for a multipath map)."
            )
        for target in sessions:
            if self._do(f"log out of {target}"):
                self._expect(self._node(target, "--logout"), f"The logout of {target}")
        # Also where an interrupted run has logged out already.
        for target in dict.fromkeys(known):
            if self._do(f"remove the record of {target}"):
                self._expect(self._node(target, "-o", "delete"), f"The removal of the record of {target}")

    @staticmethod
    def _expect(command: Command, what: str) -> None:
        if command.rc not in (0, NONE_FOUND):
            raise Problem(f"{what} failed: {command.message}")


# -- the list --------------------------------------------------------------------------------------------------------


def read_items(given: Sequence[Dict[str, Any]]) -> Tuple[List[Item], List[str]]:
    """Return the items, and all that is wrong with them."""
    items: List[Item] = []
    mistakes: List[str] = []
    for number, one in enumerate(given, 1):
        items.append(Item(one["name"], [plain_address(portal) for portal in one["portals"]], one["state"]))
        wrong = [portal for portal in one["portals"] if not is_address(portal)]
        if wrong or not one["portals"]:
            mistakes.append(
                f"Item {number} ({items[-1].label}): portals must be a list of IP addresses, without ports"
                f"{', not ' + ', '.join(wrong) if wrong else ''}."
            )
    shared = shared_portals(items)
    return [
        item._replace(portals=[portal for portal in item.portals if portal not in shared])
        if item.state == "absent"
        else item
        for item in items
    ], mistakes


def shared_portals(items: Sequence[Item]) -> Set[str]:
    """Return the addresses that the server stays logged in at."""
    return {portal for item in items if item.state == "present" for portal in item.portals}


def is_address(portal: str) -> bool:
    """Return whether it is an IP address."""
    try:
        ipaddress.ip_address(portal.strip("[]"))
    except ValueError:
        return False
    return True


def enable_service(host: Host, check: bool) -> Tuple[str, str]:
    """Enable the service that logs in when the server starts.

    :return: its name if it was not enabled, and why it could not be.
    """
    if not os.path.isdir(host.root + "/run/systemd/system"):
        return "", ""
    states = [(unit, host.run("systemctl", "is-enabled", unit).output.strip()) for unit in SERVICES]
    known = [(unit, state) for unit, state in states if state and state != "not-found"]
    if not known:
        missing = f"There is none of the services {', '.join(SERVICES)}, so the server does not log in when it starts."
        # It comes with a package that check mode does not install.
        return "", "" if check else missing
    unit, state = known[0]
    if state not in ("disabled", "indirect", "linked"):
        return "", ""
    done = Command(0, "", "") if check else host.run("systemctl", "enable", unit)
    return unit, f"{unit} could not be enabled: {done.message}." if done.rc else ""


def converge(host: Host, items: Sequence[Item], check: bool, service: bool = False) -> Dict[str, Any]:
    """Bring all items to their desired state, and return the result of the task.

    :param service: whether to enable the service that logs in when the server starts.
    """
    works = [Work(host, item, check) for item in items]
    done: Set[str] = set()
    for work in works:
        attempt(work)
        if check:
            # What is done for one item is done for all that share it.
            work.actions = [one for one in work.actions if one not in done]
            done.update(work.actions)
    changes = [work.change for work in works]
    names = ["created", "changed", "deleted", "unchanged", "failed"]
    kept = [name for name in names if name in changes or name != "deleted"]
    summary = ", ".join(f"{changes.count(name)} {name}" for name in kept)
    failures = [f"{work.item.label}: {work.message}" for work in works if work.message]
    enabled, problem = "", ""
    if service and any(item.state == "present" for item in items):
        enabled, problem = enable_service(host, check)
    failures += [problem] if problem else []
    rows = [
        [work.item.label, work.item.state, work.change, ", ".join(work.actions) or (work.message and "see below")]
        for work in works
    ]
    result: Dict[str, Any] = {
        "changed": any(work.actions for work in works) or bool(enabled),
        "service": enabled,
        "table": [*format_table([["VOLUME", "STATE", "CHANGE", "ACTIONS"], *rows]), *failures],
        "sessions": [work.view() for work in works],
        "summary": ("Plan, nothing was changed: " if check else "") + summary,
        "failures": failures,
    }
    if failures:
        result.update(failed=True, msg=" ".join(failures))
    return result


def format_table(rows: Sequence[Sequence[str]]) -> List[str]:
    """Return rows as lines with columns of the same width."""

    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

    cells = [[cell or "-" for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells)]
    return ["  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths)).rstrip() for row in cells]


def attempt(work: Work) -> None:
    """Converge an item, and note why it failed."""
    try:
        work.converge()
    except Problem as problem:
        work.message = str(problem)


ARGUMENTS: Dict[str, Any] = {
    "sessions": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "default": ""},
            "portals": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "enable_service": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 120},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    items, mistakes = read_items(module.params["sessions"])
    if mistakes:
        module.fail_json(msg="sessions has mistakes, and nothing was changed. " + " ".join(mistakes))
    host = Host(limit=module.params["timeout"])
    result = converge(host, items, module.check_mode, module.params["enable_service"])
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
