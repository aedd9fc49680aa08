# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where calls go and as whom: one value object out of options, environment and files.

The order for every setting is: option, ``SCP_*``, the ``SCP_TF_*`` names of the Terraform provider,
the files of the official tools (platform-behaviour.md §1).
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SettingsError
from .proxies import proxy_variables
from .redaction import secrets_of_url, shorten, shown
from .suggestions import closest
from .versions import ALL_SERVICES, WORDS

#: What a region's name may hold: it becomes part of a host name, and must not lead to another host.
REGION = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
#: What a header of HTTP carries unharmed. These settings are sent in headers, or next to them.
_HEADER_TEXT = re.compile(r"[!-~]([ -~]*[!-~])?")
_IN_HEADERS = ("access_key", "secret_key", "auth_token", "account_id")
#: Characters that programs read differently in a URL, so that a check could see another host than is called.
_DOUBTFUL = re.compile(r"[\x00-\x20\x7f\\]")
#: How a version is written.
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){0,3}")
_VERSIONS_EXPECTED = f"must be {', '.join(WORDS)}, or a version by service, for example filestorage=1.2"
_ZONES_EXPECTED = 'must be a JSON object with a zone for each region, for example {"kr-west1": "kr-west1-a"}'
#: Seconds; more than a day is a mistake.
LONGEST_TIMEOUT = 86_400.0
LANGUAGES = ("en-US", "ko-KR")
#: The services that can be called, by their host names: what ``api_versions`` can name.
SERVICES = (
    "archivestorage",
    "backup",
    "baremetal",
    "baremetal-blockstorage",
    "filestorage",
    "iam",
    "multinodegpucluster",
    "parallel-filestorage",
    "resourcemanager",
    "virtualserver",
    "vpc",
)
ENVIRONMENTS = ("e", "g", "s")
#: Regions that exist in environment ``g`` only (platform-behaviour.md §1).
GOVERNMENT_REGION_PREFIX = "kr-south"


@dataclass(frozen=True)
class SettingSpec:
    """Where a setting may come from, and how Ansible documents it.

    :param kind: the Ansible type of the option.
    :param environment: names of environment variables, first come first served.
    :param file_keys: spellings in the files of the official tools.
    """

    kind: str = "str"
    environment: tuple[str, ...] = ()
    file_keys: tuple[str, ...] = ()
    default: Any = None
    secret: bool = False
    is_url: bool = False
    choices: tuple[str, ...] = ()


#: Every connection option, by name. The option spec, the documentation test and the look-up all read this table.
SOURCES: dict[str, SettingSpec] = {
    "access_key": SettingSpec(
        environment=("SCP_ACCESS_KEY", "SCP_TF_ACCESS_KEY"), file_keys=("access-key", "access_key"), secret=True
    ),
    "secret_key": SettingSpec(
        environment=("SCP_SECRET_KEY", "SCP_TF_SECRET_KEY"),
        file_keys=("secret-key", "secret_key", "access_secret_key"),
        secret=True,
    ),
    "auth_token": SettingSpec(
        environment=("SCP_AUTH_TOKEN", "SCP_TF_AUTH_TOKEN"), file_keys=("auth-token", "auth_token"), secret=True
    ),
    "account_id": SettingSpec(
        environment=("SCP_ACCOUNT_ID", "SCP_TF_ACCOUNT_ID"), file_keys=("account-id", "account_id")
    ),
    "region": SettingSpec(
        environment=("SCP_REGION", "SCP_TF_DEFAULT_REGION"),
        file_keys=("default-region", "default_region", "default_scp_region"),
    ),
    "environment": SettingSpec(environment=("SCP_ENVIRONMENT",), file_keys=("environment",), choices=ENVIRONMENTS),
    "profile": SettingSpec(environment=("SCP_PROFILE",)),
    "config_file": SettingSpec(kind="path", environment=("SCP_CONFIG_FILE",)),
    "endpoint_url": SettingSpec(
        environment=("SCP_ENDPOINT_URL", "SCP_TF_ENDPOINT_OVERRIDE"),
        file_keys=("endpoint-override", "endpoint_override"),
        is_url=True,
    ),
    "auth_url": SettingSpec(
        environment=("SCP_AUTH_URL", "SCP_TF_AUTH_URL"), file_keys=("auth-url", "auth_url"), is_url=True
    ),
    "validate_certs": SettingSpec(kind="bool", environment=("SCP_VALIDATE_CERTS",), default=True),
    "ca_path": SettingSpec(kind="path", environment=("SCP_CA_PATH",)),
    "timeout": SettingSpec(kind="float", environment=("SCP_TIMEOUT",), default=30.0),
    "max_retries": SettingSpec(kind="int", environment=("SCP_MAX_RETRIES",), default=5),
    "language": SettingSpec(environment=("SCP_LANGUAGE",), default="en-US", choices=LANGUAGES),
    # Raw, because Ansible does not take a word for a dictionary.
    "api_versions": SettingSpec(kind="raw", environment=("SCP_API_VERSIONS",), default=None),
    "zone": SettingSpec(environment=("SCP_ZONE",)),
    "zones": SettingSpec(kind="dict", environment=("SCP_ZONES",), default=None),
}

