#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: scp_mount
short_description: Mount shares and file systems of block volumes on a server
version_added: 0.1.0
description:
  - Mounts and unmounts NFS shares, CIFS shares and file systems on block devices, and manages their lines in C(/etc/fstab).
  - Runs on the server itself, which must be Linux with Python 3.6 or newer. It makes no call to the API. The module
    M(scp.storage.scp_mount_source_info) returns a list for O(mounts).
  - Each run compares the mounts in C(/proc/self/mountinfo) with the desired state, so a remount that failed is tried again by the next run. The module never
    reads the content of a path, so a mount whose server does not answer does not block it.
  - Mounts below each other can be in any order in O(mounts). A folder is mounted before those below it, and unmounted after them, and the lines in
    C(/etc/fstab) have this order too.
  - A path is not mounted or unmounted if other mounts are below it that O(mounts) does not unmount, because a mount would hide them. A mount that a later
    one on a folder above it hides is reported, and not changed.
  - All blockers are reported before anything is changed. An existing mount or line in C(/etc/fstab) of a path is replaced only if it is a share, and only by
    a share.
author:
  - the scp.storage authors (@scp-storage)
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
    details: Shows the lines of C(/etc/fstab) that change, and no others.
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  mounts:
    description: The mounts and unmounts.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the volume, for messages and O(cifs_passwords).
        type: str
        default: ""
      path:
        description:
          - Folder of the server to mount on, as an absolute path without symbolic links. It is created if it does not exist, and never deleted.
          - Nothing is mounted on folders of the system, such as C(/etc), C(/usr) and C(/var), or anywhere below C(/dev), C(/proc) and C(/sys).
        type: path
        required: true
      source:
        description:
          - What to mount, as C(address:/share), C(//address/share) or C(/dev/…). An IPv6 address is in brackets. URLs are refused.
          - Sources are normalized before they are compared. A slash at the end, two slashes, capitals in the name of a server, or another form of an IPv6
            address make no difference. A name and the address that it resolves to are equal too.
          - Required with O(mounts[].state=present).
        type: str
        default: ""
      fstype:
        description:
          - Type of the file system. The default is V(nfs) or V(cifs), depending on the form of O(mounts[].source).
          - Required for a device.
        type: str
        default: ""
      options:
        description:
          - Options of the mount, separated by commas.
          - A removed or changed option takes effect through a remount if the kernel changes it by one. Otherwise O(unmount_to_apply) decides.
          - For NFS, only flags such as V(ro), V(nosuid) and V(noatime) take effect through a remount. For CIFS, also V(uid), V(gid), V(file_mode),
            V(dir_mode), the times of the attribute cache and some others.
          - C(password), and a password after C(%) in C(username), are refused. Use O(cifs_passwords).
        type: str
        default: defaults,_netdev,nofail
      cifs_username:
        description: User of a CIFS share.
        type: str
        default: ""
      format:
        description:
          - Whether to create the file system O(mounts[].fstype) on a device that is empty. A device on which C(blkid) or C(wipefs) finds
            anything is never written to.
        type: bool
        default: false
      lazy:
        description:
          - When to detach a mount that C(umount) does not end within O(unmount_timeout). It is detached with C(umount -f) and then C(umount -l). Data that
            was not written yet is lost.
          - V(moved) detaches it only if the same share is mounted from another server, for example from an address that the platform no longer uses. A mount
            that processes use is not detached.
          - V(always) also detaches mounts that are in use.
        type: str
        choices: [never, moved, always]
        default: never
      state:
        description:
          - V(present) mounts the source and manages its line in C(/etc/fstab).
          - V(absent) unmounts it, and removes its line and the file with its password. Without O(mounts[].source), any share on the path is unmounted. If
            O(mounts[].fstype) is not a share, any device is unmounted.
        type: str
        choices: [present, absent]
        default: present
  cifs_passwords:
    description:
      - Passwords of CIFS shares by O(mounts[].name). They are written to files below O(credentials_dir) that only root can read. They do not appear in
        command lines, C(/etc/fstab) or results.
      - A changed password takes effect as described in O(unmount_to_apply).
      - Other names are ignored, so that several servers can have the same passwords.
    type: dict
    default: {}
  credentials_dir:
    description:
      - Folder for these files, as an absolute path. An empty value is the default.
      - If it changes, files move to the new folder without an unmount.
    type: path
    default: /etc/scp_storage
  unmount_to_apply:
    description:
      - Whether to unmount a path and mount it again if a remount cannot apply its options, or if its password has changed. A path that is in use is not
        unmounted, and its item fails until it is idle. If the new mount fails, the former one is restored.
    type: bool
    default: true
  mount_timeout:
    description: Maximum number of seconds to wait for one mount or remount.
    type: int
    default: 180
  unmount_timeout:
    description: Maximum number of seconds to wait for one unmount.
    type: int
    default: 15
  device_timeout:
    description: Maximum number of seconds to wait for a device.
    type: int
    default: 60
notes:
  - Requires root, and the programs C(mount) and C(umount), C(mount.nfs) for NFS, C(mount.cifs) for CIFS, C(blkid), C(wipefs) and C(mkfs) for
    devices.
  - Mounts that are replaced, for example because their server has another address, are all unmounted before the first one is mounted again. From NFS 4.1 on,
    the kernel recognizes a server by its identity. As long as one mount from an address that does not answer remains, also a detached one that processes
    use, a mount of the same server from another address waits. The kernel can keep the connection for some minutes after the last mount.
  - With the option C(x-systemd.automount), the autofs of systemd on the path belongs to the mount. It remains, and is ended only with
    O(mounts[].state=absent).
seealso:
  - module: scp.storage.scp_mount_source_info
  - module: scp.storage.scp_iscsi_session
"""

EXAMPLES = r"""
---
- name: Mount a share
  scp.storage.scp_mount:
    mounts:
      - path: /srv/web
        source: 10.10.1.5:/scp_web_data_x81k2a
        options: rw,hard,_netdev,nofail

- name: Mount a CIFS share
  scp.storage.scp_mount:
    mounts:
      - name: office
        path: /srv/office
        source: //10.10.1.6/scp_office_bbbbbb
        cifs_username: cifs1a2b3c
    cifs_passwords:
      office: "{{ vault_office_password }}"

- name: Mount a block volume, and create its file system if it is empty
  scp.storage.scp_mount:
    mounts:
      - path: /srv/orders
        source: /dev/mapper/mpatha
        fstype: xfs
        format: true

- name: Unmount a share permanently
  scp.storage.scp_mount:
    mounts:
      - path: /srv/web
        state: absent
"""

RETURN = r"""
---
mounts:
  description: One dictionary for each item of O(mounts).
  returned: unless an item is invalid
  type: list
  elements: dict
  contains:
    name:
      description: Name of the volume.
      type: str
    path:
      description: Folder of the server.
      type: str
    source:
      description: Source of the mount.
      type: str
    state:
      description: Value of O(mounts[].state).
      type: str
    change:
      description: Result for the item, V(created), V(changed), V(deleted), V(unchanged), V(skipped) or V(failed). In check mode, the predicted result.
      type: str
    actions:
      description:
        - What was done, in order. In check mode, what would be done.
        - The creation of a folder below a path that the same task mounts or unmounts is part of the mount, and not listed.
      type: list
      elements: str
    message:
      description: Why it failed, or its blocker. Empty otherwise.
      type: str
  sample:
    - name: web_data
      path: /srv/web
      source: 10.10.1.5:/scp_web_data_x81k2a
      state: present
      change: created
      actions: [create /srv/web, write /etc/fstab, "mount 10.10.1.5:/scp_web_data_x81k2a on /srv/web"]
      message: ""
table:
  description: Lines for users, a table first.
  returned: unless an item is invalid
  type: list
  elements: str
summary:
  description: One line.
  returned: unless an item is invalid
  type: str
  sample: 1 created, 0 changed, 4 unchanged, 0 failed
failures:
  description: What failed or is blocked, a line for each item.
  returned: unless an item is invalid
  type: list
  elements: str
"""

import hashlib
import ipaddress
import os
import re
import shutil
import signal
import tempfile
import time
import unicodedata
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ansible.module_utils.basic import AnsibleModule

#: Folder for files with passwords where none is given.
CREDENTIALS_DIR = "/etc/scp_storage"
#: Folders of the system, which a mount would hide, and those that the kernel or the system fills.
SYSTEM_FOLDERS = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var"),
)
KERNEL_FOLDERS = ("/dev", "/proc", "/sys")
#: Types of file systems that are shares.
NFS = ("nfs", "nfs4")
CIFS = ("cifs", "smb3")
#: Seconds for programs that only look, or ask systemd.
LOOK_LIMIT = 30
#: Options that only programs read, or nothing; the kernel's mount does not depend on them.
USER_OPTIONS = (
    *("defaults", "_netdev", "nofail", "auto", "noauto", "user", "nouser", "users", "owner", "group"),
    *("bg", "fg", "intr", "nointr"),
)
USER_PREFIXES = ("x-", "X-", "comment=", "credentials=", "retry=")
#: Options of mount.cifs with a password, and those with a user, which can end in a password after a percent sign.
PASSWORD_OPTIONS = ("password", "pass", "password2")
USER_NAME_OPTIONS = ("username", "user")
#: Options that are in force where nothing else is given, by type of file system.
DEFAULT_OPTIONS = {
    "nfs": ("hard", "cto", "ac", "sharecache", "lock", "acl", "rdirplus", "resvport", "lookupcache=all"),
    "cifs": ("soft",),
}
#: Flags that mountinfo shows as they are in force, and what ends each.
FLAGS = {"ro": "rw", "nosuid": "suid", "nodev": "dev", "noexec": "exec"}
ENDS = {**{end: flag for flag, end in FLAGS.items()}, "relatime": "noatime"}
#: Flags of access times: a remount without one of them leaves those that are in force.
TIME_FLAGS = ("noatime", "nodiratime", "strictatime", "relatime")
#: Flags that belong to any mount.
ALL_FLAGS = (
    *(*FLAGS, *ENDS),
    *("sync", "async", "dirsync", "atime", "noatime", "diratime", "nodiratime", "norelatime"),
    *("strictatime", "nostrictatime", "lazytime", "nolazytime", "mand", "nomand", "iversion", "noiversion"),
)
#: Options of shares that a remount changes, also back to their defaults. Tried with Linux 6.1. Of the others, NFS refuses
#: most and ignores some (nconnect, proto), and ignores that one is gone. CIFS refuses some (sec, username, domain, iocharset)
#: and ignores others (vers, seal, sign, port, hard, multichannel, max_channels, echo_interval). It shows other ones as
#: changed that it reads only when a file is opened (cache, nobrl, serverino), so they are not here.
REMOUNT_OPTIONS = {
    "nfs": ALL_FLAGS,
    "cifs": (
        *ALL_FLAGS,
        *("uid", "gid", "forceuid", "noforceuid", "forcegid", "noforcegid", "file_mode", "dir_mode", "perm", "noperm"),
        *("dynperm", "nodynperm", "actimeo", "acregmax", "acdirmax", "closetimeo", "mfsymlinks", "rwpidforward"),
        *("mapchars", "nomapchars", "mapposix", "nomapposix", "strictsync", "nostrictsync"),
    ),
}
#: Options with a value that mountinfo shows as it was given, by type of file system.
SHOWN_OPTIONS = {
    "nfs": ("vers", "sec", "timeo", "retrans"),
    "cifs": ("vers", "uid", "gid", "file_mode", "dir_mode"),
}
HINTS = {
    "nfs": "Check that the server has an access rule of the volume, and that it reaches the address.",
    "cifs": "Check that the server has an access rule of the volume, that it reaches the address, and the password.",
    "": "Check that fstype is the file system that is on the device.",
}


class Problem(Exception):
    """An item cannot be brought to the desired state."""


class Command(NamedTuple):
    """How a program ended."""

    rc: int
    output: str
    errors: str
    timed_out: bool

    @property
    def message(self) -> str:
        """What it said, in one line."""
        silent = "it did not end in time" if self.timed_out else f"rc {self.rc}"
        return " ".join((self.errors.strip() or self.output.strip() or silent).split())


class Mounted(NamedTuple):
    """One line of mountinfo."""

    source: str
    path: str
    fstype: str
    options: List[str]
    number: str = ""
    parent: str = ""


class Item(NamedTuple):
    """One item of the list."""

    name: str
    path: str
    source: str
    fstype: str
    options: str
    username: str
    password: Optional[str]
    credentials: str
    format: bool
    lazy: str
    state: str

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.name or ("" if has_user(self.source) else self.source) or self.path

    @property
    def family(self) -> str:
        """``nfs``, ``cifs``, or empty for a device."""
        return family(self.fstype)

    @property
    def is_device(self) -> bool:
        """Whether it is a file system on a device."""
        return bool(self.fstype and not self.family) or self.source.startswith("/dev/")


# -- text ------------------------------------------------------------------------------------------------------------


def family(fstype: str) -> str:
    """Return ``nfs``, ``cifs``, or an empty text for a type that is not a share."""
    return "nfs" if fstype in NFS else "cifs" if fstype in CIFS else ""


def is_share(source: str) -> bool:
    """Return whether a source is a share of a server."""
    return source.startswith("//") or ":/" in source


def decode(field: str) -> str:
    """Return a field of fstab or mountinfo without its octal escapes, each of which is a byte."""
    raw = field.encode("utf-8", "surrogateescape")
    plain = re.sub(rb"\\([0-3][0-7]{2})", lambda found: bytes([int(found.group(1), 8)]), raw)
    return plain.decode("utf-8", "surrogateescape")


def split_fields(line: str) -> List[str]:
    """Return the fields of a line of fstab as they are written. Only blanks and tabs separate them: fstab(5), getmntent(3)."""
    return [field for field in re.split("[ \t]+", line.rstrip("\n")) if field]


def encode(field: str) -> str:
    """Return a field for fstab, without what separates fields and lines."""
    return re.sub(r"[ \t\n\\]", lambda found: f"\\{ord(found.group()):03o}", field)


def has_control(text: str) -> bool:
    """Return whether a text contains control characters or line breaks."""
    return any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text)


def split_source(source: str) -> Tuple[str, str]:
    """Return the server and the share of a source, in one spelling; the server is empty for a device.

    >>> split_source("Files.example:/export//a/")
    ('files.example', '/export/a')
    """
    source = source.replace("\\", "/")
    if source.startswith("//"):
        server, _separator, share = source[2:].partition("/")
        top, slash, rest = share.lstrip("/").partition("/")
        share = "/" + top.lower() + slash + rest
    else:
        found = re.match(r"(\[[^]]*\]|[^:/]+):(/.*)$", source)
        if not found:
            return "", source
        server, share = found.groups()
    share = re.sub("/+", "/", share)
    return plain_server(server), share.rstrip("/") or "/"


def is_source(source: str) -> bool:
    """Return whether a source has one of the documented forms.

    >>> [is_source(one) for one in ("h:/x", "[fd00::1]:/x", "//h/x", "/dev/sdb", "nfs://h/x", "fd00::1:/x", "//h")]
    [True, True, True, True, False, False, False]
    """
    if has_control(source) or source != source.strip():
        return False
    if source.startswith("/dev/"):
        return bool(re.match(r"/dev/+[^\s/]\S*\Z", source)) and ".." not in source.split("/")
    if source.startswith("//"):
        server, _separator, share = source[2:].partition("/")
        return bool(share.strip("/")) and (is_server(server) or is_address(server))
    server, colon, share = source.partition(":/")
    # A short name before two slashes is the scheme of a URL.
    is_url = share.startswith("/") and re.match(r"[A-Za-z][A-Za-z0-9+-]*\Z", server)
    return bool(colon) and not is_url and is_server(server)


def has_user(source: str) -> bool:
    """Return whether a source has a user, and maybe a password, in a form that is not a documented one.

    >>> [has_user(one) for one in ("//u:p@h/x", "smb://u:p/q@h/x", "u@h:/x", "h:/a@b", "//h/a@b")]
    [True, True, True, False, False]
    """
    return "@" in source and not is_source(source)


def secrets_of(source: str, options: str) -> Set[str]:
    """Return the passwords in a source or in options, which are refused there and must not be shown.

    >>> sorted(secrets_of("//u:p@q@h/x", "username=u%r,pass=s"))
    ['p@q', 'r', 's']
    """
    found = {option_map(options).get(name, "") for name in PASSWORD_OPTIONS}
    found |= {option_map(options).get(name, "").partition("%")[2] for name in USER_NAME_OPTIONS}
    if has_user(source):
        user = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2,}", "", source).rpartition("@")[0]
        found.add(user.partition(":")[2])
    return found - {""}


def is_server(text: str) -> bool:
    """Return whether it is a server's name, its IPv4 address, or its IPv6 address in brackets."""
    if text.startswith("[") and text.endswith("]"):
        return ":" in text and is_address(text[1:-1])
    return bool(re.match(r"\w[\w.-]*\Z", text))


def plain_server(server: str) -> str:
    """Return a server's name or address in one spelling."""
    bare = server.strip("[]").lower()
    literal = re.match(r"(.*)\.ipv6-literal\.net$", bare)
    if literal:
        bare = literal.group(1).replace("-", ":").replace("s", "%")
    address, percent, zone = bare.partition("%")
    try:
        return str(ipaddress.ip_address(address)) + percent + zone
    except ValueError:
        return bare


def is_address(server: str) -> bool:
    """Return whether it is an IP address and not a name."""
    address, percent, zone = server.partition("%")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return not percent or bool(re.match(r"[\w.-]+\Z", zone))


def option_map(options: str) -> Dict[str, str]:
    """Return options by name, with an empty text for those without a value."""
    found = {}
    for option in options.split(","):
        name, _separator, value = option.partition("=")
        if name:
            found[name] = value
    return found


def kernel_options(options: str, kind: str = "") -> Dict[str, str]:
    """Return those options that a mount depends on, by name; without those that are the default of a type."""
    unneeded = (*USER_OPTIONS, *DEFAULT_OPTIONS.get(kind, ()))
    listed = [one for one in options.split(",") if one not in unneeded and not one.startswith(USER_PREFIXES)]
    return option_map(",".join(listed))


def changed_options(before: str, after: str, kind: str) -> Set[str]:
    """Return the names of options that differ and that a mount depends on.

    >>> sorted(changed_options("rw,hard,bg,vers=4.1", "rw,vers=4.2", "nfs"))
    ['vers']
    """
    old, new = kernel_options(before, kind), kernel_options(after, kind)
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def is_shown(name: str, options: str, mounted: Mounted) -> bool:
    """Return whether mountinfo shows that a desired option is in force."""
    desired, shown = option_map(options), option_map(",".join(mounted.options))
    return name in desired and name in shown and same_value(name, desired[name], shown[name])


def not_in_force(item: Item, mounted: Mounted, options: str) -> List[str]:
    """Return those options that mountinfo shows not to be in force, where it shows what was given.

    >>> item = Item("", "/a", "s:/a", "nfs", "", "", None, "", False, "never", "present")
    >>> not_in_force(item, Mounted("s:/a", "/a", "nfs4", ["rw", "vers=4.2", "soft"]), "ro,vers=4,hard")
    ['ro', 'hard']
    """
    shown = option_map(",".join(mounted.options))
    names = SHOWN_OPTIONS.get(item.family, ())
    found = []
    for name, value in kernel_options(options).items():
        if name in FLAGS:
            wrong = name not in mounted.options
        elif name in ENDS:
            # A mount is read-only if it is, or its file system.
            wrong = ENDS[name] in mounted.options
        elif name in ("hard", "soft"):
            wrong = {"hard": "soft", "soft": "hard"}[name] in shown
        else:
            wrong = name in names and name in shown and not same_value(name, value, shown[name])
        if wrong:
            found.append(name + "=" + value if value else name)
    return found


def same_value(name: str, given: str, shown: str) -> bool:
    """Return whether the kernel shows the value that was given."""
    if name == "vers":
        # 3.11 is 3.1.1, and 4 is any 4.x.
        return given == "default" or shown.startswith(given + ".") or given.replace(".", "") == shown.replace(".", "")
    if name == "sec":
        # A list of those that are accepted.
        return shown in given.split(":")
    if name in ("file_mode", "dir_mode"):
        return given.lstrip("0") == shown.lstrip("0")
    # Names of users are shown as numbers.
    return given == shown or (name in ("uid", "gid") and not given.isdigit())


def credentials_file(folder: str, path: str) -> str:
    """Return the file for the password of a path; no two paths have the same."""
    name = re.sub("[^A-Za-z0-9]+", "_", path)
    name = name[1:] if name.startswith("_") else name
    if not re.match(r"[A-Za-z0-9/]*\Z", path):
        name += "-" + hashlib.sha256(path.encode("utf-8")).hexdigest()[:8]
    return folder.rstrip("/") + "/" + name + ".credentials"


def same_file_name(first: str, second: str) -> bool:
    """Return whether two absolute paths of files differ by their folders only."""
    return first.startswith("/") and os.path.basename(first) == os.path.basename(second)


def automount_unit(path: str) -> str:
    """Return the name of the automount unit of a path, as ``systemd-escape --path`` forms it."""
    escaped = ""
    for position, character in enumerate(path.strip("/")):
        if character == "/":
            escaped += "-"
        elif re.match("[A-Za-z0-9:_.]", character) and not (character == "." and position == 0):
            escaped += character
        else:
            escaped += "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))
    return (escaped or "-") + ".automount"


def parse_mountinfo(text: str) -> List[Mounted]:
    """Return what is mounted, in the order in which it was mounted."""
    found = []
    for line in text.split("\n"):
        first, _separator, second = line.partition(" - ")
        fields, rest = first.split(" "), second.split(" ")
        if len(fields) > 5 and len(rest) > 2:
            options = fields[5].split(",") + rest[2].split(",")
            found.append(Mounted(decode(rest[1]), decode(fields[4]), rest[0], options, fields[0], fields[1]))
    return found


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is below a folder, and not the folder itself."""
    return path.startswith(folder + "/")


def plain_path(path: str) -> str:
    """Return an absolute path in one spelling; ``..`` stays, because it can follow a link.

    >>> plain_path("//srv/./web/"), plain_path("none")
    ('/srv/web', 'none')
    """
    if not path.startswith("/"):
        return path
    return "/" + "/".join(name for name in path.split("/") if name not in ("", "."))


def depth(path: str) -> int:
    """Return how many folders deep a path is."""
    return path.count("/")


def visible(mounts: Sequence[Mounted], path: str) -> List[Mounted]:
    """Return the mounts that the kernel passes from the root to a path, in this order, with those on the path itself.

    A mount on the path that is not among them is hidden: a later mount on a folder above the path covers it.

    >>> root, inner = Mounted("/dev/vda", "/", "ext4", [], "1", "0"), Mounted("s:/i", "/a/b", "nfs", [], "2", "1")
    >>> outer = Mounted("s:/o", "/a", "nfs", [], "3", "1")
    >>> [one.source for one in visible([root, inner, outer], "/a/b")]
    ['/dev/vda', 's:/o']
    """
    numbers = {one.number for one in mounts}
    places = ["/", *(path[: found.start()] for found in re.finditer("/", path) if found.start()), path]
    passed: List[Mounted] = []
    for place in places:
        on_place = [one for one in mounts if one.path == place]
        while on_place:
            current = passed[-1].number if passed else ""
            # That of the root is not listed.
            following = [
                one
                for one in on_place
                if one not in passed and (one.parent if one.parent in numbers - {one.number} else "") == current
            ]
            if not following:
                break
            passed.append(following[-1])
    return passed


class Fstab:
    """The lines of fstab; those of other paths, comments and blank lines stay as they are."""

    def __init__(self, text: str) -> None:
        # Other line breaks of Unicode are part of a line.
        self.lines = re.findall("[^\n]*\n|[^\n]+", text)

    @property
    def text(self) -> str:
        """Return the whole file."""
        return "".join(self.lines)

    def positions(self, path: str) -> List[int]:
        """Return where the lines of a path are."""
        return [number for number, line in enumerate(self.lines) if self._path(line) == path]

    def entries(self, path: str) -> List[List[str]]:
        """Return the fields of the lines of a path."""
        return [[decode(field) for field in split_fields(self.lines[number])] for number in self.positions(path)]

    def set_line(self, path: str, fields: Sequence[str]) -> Tuple[str, str]:
        """Make a line the only one of a path, before those of folders below it; the last two fields of a line that exists stay.

        :return: the lines of the path before and after. If it moves, with those that it moves across.
        """
        former = list(self.lines)
        positions = self.positions(path)
        last = split_fields(former[positions[-1]])[4:6] if positions else []
        last += ["0", "0"][len(last) :]
        line = " ".join([*map(encode, fields), *last]) + "\n"
        for number in reversed(positions):
            del self.lines[number]
        same_place = positions[-1] - len(positions) + 1 if positions else len(self.lines)
        place = min([same_place, *self._below(path)])
        if place == len(self.lines) and self.lines and not self.lines[-1].endswith("\n"):
            self.lines[-1] += "\n"
        self.lines.insert(place, line)
        if positions and place < same_place:
            start, end = min(place, positions[0]), positions[-1] + 1
            return "".join(former[start:end]), "".join(self.lines[start : len(self.lines) - len(former) + end])
        return "".join(former[number] for number in positions), line

    def is_misplaced(self, path: str) -> bool:
        """Return whether a line of a folder below the path is before that of the path: mount -a would hide it."""
        positions = self.positions(path)
        return bool(positions and any(number < positions[-1] for number in self._below(path)))

    def _below(self, path: str) -> List[int]:
        """Return where the lines of folders below a path are."""
        return [number for number, line in enumerate(self.lines) if is_below(self._path(line), path)]

    def remove(self, path: str) -> str:
        """Remove the lines of a path, and return them."""
        positions = self.positions(path)
        before = "".join(self.lines[number] for number in positions)
        for number in reversed(positions):
            del self.lines[number]
        return before

    @staticmethod
    def _path(line: str) -> str:
        fields = split_fields(line)
        if len(fields) < 2 or fields[0].startswith("#"):
            return ""
        return plain_path(decode(fields[1]))


# -- the server ------------------------------------------------------------------------------------------------------


class Host:
    """The server, and what is done on it.

    :ivar root: what its paths begin with; empty but for tests.
    """

    def __init__(self, root: str = "") -> None:
        self.root = root
        #: Servers that mounts were detached from.
        self.detached: Set[str] = set()
        #: Paths of mounts that this run will unmount before it mounts anything.
        self.leaving: Set[str] = set()
        #: Paths that were unmounted in check mode, and not mounted again.
        self.left: Set[str] = set()
        #: Paths that were mounted or unmounted: what folders are below them is known only after that.
        self.altered: Set[str] = set()
        #: Paths that do not have what they are to have.
        self.failed: Set[str] = set()

    def real(self, path: str) -> str:
        """Return where a path of the server is."""
        return self.root + path

    def run(self, argv: Sequence[str], limit: float = LOOK_LIMIT) -> Command:
        """Run a program for no longer than a limit, also where the kernel does not let it end."""
        environment = dict(os.environ, LC_ALL="C", LANG="C")
        environment["PATH"] = environment.get("PATH", "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        # Files, and not pipes, which a child that hangs would keep open.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            try:
                # run_command of Ansible has no time limit.
                process = Popen(  # pylint: disable=ansible-bad-function
                    list(argv),
                    stdin=DEVNULL,
                    stdout=output,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,
                )
            except OSError as error:
                return Command(127, "", f"{argv[0]}: {error.strerror}", False)
            timed_out = not ends_within(process, limit)
            if timed_out:
                os.killpg(process.pid, signal.SIGKILL)
                ends_within(process, 3)
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode("utf-8", "replace"))
            return Command(process.poll() or (137 if timed_out else 0), texts[0], texts[1], timed_out)

    def mounts(self) -> List[Mounted]:
        """Return what is mounted."""
        with open(self.real("/proc/self/mountinfo"), encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            return parse_mountinfo(file.read())

    def connected(self) -> Set[str]:
        """Return the NFS servers that the kernel has a connection to. It can outlive the last mount by minutes."""
        lines = (self.read("/proc/fs/nfsfs/servers") or "").splitlines()[1:]
        return {line.split()[-1] for line in lines if line.strip()}

    def on_path(self, path: str) -> List[Mounted]:
        """Return what is mounted on a path and not hidden, the topmost last."""
        return [one for one in visible(self.mounts(), path) if one.path == path]

    def hidden(self, path: str) -> List[Tuple[Mounted, Mounted]]:
        """Return the mounts on a path that are hidden, each with the mount on a folder above it that hides it."""
        mounts = self.mounts()
        passed = visible(mounts, path)
        by_number = {one.number: one for one in mounts}
        found = []
        for mounted in mounts:
            if mounted.path != path or mounted in passed:
                continue
            above = []
            parent = by_number.get(mounted.parent)
            while parent and parent not in above:
                above.append(parent)
                parent = by_number.get(parent.parent)
            found += [(mounted, one) for one in passed if one not in above and one.path != path][:1]
        return found

    def below(self, path: str) -> List[Mounted]:
        """Return what is mounted on folders below a path and not hidden."""
        mounts = self.mounts()
        return [
            one
            for one in mounts
            if is_below(one.path, path) and one.path not in self.left and one in visible(mounts, one.path)
        ]

    def fstab(self) -> Fstab:
        """Return fstab."""
        try:
            with open(self.real("/etc/fstab"), encoding="utf-8", errors="surrogateescape", newline="") as file:
                return Fstab(file.read())
        except FileNotFoundError:
            return Fstab("")

    def resolve(self, path: str) -> str:
        """Return where a path leads; a folder on a share that does not answer is not waited for.

        :raises Problem: it could not be found out in time.
        """
        found = self.run(["readlink", "-m", "--", self.real(path)])
        if found.rc:
            raise Problem(f"path {path} cannot be resolved: {found.message}")
        resolved = found.output[:-1]
        root = os.path.realpath(self.root) if self.root else ""
        return resolved[len(root) :] if resolved.startswith(root) else resolved

    def read(self, path: str) -> Optional[str]:
        """Return the content of a file, or nothing if there is none."""
        try:
            with open(self.real(path), encoding="utf-8", errors="replace", newline="\n") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, path: str, text: str, mode: int) -> None:
        """Replace a file in one step; it keeps mode and owner, and a new one gets the mode."""
        target = os.path.realpath(self.real(path))
        handle, temporary = tempfile.mkstemp(prefix=".scp_mount.", dir=os.path.dirname(target))
        try:
            with open(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
                if os.path.exists(target):
                    before = os.stat(target)
                    shutil.copystat(target, temporary)
                    os.utime(temporary)
                    if os.geteuid() == 0:
                        os.fchown(file.fileno(), before.st_uid, before.st_gid)
                else:
                    os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
        folder = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def has_systemd(self) -> bool:
        """Return whether systemd runs the server."""
        return os.path.isdir(self.real("/run/systemd/system"))


def ends_within(process: "Popen[bytes]", limit: float) -> bool:
    """Return whether a process ends within a limit."""
    try:
        process.wait(limit)
    except TimeoutExpired:
        return False
    return True


# -- one item --------------------------------------------------------------------------------------------------------


class Settings(NamedTuple):
    """What holds for all items."""

    check: bool = False
    unmount_to_apply: bool = True
    mount_timeout: int = 180
    unmount_timeout: int = 15
    device_timeout: int = 60


class Work:
    """Brings one item to its desired state; what is done is in ``actions``, and in check mode what would be done."""

    def __init__(self, host: Host, item: Item, settings: Settings) -> None:
        self.host = host
        self.item = item
        self.settings = settings
        self.actions: List[str] = []
        self.message = ""
        self.diff: List[Tuple[str, str]] = []
        self.skipped = False
        self.is_new = False
        #: Whether what the item replaces was unmounted, and from which server.
        self.has_left = False
        self.former = ""
        self._is_empty = False
        self._has_credentials = False
        self._former_mount: Optional[Tuple[str, str, str]] = None
        self._resolved: Dict[str, Set[str]] = {}
        self.look()

    def look(self) -> None:
        """Read what is mounted on the path, and what fstab has for it."""
        layers = self.host.on_path(self.item.path)
        self.autofs = any(one.fstype == "autofs" for one in layers)
        real = [one for one in layers if one.fstype != "autofs"]
        self.mounted: Optional[Mounted] = real[-1] if real else None
        self.entries = self.host.fstab().entries(self.item.path)
        self.right = bool(self.mounted and self.item.source and self._is_same(self.mounted))

    @property
    def change(self) -> str:
        """What became of the item."""
        if self.message:
            return "failed"
        if self.skipped:
            return "skipped"
        if not self.actions:
            return "unchanged"
        if self.item.state == "absent":
            return "deleted"
        return "created" if any(one.startswith("mount ") for one in self.actions) and self.is_new else "changed"

    def view(self) -> Dict[str, Any]:
        """Return the item as results show it."""
        item = self.item
        return {
            "name": item.name,
            "path": item.path,
            "source": item.source,
            "state": item.state,
            "change": self.change,
            "actions": self.actions,
            "message": self.message,
        }

    # -- blockers --

    def check(self) -> None:
        """Find what blocks the item before anything is changed.

        :raises Problem: something does.
        """
        self.is_new = not self.mounted and not self.entries
        found = self.blocker()
        if found:
            raise Problem(found)

    def blocker(self) -> str:
        """Return what blocks the item before anything is changed; empty if nothing does."""
        item = self.item
        mounted = self.mounted.source if self.mounted else ""
        hidden = self.host.hidden(item.path)
        if hidden and (item.state == "absent" or not self.mounted):
            covered, above = hidden[-1]
            return (
                f"{covered.source} is mounted on {item.path}, but hidden: {above.source} was mounted on {above.path} later, and programs use a"
                f" folder of that. Check what they wrote there, unmount {above.path} and then {item.path}, and run this again."
            )
        if not (self.mounted or self.autofs):
            resolved = self.host.resolve(item.path)
            if resolved != item.path:
                return f"path {item.path} leads to {resolved}, and a mount is known by the place where it really is. Give that as path."
        if self.mounted and not self.right and not self._may_replace(mounted):
            return "{} is mounted on {}, {}".format(mounted, item.path, self._refusal("unmount it"))
        foreign = [
            entry[0] for entry in self.entries if not self._is_source(entry[0]) and not self._may_replace(entry[0])
        ]
        if foreign:
            return "/etc/fstab has {} on {}, {}".format(foreign[0], item.path, self._refusal("remove the line"))
        if len({split_source(entry[0]) for entry in self.entries}) > 1 and item.state == "present":
            return (
                f"/etc/fstab has {len(self.entries)} lines for {item.path}, of different sources. Remove all but one."
            )
        below = self._below_blocker() if self._is_altered else ""
        if below:
            return below
        if item.state == "present" and item.is_device:
            return self._device_blocker()
        return ""

    @property
    def leaves(self) -> bool:
        """Whether all that is on the path is unmounted before anything is mounted."""
        if self.item.state == "absent":
            return bool(self.mounted or self.autofs)
        return bool(self.mounted and not self.right and not (self.autofs and self._is_automount))

    @property
    def _is_altered(self) -> bool:
        """Whether the path is to be mounted or unmounted."""
        if self.item.state == "absent":
            return bool(self.mounted or self.autofs)
        return not self.right and not (self.autofs and self._is_automount and not self.mounted)

    def _below_blocker(self) -> str:
        """Return which mounts below the path prevent its mount or unmount; empty if none does."""
        path = self.item.path
        found = [one for one in self.host.below(path) if one.path not in self.host.leaving]
        if not found:
            return ""
        listed = ", ".join(dict.fromkeys(f"{one.path} ({one.source})" for one in found))
        what = (
            f"{path} cannot be unmounted because of" if self.mounted or self.autofs else f"A mount on {path} would hide"
        )
        return f"{what} the mounts below it: {listed}. Unmount them, and run this again."

    def _check_below(self) -> None:
        """Check that no mounts are below the path by now.

        :raises Problem: there are.
        """
        below = self._below_blocker()
        if below:
            raise Problem(below)

    def _may_replace(self, source: str) -> bool:
        """Whether what is mounted or in fstab may be unmounted for this item."""
        if self.item.is_device:
            return self.item.state == "absent" and not self.item.source and source.startswith("/dev/")
        return is_share(source)

    def _refusal(self, remedy: str) -> str:
        item = self.item
        if item.state == "absent" and not item.source:
            kind = "device" if item.is_device else "share"
            return f"which is not a {kind}. It is left alone; check path."
        return f"which is not {item.source}. It is left alone: {remedy}, or choose another path."

    def _device_blocker(self) -> str:
        item = self.item
        if self.right and self.mounted:
            return self._wrong_type(self.mounted.fstype) if self.mounted.fstype != item.fstype else ""
        return self._signature_blocker() if os.path.exists(self.host.real(item.source)) else ""

    def _wrong_type(self, found: str) -> str:
        return (
            f"{self.item.source} holds {found}, and fstype is {self.item.fstype}. What is there is never overwritten: correct fstype or device, or clear the"
            " device yourself."
        )

    def _signature_blocker(self) -> str:
        """Return what on a device blocks a mount; empty if it has the file system, or may get one."""
        item, device = self.item, self.host.real(self.item.source)
        self._is_empty = False
        found = self.host.run(["blkid", "-p", "-o", "export", device])
        if found.rc not in (0, 2):
            return f"{item.source} cannot be read: {found.message}"
        if found.rc == 0:
            types = re.findall("(?m)^TYPE=(.*)$", found.output)
            if types == [item.fstype]:
                return ""
            return self._wrong_type(types[0] if types else "a partition table or something else")
        traces = self.host.run(["wipefs", "--no-act", "--noheadings", device])
        if traces.rc:
            return f"{item.source} cannot be read: {traces.message}"
        if traces.output.strip():
            return f"{item.source} shows traces of something: {traces.output.strip()}. It is left alone."
        if not item.format:
            return f"{item.source} has no file system. If it is a new volume, set format to true to create one."
        self._is_empty = True
        return ""

    # -- sources --

    def _is_source(self, source: str) -> bool:
        """Whether a source is that of the item in another spelling."""
        if not self.item.source:
            return False
        if split_source(source) == split_source(self.item.source):
            return True
        if self.item.source.startswith("/dev/") and source.startswith("/dev/"):
            return os.path.realpath(self.host.real(source)) == os.path.realpath(self.host.real(self.item.source))
        return False

    def _is_same(self, mounted: Mounted) -> bool:
        """Whether a mount is that of the item, by its source or by the address that it was mounted from."""
        if self._is_source(mounted.source):
            return True
        server, share = split_source(self.item.source)
        other, other_share = split_source(mounted.source)
        if not (server and other) or share != other_share or (is_address(server) and is_address(other)):
            return False
        shown = option_map(",".join(mounted.options)).get("addr", "")
        addresses = {plain_server(shown)} if shown else self._addresses(other)
        return bool(addresses & self._addresses(server))

    def _addresses(self, server: str) -> Set[str]:
        """Return the addresses of a server; none if its name cannot be resolved in time."""
        if is_address(server):
            return {server}
        if server not in self._resolved:
            found = self.host.run(["getent", "ahosts", server], 10)
            self._resolved[server] = {plain_server(line.split()[0]) for line in found.output.splitlines() if line}
        return self._resolved[server]

    @property
    def is_in_place(self) -> bool:
        """Whether the source of the item is mounted on its path, whatever its options are."""
        self.look()
        return self.right

    @property
    def is_moved(self) -> bool:
        """Whether the same share is mounted from another server."""
        if not self.mounted or self.right:
            return False
        return bool(self.item.source) and split_source(self.mounted.source)[1] == split_source(self.item.source)[1]

    # -- changes --

    def leave(self) -> None:
        """Unmount what the item replaces.

        :raises Problem: it is still mounted, or the mount cannot be prepared.
        """
        self.look()
        if self.item.state == "present" and self.mounted and not self.right:
            self.former = split_source(self.mounted.source)[0]
            line = next((one for one in self.entries[-1:] if self._shows(one, self.mounted)), None)
            self._former_mount = (line[0], line[2], line[3]) if line else None
            self._unmount()
            self.has_left = True
            if self.autofs:
                # An access would mount the former source.
                self._prepare_place(is_missing=False)

    def converge(self) -> None:
        """Bring the item to its desired state.

        :raises Problem: it is not possible.
        """
        if self.has_left:
            try:
                self._check_place()
            except Problem as problem:
                raise Problem(f"{problem} {self._mount_former()}".rstrip()) from None
            if not self.autofs:
                self._prepare_place(is_missing=False)
            self._mount_prepared()
            return
        self.look()
        if self.item.state == "absent":
            self._remove()
        elif self.mounted and self.right:
            self._update(self.mounted)
        elif self.autofs and self._is_automount and not self.mounted:
            # systemd mounts it at the next access.
            self._write_credentials()
            self._write_line()
        else:
            self._check_place()
            self._prepare_mount()
            self._mount_prepared()

    def _check_place(self) -> None:
        """Check that what is above the path was mounted, and that the mount hides nothing below it.

        :raises Problem: either does not hold.
        """
        item = self.item
        above = [path for path in sorted(self.host.failed) if is_below(item.path, path)]
        if above:
            raise Problem(
                f"{item.source} was not mounted on {item.path}, because {above[0]} above it could not be"
                f" {'changed' if self.host.on_path(above[0]) else 'mounted'}."
            )
        self._check_below()

    @property
    def _is_automount(self) -> bool:
        return "x-systemd.automount" in self.item.options.split(",")

    def _do(self, action: str) -> bool:
        """Note an action; whether it is to be done."""
        self.actions.append(action)
        return not self.settings.check

    def _prepare_mount(self) -> None:
        item = self.item
        # What is mounted there has a folder, and may be a share that does not answer.
        is_mounted = bool(self.mounted or self.autofs)
        is_missing = not (is_mounted or self._is_below_altered) and not os.path.isdir(self.host.real(item.path))
        if item.is_device:
            self._prepare_device()
        if self.mounted:
            self._unmount()
        self._prepare_place(is_missing=is_missing)

    def _prepare_place(self, *, is_missing: bool) -> None:
        """Complete all that comes before a mount on a path that nothing is mounted on."""
        item = self.item
        if self.autofs and not self._is_automount:
            self._end_automount()
        self._write_credentials()
        if is_missing and self._do(f"create {item.path}"):
            os.makedirs(self.host.real(item.path), 0o755)
        # Before the mount: systemd unmounts at once what its unit for the path, made of an older line, does not expect.
        self._write_line()

    def _mount_prepared(self) -> None:
        if self.autofs and self._is_automount:
            return
        item = self.item
        if self._do(f"mount {item.source} on {item.path}"):
            if self._is_below_altered:
                self._create_folder()
            self._mount(item.options)
        self.host.left.discard(item.path)
        self.host.altered.add(item.path)

    @property
    def _is_below_altered(self) -> bool:
        """Whether the folder of the path is on a mount of this run: only a real run shows whether it exists."""
        return any(is_below(self.item.path, path) for path in self.host.altered)

    def _create_folder(self) -> None:
        path = self.item.path
        resolved = self.host.resolve(path)
        if resolved != path:
            raise Problem(f"path {path} leads to {resolved} since the mounts above it have changed. Give that as path.")
        os.makedirs(self.host.real(path), 0o755, exist_ok=True)

    def _update(self, mounted: Mounted) -> None:
        """Let other options or another password take effect on what is mounted already."""
        item = self.item
        before = self.entries[-1][3] if self.entries and len(self.entries[-1]) > 3 else ""
        changed = changed_options(before, item.options, item.family)
        wrong = not_in_force(item, mounted, self._expected(before))
        if self._login_differs():
            self._apply_by_unmount(before, "its password or user has changed")
        elif changed or wrong:
            wrong_names = {one.partition("=")[0] for one in wrong}
            taken = REMOUNT_OPTIONS.get(item.family)
            fixed = {name for name in changed | wrong_names if taken is not None and name not in taken}
            kept = {name for name in fixed - wrong_names if is_shown(name, item.options, mounted)}
            if fixed - kept:
                reason = "{} cannot be changed by a remount".format(", ".join(sorted(fixed - kept)))
                self._apply_by_unmount(before, reason)
            elif (changed | wrong_names) - kept:
                self._remount(before)
        self._write_credentials()
        # Only now: as long as the line differs, the next run tries again.
        self._write_line()

    def _expected(self, before: str) -> str:
        """Return the desired options, with what ends the flags that the line of fstab had."""
        old, new = option_map(before), option_map(self.item.options)
        ends = [end for flag, end in FLAGS.items() if flag in old and flag not in new and end not in new]
        if any(flag in old for flag in TIME_FLAGS) and not any(flag in new for flag in TIME_FLAGS):
            ends.append("relatime")
        return ",".join([self.item.options, *ends])

    def _remount(self, before: str) -> None:
        item = self.item
        if not self._do(f"remount {item.path}"):
            return
        options = self._expected(before)
        if item.family == "nfs":
            # The others stay as they are. One that the server and the kernel agreed on (rsize) would be refused.
            options = ",".join(one for one in options.split(",") if one in ALL_FLAGS)
        asked = ",".join(filter(None, ["remount", options]))
        argv = ["mount", "-t", item.fstype, "-o", asked, item.source, self.host.real(item.path)]
        done = self.host.run(argv, self.settings.mount_timeout)
        if done.timed_out:
            raise Problem(self._no_answer("remounted", self.settings.mount_timeout, "mount_timeout"))
        self.look()
        wrong = not_in_force(item, self.mounted, self._expected(before)) if self.mounted else []
        if done.rc or wrong:
            self._apply_by_unmount(before, done.message if done.rc else "{} is not in force".format(", ".join(wrong)))

    def _apply_by_unmount(self, before: str, reason: str) -> None:
        """Unmount the path and mount it again; if that fails, restore the former mount."""
        item = self.item
        if not self.settings.unmount_to_apply:
            raise Problem(
                f"The options or the password of {item.source} do not take effect on {item.path} by a remount: {reason}. Unmount it, or set"
                " unmount_to_apply to true."
            )
        try:
            self._unmount()
        except Problem as problem:
            raise Problem(f"{problem} (needed because {reason})") from None
        former = self.host.read(item.credentials) if item.family == "cifs" else None
        self._write_credentials()
        if self.autofs:
            return
        if not self._do(f"mount {item.source} on {item.path}"):
            return
        try:
            self._mount(item.options)
        except Problem as problem:
            raise Problem(f"{problem} {self._restore(before, former)}") from None

    def _restore(self, options: str, credentials: Optional[str]) -> str:
        """Mount with the former options and password, and return what became of it."""
        item = self.item
        if self.host.on_path(item.path):
            self.host.run(["umount", self.host.real(item.path)], self.settings.unmount_timeout)
        if credentials is not None:
            self.host.write(item.credentials, credentials, 0o600)
        argv = [
            "mount",
            "-t",
            item.fstype,
            *(["-o", options] if options else []),
            item.source,
            self.host.real(item.path),
        ]
        done = self.host.run(argv, self.settings.mount_timeout)
        if done.rc:
            return f"The former mount could not be restored: {done.message}"
        return "It is mounted as before. Each run tries again."

    def _mount(self, options: str) -> None:
        item = self.item
        argv = [
            "mount",
            "-t",
            item.fstype,
            *(["-o", options] if options else []),
            item.source,
            self.host.real(item.path),
        ]
        done = self.host.run(argv, self.settings.mount_timeout)
        if done.rc or done.timed_out:
            limit = self.settings.mount_timeout
            reason = f"it did not answer within {limit} s (mount_timeout)." if done.timed_out else done.message
            hint = (done.timed_out and self._former_hint()) or HINTS[item.family]
            raise Problem(f"{item.source} could not be mounted on {item.path}: {reason} {hint}")
        self.look()
        wrong = not_in_force(item, self.mounted, options) if self.mounted else []
        if wrong:
            raise Problem(
                "{} is mounted on {}, but {} is not in force.".format(item.source, item.path, ", ".join(wrong))
            )

    def _shows(self, line: Sequence[str], mounted: Optional[Mounted]) -> bool:
        """Whether a line of fstab is that of a mount."""
        return bool(mounted and len(line) > 3 and split_source(line[0]) == split_source(mounted.source))

    def _mount_former(self) -> str:
        """Mount again what was unmounted for this item, and return what became of it.

        Programs would write to the folder under it.
        """
        item = self.item
        if not self._former_mount or self.autofs or self.former in self.host.detached:
            return f"Nothing is mounted on {item.path} now."
        source, fstype, options = self._former_mount
        if not self._do(f"mount {source} on {item.path}"):
            return ""
        argv = ["mount", "-t", fstype, "-o", options, source, self.host.real(item.path)]
        done = self.host.run(argv, self.settings.mount_timeout)
        if done.rc:
            return f"The former mount could not be restored: {done.message}"
        return "It is mounted as before."

    def _former_hint(self) -> str:
        """Return why a mount from another address may have waited; empty if nothing keeps a former one."""
        if self.item.family != "nfs":
            return ""
        former = self.former
        mounted = [(split_source(one.source)[0], one.path) for one in self.host.mounts()]
        kept = [path for host, path in mounted if former and host == former]
        left = self.host.connected() - {host for host, _path in mounted} - {split_source(self.item.source)[0]}
        if kept:
            reason = f"{', '.join(kept)} is still mounted from {former}"
            remedy = "unmount it first"
        elif former in self.host.detached:
            reason = f"Processes may still use what was detached from {former}"
            remedy = "end them, and run this again"
        elif left:
            reason = f"The kernel has not given up its connection to {', '.join(sorted(left))}"
            remedy = "run this again in some minutes"
        else:
            return ""
        return (
            f"{reason}. If that is another address of the same server, the kernel waits for it from NFS 4.1 on:"
            f" {remedy}. If it does not help, restart this server."
        )

    def _remove(self) -> None:
        item, former = self.item, self._former_credentials()
        for _layer in range(10):
            if not self.mounted:
                break
            self._unmount()
            if self.settings.check:
                break
            self.look()
            if self.mounted and not (self.right or self._may_replace(self.mounted.source)):
                break
        # Before systemd forgets the unit.
        if self.autofs:
            self._end_automount()
        if self.entries and self._do("remove the line from /etc/fstab"):
            fstab = self.host.fstab()
            self.diff.append((fstab.remove(item.path), ""))
            self.host.write("/etc/fstab", fstab.text, 0o644)
            self._reload()
        elif self.entries:
            self.diff.append((self.host.fstab().remove(item.path), ""))
        self._remove_credentials([*former, item.credentials])

    def _unmount(self) -> None:
        """Unmount what is on the path within the limit.

        :raises Problem: it is still mounted.
        """
        item, mounted = self.item, self.mounted
        source = mounted.source if mounted else item.source
        # Also detaching would detach them.
        self._check_below()
        self.host.altered.add(item.path)
        if not self._do(f"unmount {source} from {item.path}"):
            self.host.left.add(item.path)
            return
        limit = self.settings.unmount_timeout
        count = len(self.host.on_path(item.path))
        path = self.host.real(item.path)
        done = self.host.run(["umount", path], limit)
        may_detach = item.lazy == "always" or (item.lazy == "moved" and self.is_moved and done.timed_out)
        for how in ("-f", "-l") if may_detach else ():
            if len(self.host.on_path(item.path)) >= count:
                self.actions.append(f"umount {how} {item.path}")
                self.host.run(["umount", how, path], limit)
                if how == "-l":
                    self.host.detached.add(split_source(source)[0])
        if len(self.host.on_path(item.path)) < count:
            self.mounted = None
            return
        if done.timed_out:
            raise Problem(
                f"{source} could not be unmounted from {item.path} within {limit} s: its server does not answer. If it is gone"
                f" for good, run umount -f -l {item.path} on the server and run this again, or set lazy to always. Otherwise"
                " wait until it answers, or raise unmount_timeout."
            )
        raise Problem(f"{source} could not be unmounted from {item.path}: {done.message}")

    def _end_automount(self) -> None:
        """End the autofs of systemd on the path, whose mount is gone already."""
        item = self.item
        if not self._do(f"end the automount of {item.path}"):
            return
        if self.host.has_systemd():
            self.host.run(["systemctl", "stop", automount_unit(item.path)])
        if any(one.fstype == "autofs" for one in self.host.on_path(item.path)):
            done = self.host.run(["umount", self.host.real(item.path)], self.settings.unmount_timeout)
            if done.rc:
                raise Problem(f"The automount of {item.path} could not be ended: {done.message}")
        self.autofs = False

    def _write_line(self) -> None:
        item = self.item
        fstab = self.host.fstab()
        # Before the line: it alone shows where a former file is.
        self._remove_credentials([*self._former_credentials(), *([] if item.family == "cifs" else [item.credentials])])
        entries = fstab.entries(item.path)
        is_same = len(entries) == 1 and self._is_source(entries[0][0]) and entries[0][1:4] == self._fields()[1:]
        if is_same and not fstab.is_misplaced(item.path):
            return
        self.diff.append(fstab.set_line(item.path, self._fields()))
        if self._do("write /etc/fstab"):
            self.host.write("/etc/fstab", fstab.text, 0o644)
            self._reload()

    def _fields(self) -> List[str]:
        item = self.item
        return [item.source, item.path, item.fstype, item.options or "defaults"]

    def _reload(self) -> None:
        if self.host.has_systemd():
            self.host.run(["systemctl", "daemon-reload"])

    def _credentials_text(self) -> str:
        return f"username={self.item.username}\npassword={self.item.password}\n"

    def _credentials_differ(self) -> bool:
        return self.item.family == "cifs" and self.host.read(self.item.credentials) != self._credentials_text()

    def _former_credentials(self) -> List[str]:
        """Return the files for the password of the path that this module wrote to other folders, as fstab shows them."""
        listed = [option_map(entry[3]).get("credentials", "") for entry in self.entries if len(entry) > 3]
        own = self.item.credentials
        return [file for file in dict.fromkeys(listed) if file != own and same_file_name(file, own)]

    def _login_differs(self) -> bool:
        """Whether the password or the user in force is another one; the folder of the file makes no difference."""
        if self.item.family != "cifs":
            return False
        texts = [self.host.read(file) for file in (*self._former_credentials(), self.item.credentials)]
        known = [text for text in texts if text is not None]
        return not known or known[0] != self._credentials_text()

    def _remove_credentials(self, files: Sequence[str]) -> None:
        for file in files:
            if os.path.exists(self.host.real(file)) and self._do(f"remove {file}"):
                os.unlink(self.host.real(file))

    def _protect_credentials(self) -> None:
        """Let only root read the file with the password, if it has become readable for others."""
        item = self.item
        file = self.host.real(item.credentials)
        if item.family != "cifs" or self._credentials_differ() or not os.stat(file).st_mode & 0o077:
            return
        if self._do(f"protect {item.credentials}"):
            os.chmod(file, 0o600)

    def _write_credentials(self) -> None:
        """Write the file with the password once, or protect it."""
        item = self.item
        if self._has_credentials:
            return
        self._has_credentials = True
        if not self._credentials_differ():
            self._protect_credentials()
            return
        if self._do(f"write {item.credentials}"):
            os.makedirs(os.path.dirname(self.host.real(item.credentials)), 0o700, exist_ok=True)
            self.host.write(item.credentials, self._credentials_text(), 0o600)
            os.chmod(self.host.real(item.credentials), 0o600)

    def _prepare_device(self) -> None:
        """Wait for the device, and create its file system if it may have one."""
        item, device = self.item, self.host.real(self.item.source)
        end = time.monotonic() + (0 if self.settings.check else self.settings.device_timeout)
        while not os.path.exists(device):
            if time.monotonic() >= end:
                break
            time.sleep(0.2)
        if os.path.exists(device):
            blocker = self._signature_blocker()
            if blocker:
                raise Problem(blocker)
        elif self.settings.check:
            # It comes with the login to the volume.
            self._is_empty = item.format
        else:
            raise Problem(
                f"{item.source} did not come up within {self.settings.device_timeout} s (device_timeout). Check device;"
                " ls -l /dev/disk/by-id shows what there is. Multipath must be set up by you."
            )
        if self._is_empty and self._do(f"create {item.fstype} on {item.source}"):
            done = self.host.run(["mkfs." + item.fstype, device], 3600)
            if done.rc:
                raise Problem(f"{item.fstype} could not be created on {item.source}: {done.message}")

    def _no_answer(self, verb: str, limit: int, option: str) -> str:
        item = self.item
        return f"{item.source} could not be {verb} on {item.path}: it did not answer within {limit} s ({option})."


# -- the list --------------------------------------------------------------------------------------------------------


def read_items(params: Dict[str, Any]) -> Tuple[List[Item], List[str]]:
    """Return the items, and all that is wrong with them."""
    items: List[Item] = []
    mistakes: List[str] = []
    seen: Dict[str, int] = {}
    folder = credentials_dir(params)
    # A comma would end it where it is an option of a mount.
    if not re.match("/+[^/]", folder) or "," in folder or has_control(folder):
        mistakes.append(
            f"credentials_dir {folder!r} is invalid. Give the absolute path of a folder, without commas, and not /."
        )
    for number, given in enumerate(params["mounts"], 1):
        item = read_item(given, params)
        wrong = list(check_item(item))
        first = seen.setdefault(plain_path(item.path), number)
        if first != number:
            wrong.append(f"item {first} has the same path; remove one of them")
        items.append(item)
        if wrong:
            mistakes.append(f"Item {number} ({item.label}): {'; '.join(wrong)}.")
    if not items:
        mistakes.append("mounts is empty. Give at least one item.")
    return items, mistakes


def credentials_dir(params: Dict[str, Any]) -> str:
    """Return the folder for files with passwords."""
    return params["credentials_dir"] or CREDENTIALS_DIR


def read_item(given: Dict[str, Any], params: Dict[str, Any]) -> Item:
    """Return one item with all defaults; null is not given."""
    texts = ("name", "path", "source", "fstype", "options", "cifs_username")
    given = {**given, **{name: given[name] or "" for name in texts}}
    path = given["path"] and (given["path"].rstrip("/") or "/")
    source = given["source"].replace("\\", "/")
    fstype = given["fstype"] or ("cifs" if source.startswith("//") else "nfs" if is_share(source) else "")
    credentials = credentials_file(credentials_dir(params), path)
    options = given["options"].strip(",")
    if family(fstype) == "cifs":
        options = ",".join(filter(None, [options, "credentials=" + credentials]))
    password = (params["cifs_passwords"] or {}).get(given["name"])
    return Item(
        given["name"],
        path,
        source,
        fstype,
        options,
        given["cifs_username"],
        None if password is None else str(password),
        credentials,
        given["format"],
        given["lazy"],
        given["state"],
    )


def check_path(item: Item) -> Iterator[str]:
    """Yield what is wrong with the path of an item."""
    path = plain_path(os.path.normpath(item.path))
    if not re.match(r"/[^/]", item.path) or path == "/":
        yield f"path {item.path} is invalid. Give the absolute path of a folder, and not /"
    elif item.state == "present" and (
        path in SYSTEM_FOLDERS or any(is_below(path, folder) for folder in KERNEL_FOLDERS)
    ):
        yield f"path {item.path} is a folder of the system. Choose another one, for example below /srv or /mnt"


def check_item(item: Item) -> Iterator[str]:
    """Yield what is wrong with an item."""
    yield from check_path(item)
    if re.search(r"\s", item.options):
        yield "options are separated by commas, without blanks"
    options = option_map(item.options)
    if set(PASSWORD_OPTIONS) & set(options) or any("%" in options.get(name, "") for name in USER_NAME_OPTIONS):
        yield "options contain a password. Use cifs_passwords"
    if has_user(item.source):
        yield (
            "source with a user or a password is invalid. Expected address:/share, //address/share or /dev/…, with an IPv6 address in brackets."
            " Give the user in cifs_username and the password in cifs_passwords"
        )
    elif item.source and not is_source(item.source):
        shown = repr(item.source) if has_control(item.source) or item.source != item.source.strip() else item.source
        yield f"source {shown} is invalid. Expected address:/share, //address/share or /dev/…, with an IPv6 address in brackets"
    if item.fstype and not re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z", item.fstype):
        yield f"fstype {item.fstype!r} is invalid. Expected the name of a file system, for example xfs"
    if item.state == "absent":
        return
    if not item.source:
        yield "it has no source"
    elif is_source(item.source) and not item.fstype:
        yield "a device needs fstype, for example xfs"
    if item.family == "cifs" and not item.username:
        yield "a CIFS share needs cifs_username"
    if item.family == "cifs" and not item.password:
        yield "a CIFS share needs its password in cifs_passwords, by its name"
    if "\n" in item.username + (item.password or ""):
        yield "the user or the password contains a line break"


def converge(host: Host, items: Sequence[Item], settings: Settings) -> Dict[str, Any]:
    """Bring all items to their desired state, and return the result of the task.

    Nothing is changed if anything blocks one of them. Otherwise the others go on where one fails.
    """
    works = [Work(host, item, settings) for item in items]
    host.leaving = {work.item.path for work in works if work.leaves}
    for work in works:
        attempt(work, work.check)
    blocked = any(work.message for work in works)
    host.leaving = set()
    if blocked:
        for work in works:
            work.skipped = not work.message
        return describe(works, settings.check, blocked)
    # Those that go are first: another item may take their place. Nothing is mounted from a new address as long as a mount
    # from the former one remains that an item replaces: from NFS 4.1 on, the kernel knows it as the same server, and waits
    # for an answer from the former address. A mount below another one is unmounted before it.
    for work in sorted(works, key=lambda one: (-depth(one.item.path), one.item.state != "absent")):
        attempt(work, work.converge if work.item.state == "absent" else work.leave)
    # A mount below another one is mounted after it, which would hide it.
    # Nor is one mounted on what failed to leave: it would keep it there.
    host.failed = {work.item.path for work in works if work.message}
    present = [work for work in works if work.item.state != "absent"]
    for work in sorted(present, key=lambda one: depth(one.item.path)):
        if not work.message:
            attempt(work, work.converge)
        if work.message and not work.is_in_place:
            host.failed.add(work.item.path)
    return describe(works, settings.check, blocked)


def attempt(work: Work, step: Callable[[], None]) -> None:
    """Take a step of an item, and note why it failed."""
    try:
        step()
    except Problem as problem:
        work.message = str(problem)
    except OSError as error:
        work.message = f"{error.filename or work.item.path}: {error.strerror}"


def describe(works: Sequence[Work], check: bool, blocked: bool) -> Dict[str, Any]:
    """Return the result of the task."""
    changes = [work.change for work in works]
    names = ["created", "changed", "deleted", "unchanged", "failed", "skipped"]
    kept = [name for name in names if name in changes or name in ("created", "changed", "unchanged", "failed")]
    summary = ", ".join(f"{changes.count(name)} {name}" for name in kept)
    failures = [f"{work.item.label}: {work.message}" for work in works if work.message]
    rows = [
        [work.item.path, work.item.source, work.change, ", ".join(work.actions) or (work.message and "see below")]
        for work in works
    ]
    result: Dict[str, Any] = {
        "changed": not blocked and any(work.actions for work in works),
        "mounts": [work.view() for work in works],
        "table": [*format_table([["PATH", "SOURCE", "CHANGE", "ACTIONS"], *rows]), *failures],
        "summary": ("Plan, nothing was changed: " if check else "") + summary,
        "failures": failures,
    }
    differences = [one for work in works for one in work.diff if one[0] != one[1]]
    if differences:
        result["diff"] = {
            "before_header": "/etc/fstab",
            "after_header": "/etc/fstab",
            "before": "".join(one[0] for one in differences),
            "after": "".join(one[1] for one in differences),
        }
    if failures:
        begin = "Nothing was changed. " if blocked else ""
        result.update(failed=True, msg=begin + " ".join(failures))
    return result


def format_table(rows: Sequence[Sequence[str]]) -> List[str]:
    """Return rows as lines with columns of the same width."""

    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

    cells = [[cell or "-" for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells)]
    return ["  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths)).rstrip() for row in cells]


ARGUMENTS: Dict[str, Any] = {
    "mounts": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "default": ""},
            "path": {"type": "path", "required": True},
            "source": {"type": "str", "default": ""},
            "fstype": {"type": "str", "default": ""},
            "options": {"type": "str", "default": "defaults,_netdev,nofail"},
            "cifs_username": {"type": "str", "default": ""},
            "format": {"type": "bool", "default": False},
            "lazy": {"type": "str", "choices": ["never", "moved", "always"], "default": "never"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "cifs_passwords": {"type": "dict", "default": {}, "no_log": True},
    "credentials_dir": {"type": "path", "default": CREDENTIALS_DIR},
    "unmount_to_apply": {"type": "bool", "default": True},
    "mount_timeout": {"type": "int", "default": 180},
    "unmount_timeout": {"type": "int", "default": 15},
    "device_timeout": {"type": "int", "default": 60},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    items, mistakes = read_items(params)
    if mistakes:
        for given in params["mounts"]:
            # Ansible shows the options of the task.
            module.no_log_values.update(secrets_of(given["source"] or "", given["options"] or ""))
        module.fail_json(msg="mounts has mistakes, and nothing was changed. " + " ".join(mistakes))
    settings = Settings(
        module.check_mode,
        params["unmount_to_apply"],
        params["mount_timeout"],
        params["unmount_timeout"],
        params["device_timeout"],
    )
    result = converge(Host(), items, settings)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
