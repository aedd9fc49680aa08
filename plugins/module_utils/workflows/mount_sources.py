# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount_source_info``: what servers need to mount volumes and to log in to them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..client.errors import StorageError
from ..client.parallel import map_concurrently
from ..client.redaction import shown
from ..engine.lookup import is_id
from ..engine.resource import Info
from ..engine.structured_text import TextError, parse_structured
from ..resources.objects import ObjectFinder
from .dr.model import BLOCK, FILE, GROUP, PARALLEL, TITLES, UNKNOWN_REGION
from .dr.reading import Reader
from .items import (
    Item,
    ItemSpec,
    Key,
    bool_key,
    choice_key,
    read_items,
    region_key,
    text_key,
)
from .messages import group_alike

_SHARES, _BLOCKS = (FILE, PARALLEL), (BLOCK, GROUP)
_TITLES = {**TITLES, PARALLEL: "Parallel File Storage volume"}
#: What an item without a name is called by.
_OTHER_NAMES = ("source", "path")


@dataclass(frozen=True)
class Mount:
    """What one item of the list is to become on a server.

    :ivar named: whether the item has a name, and is not called by what it mounts.
    """

    item: Item
    named: bool
    default_region: str

    @property
    def kind(self) -> str:
        """Return the kind in its full form."""
        return self.item.kind

    @property
    def name(self) -> str:
        """Return the name or id; empty where only a source is known."""
        return self.item.name if self.named else ""

    @property
    def region(self) -> str:
        """Return the region of the volume."""
        return str(self.item["region"] or self.default_region)

    @property
    def label(self) -> str:
        """Return what messages call it."""
        return f"{_TITLES[self.kind]} {self.item.name} in {self.region}"

    @property
    def identifier(self) -> str:
        """Return the id; empty where only the name is known."""
        return str(self.item["volume_id"] or (self.name if is_id(self.name) else ""))

    @property
    def present(self) -> bool:
        """Return whether it is to be mounted or logged in to."""
        return bool(self.item["state"] == "present")

    @property
    def is_asked(self) -> bool:
        """Return whether the API has to be asked for it."""
        if not self.named:
            return False
        if self.kind in _BLOCKS:
            return not self.item["portals"]
        return self.present and (not self.item["source"] or self._lacks_user)

    @property
    def _lacks_user(self) -> bool:
        source = str(self.item["source"] or "")
        return source.startswith("//") and not self.item["cifs_username"] and bool(self.identifier)


@dataclass(frozen=True)
class Source:
    """What the API has of a volume.

    :ivar endpoint: the address of the VPC endpoint through which it is mounted; empty where there is none.
    :ivar problem: why it cannot be mounted; empty if it can.
    """

    path: str = ""
    username: str = ""
    portals: Sequence[str] = ()
    endpoint: str = ""
    problem: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


# -- the list ---------------------------------------------------------------------------------------------------------


def item_spec(option: str) -> ItemSpec:
    """Return what the items of the list can be.

    :param option: the option or variable that holds the list.
    """
    shares = {"kinds": _SHARES}
    return ItemSpec(
        option=option,
        kinds=(FILE, PARALLEL, BLOCK, GROUP),
        keys=(
            region_key("region"),
            choice_key("state", ("present", "absent")),
            _path_key(),
            text_key("source", **shares),
            text_key("endpoint", kinds=(FILE,)),
            _options_key(),
            text_key("cifs_username", kinds=(FILE,)),
            _portals_key(),
            _device_key(),
            text_key("fstype", kinds=(BLOCK,)),
            bool_key("format"),
            choice_key("lazy", ("never", "moved", "always")),
            text_key("volume_id"),
        ),
        identity=("kind", "region", "name", "path"),
    )