#: Read in this order; a later file only fills what an earlier one leaves open.
DEFAULT_FILES = ("~/.scpconf/config.json", "~/.scpconf/credentials.json", "~/scp/cli-config.json")


@dataclass(frozen=True)
class Settings:
    """Where calls go and as whom. Secrets are kept out of ``repr``.

    ``endpoint_url`` may hold ``{service}``, ``{region}`` and ``{environment}``; ``timeout`` is in seconds.
    """

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str
    auth_token: str = field(default="", repr=False)
    account_id: str = ""
    environment: str = ""
    endpoint_url: str = ""
    auth_url: str = ""
    validate_certs: bool = True
    ca_path: str = ""
    timeout: float = 30.0
    max_retries: int = 5
    language: str = "en-US"
    api_versions: tuple[tuple[str, str], ...] = ()
    zone: str = ""
    zones: tuple[tuple[str, str], ...] = ()

    def zone_of(self, region: str) -> str:
        """The zone of a region in which things are created by default; empty where none is set."""
        return dict(self.zones).get(region) or (self.zone if region_of(self.zone) == region else "")

    def environment_of(self, region: str) -> str:
        """The environment letter that serves ``region``, where none was named."""
        if self.environment:
            return self.environment
        return "g" if region.startswith(GOVERNMENT_REGION_PREFIX) else "e"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that no output may show."""
        return tuple(value for value in (self.access_key, self.secret_key, self.auth_token) if value)


def is_blank(value: Any) -> bool:
    """Return whether the value of a connection option counts as not given: null, or a text without a character."""
    return value is None or (isinstance(value, str) and not value.strip())


def without_blanks(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without connection options that are blank, whose values Ansible could not convert."""
    return {name: value for name, value in options.items() if name not in SOURCES or not is_blank(value)}


def given_secrets(options: Mapping[str, Any], environ: Mapping[str, str]) -> set[str]:
    """Return what options and environment hold that must not be shown, whether it can be used or not."""
    found: set[str] = set()
    for name, source in SOURCES.items():
        values = [str(value) for value in (options.get(name), *map(environ.get, source.environment)) if value]
        if source.secret:
            found.update(values)
        elif source.is_url:
            found.update(*map(secrets_of_url, values))
    return found.union(*map(secrets_of_url, proxy_variables(environ).values()))


def resolve(options: Mapping[str, Any], environ: Mapping[str, str], default_region: str = "") -> Settings:
    """Build :class:`Settings` from module options and an environment.

    :param options: option values by name; one that is missing or blank (see :func:`is_blank`) is not given.
    :param default_region: the region where none is set.
    :raises SettingsError: something is missing or cannot be understood; the message says where it can be set.
    """
    home = environ.get("HOME") or os.path.expanduser("~")
    chosen: dict[str, Any] = {}
    pending = []
    for name, source in SOURCES.items():
        value, origin = _given(name, source, options, environ)
        if origin:
            chosen[name] = _convert(name, source, value, origin)
        else:
            pending.append(name)
    stored = _from_files(chosen.get("config_file"), chosen.get("profile"), home)
    for name in pending:
        source = SOURCES[name]
        chosen[name] = _convert(name, source, *stored[name]) if name in stored else source.default
    if not chosen.get("region"):
        chosen["region"] = default_region
    return _checked(chosen)


def _given(name: str, source: SettingSpec, options: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Any, str]:
    """The value from the option or the environment, and where it came from (empty: nowhere)."""
    if not is_blank(options.get(name)):
        return options[name], f"option {name}"
    for variable in source.environment:
        if not is_blank(environ.get(variable)):
            return environ[variable], f"environment variable {variable}"
    return None, ""