def _path_key() -> Key:
    def check(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(r"/+[^\s#/][^\s#]*", value.strip()):
            return ""
        return f"path {shown(value)} is invalid. Give the absolute path of a folder, without blanks, and not /"

    return Key("path", check, lambda value: value.strip().rstrip("/"), kinds=(*_SHARES, BLOCK))


#: An option of mount.cifs with a password, or with one after the user. ``scp_mount`` refuses them as well.
_PASSWORD_OPTION = re.compile(r"(?:^|,)\s*(?:pass(?:word2?)?(?:=|,|$)|user(?:name)?=[^,]*%)")


def _options_key() -> Key:
    def check(value: Any) -> str:
        if isinstance(value, str) and _PASSWORD_OPTION.search(value):
            return "options contain a password. Use cifs_passwords"
        if isinstance(value, str) and not re.search(r"\s", value.strip()):
            return ""
        # They are not repeated: they can have a password in any spelling.
        return "options are invalid. Give a text, and separate them by commas, without blanks"

    return Key("options", check, lambda value: value.strip(), kinds=(*_SHARES, BLOCK))


def _device_key() -> Key:
    def check(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(r"/dev/\S+", value):
            return ""
        return f"device {shown(value)} is invalid. Give the path of a device, for example /dev/mapper/mpatha"

    return Key("device", check, kinds=(BLOCK,))


def _portals_key() -> Key:
    def check(value: Any) -> str:
        if isinstance(value, list) and all(_is_address(portal) for portal in value):
            return ""
        return "portals must be a list of IP addresses, without ports"

    return Key("portals", check, lambda value: [str(portal) for portal in value], kinds=_BLOCKS, structured=True)


def _is_address(text: Any) -> bool:
    try:
        ipaddress.ip_address(str(text).strip("[]"))
    except ValueError:
        return False
    return True


def read_mounts(params: Mapping[str, Any], default_region: str) -> list[Mount]:
    """Read the list of a task.

    :raises StorageError: there are mistakes; the message has all of them.
    """
    prefix = str(params.get("variable_prefix") or "")
    option = f"{prefix}volumes"
    try:
        given = parse_structured(params["volumes"], option)
    except TextError as error:
        raise StorageError(str(error)) from None
    if isinstance(given, Mapping):
        given = [given]
    if given is not None and not isinstance(given, list):
        raise StorageError(f"{option} must be a list of dictionaries, and nothing was changed.")
    listed = [_from_replica(entry) if _is_replica(entry) else entry for entry in given or ()]
    names = [_name_of(entry) for entry in listed]
    entries = [
        {**entry, "name": name} if isinstance(entry, Mapping) and name else entry
        for entry, (name, _named) in zip(listed, names, strict=True)
    ]
    items = read_items(item_spec(option), entries, {"state": "present", "options": params["options"]})
    first: dict[str, Item] = {}
    passwords = set(params.get("cifs_password_names") or ())
    unclear = {number for number, entry in enumerate(given or (), 1) if _is_replica(entry) and _is_unclear(entry)}
    for item in items.items:
        if item.position in unclear:
            items.reject(
                item,
                "the region in which its data is in use is unknown. Read it again when its regions answer, or give"
                " mounts (dr_mounts) instead of replicas (dr_replicas), which leaves it out",
            )
        for mistake in _mistakes(item, passwords, prefix):
            items.reject(item, mistake)
        path = item["path"]
        if path and first.setdefault(path, item) is not item:
            items.reject(item, f"{first[path]} has the same path. Remove one of them")
    return [Mount(item, names[item.position - 1][1], default_region) for item in items.validated()]


def _name_of(entry: Any) -> tuple[str, bool]:
    """Return what an entry is called, and whether that is its name."""
    if not isinstance(entry, Mapping):
        return "", True
    if entry.get("name") not in (None, ""):
        return str(entry["name"]), True
    if entry.get("volume_id"):
        return str(entry["volume_id"]), True
    if entry.get("source") or entry.get("state") == "absent":
        return next((str(entry[key]) for key in _OTHER_NAMES if entry.get(key)), ""), False
    return "", True


def _mistakes(item: Item, passwords: Collection[str], prefix: str) -> list[str]:
    """Return what is wrong with an item beside its keys."""
    found = []
    present = item["state"] == "present"
    if item.kind in _SHARES and not item["path"]:
        found.append("it has no path, which is the folder of the server to mount it on")
    if item.kind == BLOCK:
        if present and item["path"] and not (item["device"] and item["fstype"]):
            found.append(
                "to mount it, it needs device (for example /dev/mapper/mpatha; the API does not show which one it is)"
                " and fstype (for example xfs)"
            )
        elif not item["path"] and (item["device"] or item["format"]):
            found.append("device and format need a path to mount it on")
    if item.kind != BLOCK and item["format"] is not None:
        found.append(f"format has no meaning for kind {item.kind}; leave it out")
    source = str(item["source"] or "").replace("\\", "/")
    if source and not is_share(source):
        # With a user it can have a password.
        what = "source with a user or a password" if "@" in source else f"source {shown(source)}"
        found.append(f"{what} is invalid. Expected address:/share or //address/share")
    if present and source.startswith("//"):
        needed = [] if item["cifs_username"] or item["volume_id"] or is_id(item.name) else ["cifs_username"]
        needed += [] if item.name in passwords else [f"its password in {prefix}cifs_passwords, by its name"]
        if needed:
            found.append(f"with a source that is a CIFS share it needs {' and '.join(needed)}")
    return found


def is_share(source: str) -> bool:
    """Return whether a source is a share. Tests hold it to ``is_source`` of ``scp_mount``, which imports nothing."""
    server = r"(\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[\w.-]+)?\]|\w[\w.-]*)"
    is_url = re.match(r"[A-Za-z][A-Za-z0-9+-]*://", source)
    has_control = re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", source)
    has_form = re.match(rf"//({server}|[0-9A-Fa-f:]+(%[\w.-]+)?)/+[^/]|{server}:/", source)
    return bool(has_form and not has_control and not is_url and source == source.strip())


def _is_replica(entry: Any) -> bool:
    """Return whether an entry is one of ``replicas`` of disaster recovery."""
    return isinstance(entry, Mapping) and {"active_region", "target_region", "target_id"} <= set(entry)


def _is_unclear(replica: Mapping[str, Any]) -> bool:
    """Return whether a region could not be read, so that its volume may have been failed over."""
    return str(replica["active_region"]) == UNKNOWN_REGION


def _from_replica(replica: Mapping[str, Any]) -> dict[str, Any]:
    """Return the volume that servers use now, from an entry of ``replicas``."""
    # Both ends can be in one region.
    side = replica.get("active_side")
    in_target = side == "target" if side else replica["active_region"] == replica["target_region"]
    side = "target" if in_target else "source"
    kind = str(replica.get("kind") or FILE)
    found: dict[str, Any] = {
        "kind": kind,
        "name": replica.get("name"),
        "region": replica["target_region"] if in_target else replica.get("source_region") or replica.get("region"),
        "volume_id": replica.get(f"{side}_id"),
        "path": replica.get("mount_path"),
    }
    where = replica.get(f"{side}_path")
    if kind == FILE:
        found["source"] = where
    elif kind == BLOCK and where:
        found["portals"] = str(where).split(",")
    elif in_target:
        # Without addresses the API is asked.
        members = replica.get("members") or ()
        if all(one.get("addresses") for one in members):
            found["portals"] = list(dict.fromkeys(portal for one in members for portal in one["addresses"]))
    return {key: value for key, value in found.items() if value}


# -- the API ----------------------------------------------------------------------------------------------------------


class SourceReader:
    """Finds volumes, with one list for each kind and region."""

    def __init__(self, reader: Reader, passwords: Collection[str], prefix: str) -> None:
        self._reader = reader
        self._passwords = passwords
        self._prefix = prefix

    def read(self, mounts: Sequence[Mount]) -> list[Source]:
        """Return what the API has of each; nothing for those that it is not asked for."""
        asked = [mount for mount in mounts if mount.is_asked]
        places = [(mount.kind, mount.region) for mount in asked if not mount.identifier]
        places += [(BLOCK, mount.region) for mount in asked if mount.kind == GROUP]
        self._reader.load(places)
        return map_concurrently(self._find, mounts)

    def _find(self, mount: Mount) -> Source:
        if not mount.is_asked:
            return Source()
        try:
            found = self._candidates(mount)
            if len(found) != 1:
                return Source(problem=self._not_one(mount, found))
            return self._source(mount, found[0])
        except StorageError as error:
            return Source(problem=f"{mount.label} could not be read: {error.message.rstrip('.')}.", facts=error.facts)

    def _candidates(self, mount: Mount) -> list[dict[str, Any]]:
        if mount.identifier:
            found = self._reader.by_id(mount.kind, mount.region, mount.identifier)
            return [found] if found else []
        return self._reader.named(mount.kind, mount.region, mount.name)

    @staticmethod
    def _not_one(mount: Mount, found: Sequence[Mapping[str, Any]]) -> str:
        if found:
            ids = ", ".join(sorted(str(one["id"]) for one in found))
            subject = f"There are {len(found)} {_TITLES[mount.kind]}s named {mount.name} in {mount.region}"
            return f"{subject} ({ids}). Give the id."
        if not mount.present:
            # It may have been deleted before.
            return ""
        what = "id" if mount.identifier else "name"
        return f"There is no {mount.label}. Check its {what} and the region."

    def _source(self, mount: Mount, found: Mapping[str, Any]) -> Source:
        if mount.kind in _BLOCKS:
            volumes = [found] if mount.kind == BLOCK else self._reader.members(mount.region, str(found["id"]))
            portals = dict.fromkeys(str(one) for volume in volumes for one in volume.get("iscsi_target_ips") or ())
            if not portals and mount.present:
                state = f"is in state {found.get('state')} and " if found.get("state") else ""
                return Source(problem=f"{mount.label} {state}has no address to log in at.")
            return Source(portals=list(portals))
        if not mount.identifier:
            # No list has the path.
            found = self._reader.by_id(mount.kind, mount.region, str(found["id"])) or found
        path = str(found.get("path") or found.get("mount_path") or "").replace("\\", "/")
        if not path:
            return Source(
                problem=f"{mount.label} is in state {found.get('state')} and has no path to mount yet. Run it again"
                " when it is available."
            )
        if path.startswith("//") and mount.name not in self._passwords:
            return Source(
                problem=f"{mount.label} is a CIFS volume. Give its password in {self._prefix}cifs_passwords, by the"
                " name in the list."
            )
        return Source(path=path, username=str(found.get("cifs_id") or ""))


# -- the result -------------------------------------------------------------------------------------------------------


class MountSourceInfo(Info):
    """``scp_mount_source_info``."""

    plural = "volumes"

    def read(self) -> dict[str, Any]:
        mounts = read_mounts(self.params, self.region)
        prefix = str(self.params.get("variable_prefix") or "")
        passwords = set(self.params["cifs_password_names"])
        sources = SourceReader(Reader(self.client), passwords, prefix).read(mounts)
        sources = self._with_endpoints(mounts, sources)
        problems = [(mount.item.name, source.problem) for mount, source in zip(mounts, sources, strict=True)]
        failed = [(name, problem) for name, problem in problems if problem]
        if failed:
            raise StorageError(f"Nothing was changed. {' '.join(group_alike(failed, 'volume'))}")
        return describe(mounts, sources, str(self.params["lazy"]))

    def _with_endpoints(self, mounts: Sequence[Mount], sources: Sequence[Source]) -> list[Source]:
        """Return sources with the addresses of the VPC endpoints through which volumes are mounted."""
        found = []
        for mount, source in zip(mounts, sources, strict=True):
            wanted, one = mount.item["endpoint"], source
            if wanted and mount.present and not source.problem:
                finder = ObjectFinder(self.client, mount.region)
                try:
                    one = replace(source, endpoint=finder.address(wanted, "ENDPOINT", option="endpoint"))
                except StorageError as error:
                    one = replace(source, problem=error.message, facts=error.facts)
            found.append(one)
        return found


def describe(mounts: Sequence[Mount], sources: Sequence[Source], lazy: str) -> dict[str, Any]:
    """Return what servers need.

    :param lazy: for volumes that have a name, and do not say.
    """
    pairs = list(zip(mounts, sources, strict=True))
    kept = {portal for mount, source in pairs if mount.present for portal in _portals(mount, source)}
    volumes = [_describe(mount, source, kept) for mount, source in pairs]
    sessions = [
        {"name": one["name"], "portals": one["portals"], "state": one["state"]} for one in volumes if one["portals"]
    ]
    return {
        "volumes": volumes,
        "mounts": [_mount(mount, source, lazy) for mount, source in pairs if mount.item["path"]],
        "logins": [one for one in sessions if one["state"] == "present"],
        "logouts": [one for one in sessions if one["state"] == "absent"],
        "needs": sorted({_need(mount, source) for mount, source in pairs if mount.present}),
    }


def _portals(mount: Mount, source: Source) -> list[str]:
    return list(mount.item["portals"] or source.portals)


def _address(mount: Mount, source: Source) -> str:
    """Return what is to be mounted; empty if that is not known, or nothing is."""
    address = str(mount.item["device"] or mount.item["source"] or source.path or "").replace("\\", "/")
    return through_endpoint(address, source.endpoint) if source.endpoint else address


def through_endpoint(share: str, endpoint: str) -> str:
    """Return the address of a share with that of a VPC endpoint in place of its server.

    >>> through_endpoint("10.1.1.1:/scp_web", "10.4.0.1"), through_endpoint("//10.1.1.2/scp_office", "10.4.0.1")
    ('10.4.0.1:/scp_web', '//10.4.0.1/scp_office')
    """
    if share.startswith("//"):
        return f"//{endpoint}/{share[2:].partition('/')[2]}"
    host = f"[{endpoint}]" if ":" in endpoint else endpoint
    return f"{host}:{share.partition(']:')[2] or share.partition(':')[2]}"


def _need(mount: Mount, source: Source) -> str:
    if mount.kind in _BLOCKS:
        return "iscsi"
    return "cifs" if _address(mount, source).startswith("//") else "nfs"


def _describe(mount: Mount, source: Source, kept: Collection[str]) -> dict[str, Any]:
    portals = _portals(mount, source)
    return {
        "name": mount.name,
        "kind": mount.kind,
        "region": mount.region,
        "state": mount.item["state"],
        "path": mount.item["path"],
        "source": _address(mount, source) or None,
        "portals": portals if mount.present else [portal for portal in portals if portal not in kept],
    }


def _mount(mount: Mount, source: Source, lazy: str) -> dict[str, Any]:
    """Return an item for ``scp_mount``."""
    item = mount.item
    found: dict[str, Any] = {
        "name": mount.name,
        "path": item["path"],
        "source": _address(mount, source),
        "state": item["state"],
        "options": item["options"],
        "lazy": item["lazy"] or (lazy if mount.named else "never"),
    }
    if mount.kind == BLOCK:
        found |= {"fstype": item["fstype"] or "auto", "format": bool(item["format"])}
    username = item["cifs_username"] or source.username
    if username:
        found["cifs_username"] = username
    return found