def _convert(name: str, source: SettingSpec, value: Any, origin: str) -> Any:
    try:
        if source.kind == "bool":
            return value if isinstance(value, bool) else _truth(str(value))
        if source.kind == "float":
            converted: float = _number(float, value)
        elif source.kind == "int":
            converted = _number(int, value)
        elif source.kind == "dict":
            return _zones_by_region(value)
        elif source.kind == "raw":
            return _by_service(value)
        else:
            if isinstance(value, (dict, list)):
                raise ValueError("must be text")
            text = str(value).strip()
            if source.choices and text not in source.choices:
                raise ValueError(f"must be one of {', '.join(source.choices)}")
            return os.path.expanduser(text) if source.kind == "path" else text
        if name == "timeout" and not 0 < converted <= LONGEST_TIMEOUT:
            raise ValueError(f"must be above 0 and at most {LONGEST_TIMEOUT:.0f} seconds")
        if converted < 0:
            raise ValueError("must not be negative")
        return converted
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        quoted = "" if source.secret else f" ({shown(value)})"
        raise SettingsError(f"{origin}{quoted} is not a valid value for {name}: {_reason(error)}.") from None


def _zones_by_region(value: Any) -> dict[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ValueError(_ZONES_EXPECTED)
    return dict(found)


def _by_service(value: Any) -> dict[str, Any]:
    """Return versions by service, from a dictionary, a JSON object, pairs with = between them, or a word for all."""
    if isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, str):
        raise ValueError(_VERSIONS_EXPECTED)
    if value.strip() in WORDS:
        return {ALL_SERVICES: value.strip()}
    if value.lstrip().startswith("{"):
        return dict(json.loads(value))
    pairs = [part.split("=") for part in re.split(r"[,\s]+", value.strip())]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise ValueError(_VERSIONS_EXPECTED)
    return dict(pairs)


def _number(kind: type[int] | type[float], value: Any) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        # What Python says repeats the value.
        raise ValueError(f"must be {'a whole number' if kind is int else 'a number'}") from None


def _reason(error: Exception) -> str:
    """Return why a value is invalid. What the libraries say can repeat it."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}"
    return shorten(str(error))


def _truth(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on", "y", "t"):
        return True
    if lowered in ("0", "false", "no", "off", "n", "f"):
        return False
    raise ValueError("must be true or false")


_FILE_EXAMPLE = (
    'Correct it. For example: {"access-key": "…", "secret-key": "…", "default-region": "kr-west1"}. YAML and INI files'
    " are not supported."
)

#: The settings that a file holds: value and origin by name.
_Stored = dict[str, tuple[Any, str]]


def _from_files(config_file: str | None, profile: str | None, home: str) -> _Stored:
    """Merge the files of the official tools; ``config_file`` replaces the default ones."""
    if config_file:
        path = Path(config_file)
        candidates = [path, path.with_name("credentials.json")]
        if not path.is_file():
            raise SettingsError(
                f"config_file {config_file} does not exist or is not a file. Correct or leave out the option."
            )
    else:
        candidates = [Path(name.replace("~", home, 1)) for name in DEFAULT_FILES]
    merged: _Stored = {}
    profiles: dict[str, _Stored] = {}
    for candidate in dict.fromkeys(candidates):
        content = _read(candidate)
        named = content.pop("profiles", None)
        for name, values in {**content, **(named if isinstance(named, dict) else {})}.items():
            if isinstance(values, dict):
                found = _known(values, f"profile {name} of {candidate}")
                profiles[name] = {**found, **profiles.get(name, {})}
        merged = {**_known(content, str(candidate)), **merged}
    if not profile:
        return merged
    if profile not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        places = ", ".join(str(candidate) for candidate in candidates)
        raise SettingsError(f"There is no profile {shown(profile)} in {places} (profiles there: {known}).")
    return {**merged, **profiles[profile]}


def _known(content: Mapping[str, Any], place: str) -> _Stored:
    """What of a file's content are settings, whichever spelling they have there."""
    found: _Stored = {}
    for name, source in SOURCES.items():
        key = next((key for key in source.file_keys if not is_blank(content.get(key))), None)
        if key is not None:
            found[name] = (content[key], f"{key} in {place}")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from None
    except (ValueError, RecursionError) as error:
        # Only the place: the text of the error can quote the file, which may hold a secret key.
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise SettingsError(f"{path} is not valid JSON{place}. {_FILE_EXAMPLE}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path} does not contain a JSON object. {_FILE_EXAMPLE}")
    return content


def _checked(chosen: dict[str, Any]) -> Settings:
    missing = [name for name in ("access_key", "secret_key", "region") if not chosen.get(name)]
    if missing:
        ways = "; ".join(
            f"{name}: option {name} or environment variable {SOURCES[name].environment[0]}" for name in missing
        )
        verb = "is" if len(missing) == 1 else "are"
        raise SettingsError(
            f"{' and '.join(missing)} {verb} missing. Set {ways}; or keep them in ~/.scpconf/config.json"
            " (default-region) and ~/.scpconf/credentials.json (access-key, secret-key)."
        )
    for name in _IN_HEADERS:
        if chosen.get(name) and not _HEADER_TEXT.fullmatch(chosen[name]):
            raise SettingsError(f"{name} holds a character that no key or id has. Copy it once more.")
    check_region(chosen["region"])
    for name in ("endpoint_url", "auth_url"):
        if chosen.get(name):
            check_url(name, chosen[name], validate_certs=bool(chosen["validate_certs"]))
    if chosen.get("ca_path") and not Path(chosen["ca_path"]).exists():
        raise SettingsError(f"ca_path {chosen['ca_path']} does not exist.")
    versions = {
        str(service): "" if version is None else str(version)
        for service, version in (chosen.pop("api_versions") or {}).items()
    }
    for service, version in versions.items():
        if service not in (*SERVICES, ALL_SERVICES):
            raise SettingsError(f"api_versions has no service {shown(service)}{closest(service, SERVICES)}.")
        if version not in WORDS and not _VERSION.fullmatch(version):
            raise SettingsError(
                f"api_versions asks for version {shown(version)} of {service!r}{closest(version, WORDS)}. Write it like"
                " filestorage: '1.1'."
            )
    zones = {str(region): "" if zone is None else str(zone) for region, zone in (chosen.pop("zones") or {}).items()}
    if chosen.get("zone"):
        # A region's own name would otherwise pass as a zone of another region, which is left out.
        check_zone("zone", chosen["zone"], chosen["region"] if chosen["zone"] == chosen["region"] else "")
    for region, zone in zones.items():
        check_zone("zones", zone, region)
    known = {item.name for item in fields(Settings)}
    values = {name: value for name, value in chosen.items() if name in known and value is not None}
    return Settings(**values, api_versions=tuple(sorted(versions.items())), zones=tuple(sorted(zones.items())))


def region_of(zone: str) -> str:
    """Return the region of a zone: what stands before the last hyphen (platform-behaviour.md §1)."""
    return zone.rpartition("-")[0]


def check_zone(option: str, zone: str, region: str = "") -> None:
    """Refuse what is not a name of a zone, or is a zone of another region.

    :param option: what gives the zone, for the message.
    :param region: the region that it must belong to; empty for any.
    """
    found = region_of(zone)
    if region and zone == region:
        raise SettingsError(f"{option} {shown(zone)} is a region. Give one of its zones, for example {region}-a.")
    if not (REGION.fullmatch(zone) and found):
        raise SettingsError(f"{option} {shown(zone)} is not a valid zone. Expected a name such as kr-west1-a.")
    if region and found != region:
        raise SettingsError(
            f"{option} {shown(zone)} is a zone of region {found}, but is used for region {region}. Give a zone of"
            f" {region}, for example {region}-a."
        )


def check_region(region: str) -> None:
    """Refuse what is not a name of a region, before it becomes part of an address."""
    if not REGION.fullmatch(region):
        raise SettingsError(f"region {shown(region)} is not a name of a region. Write it like kr-west1.")


def check_url(name: str, url: str, *, validate_certs: bool) -> None:
    """Refuse what would send a signature in clear text to another machine (plain http beyond loopback).

    :param name: the option, or what else the URL was taken from.
    """
    if "@" in url:
        # Not repeated in the message: it may hold a password.
        raise SettingsError(
            f"{name} contains a user or password before an @. Remove it: calls are signed with secret_key."
            " Write an @ of a path as %40."
        )
    # What follows can be a token. It is not repeated either.
    beginning = shown(re.split(r"[?#]", url)[0])
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.netloc) and not _DOUBTFUL.search(url)
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(
            f"{name} {beginning} is not a valid URL. Expected for example https://{{service}}.{{region}}.example.com."
        )
    if "?" in url or "#" in url:
        raise SettingsError(f"{name} {beginning} goes on after its path. Leave out what begins with ? or #.")
    if parts.scheme == "http" and not is_loopback(url) and validate_certs:
        raise SettingsError(
            f"{name} {beginning} is plain http to another machine, which would show the signed requests to the"
            " network. Use https, or set validate_certs to false where that is intended."
        )


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine itself, judged by its text alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
