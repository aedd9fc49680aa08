# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where calls go and as whom: one value object out of options, environment and files.

The order for every setting is: option, ``SCP_*``, the ``SCP_TF_*`` names of the Terraform provider,
the files of the official tools (behaviour.md §1).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SettingsError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
LANGUAGES = ("en-US", "ko-KR")
ENVIRONMENTS = ("e", "g", "s")
#: Regions that exist in environment ``g`` only (behaviour.md §1).
GOVERNMENT_REGION_PREFIX = "kr-south"


@dataclass(frozen=True)
class Source:
    """Where a setting may come from, and how Ansible is told about it.

    :param kind: the Ansible type of the option.
    :param environment: names of environment variables, first come first served.
    :param file_keys: spellings in the files of the official tools.
    """

    kind: str = "str"
    environment: tuple[str, ...] = ()
    file_keys: tuple[str, ...] = ()
    default: Any = None
    secret: bool = False
    choices: tuple[str, ...] = ()


#: Every connection option, by name. The option spec, the documentation test and the look-up all read this table.
SOURCES: dict[str, Source] = {
    "access_key": Source(
        environment=("SCP_ACCESS_KEY", "SCP_TF_ACCESS_KEY"), file_keys=("access-key", "access_key"), secret=True
    ),
    "secret_key": Source(
        environment=("SCP_SECRET_KEY", "SCP_TF_SECRET_KEY"),
        file_keys=("secret-key", "secret_key", "access_secret_key"),
        secret=True,
    ),
    "auth_token": Source(
        environment=("SCP_AUTH_TOKEN", "SCP_TF_AUTH_TOKEN"), file_keys=("auth-token", "auth_token"), secret=True
    ),
    "account_id": Source(environment=("SCP_ACCOUNT_ID", "SCP_TF_ACCOUNT_ID"), file_keys=("account-id", "account_id")),
    "region": Source(
        environment=("SCP_REGION", "SCP_TF_DEFAULT_REGION"),
        file_keys=("default-region", "default_region", "default_scp_region"),
    ),
    "environment": Source(environment=("SCP_ENVIRONMENT",), file_keys=("environment",), choices=ENVIRONMENTS),
    "profile": Source(environment=("SCP_PROFILE",)),
    "config_file": Source(kind="path", environment=("SCP_CONFIG_FILE",)),
    "endpoint_url": Source(
        environment=("SCP_ENDPOINT_URL", "SCP_TF_ENDPOINT_OVERRIDE"),
        file_keys=("endpoint-override", "endpoint_override"),
    ),
    "auth_url": Source(environment=("SCP_AUTH_URL", "SCP_TF_AUTH_URL"), file_keys=("auth-url", "auth_url")),
    "validate_certs": Source(kind="bool", environment=("SCP_VALIDATE_CERTS",), default=True),
    "ca_path": Source(kind="path", environment=("SCP_CA_PATH",)),
    "timeout": Source(kind="float", environment=("SCP_TIMEOUT",), default=30.0),
    "max_retries": Source(kind="int", environment=("SCP_MAX_RETRIES",), default=5),
    "language": Source(environment=("SCP_LANGUAGE",), default="en-US", choices=LANGUAGES),
    "api_versions": Source(kind="dict", environment=("SCP_API_VERSIONS",), default=None),
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

    def environment_of(self, region: str) -> str:
        """The environment letter that serves ``region``, where none was named."""
        if self.environment:
            return self.environment
        return "g" if region.startswith(GOVERNMENT_REGION_PREFIX) else "e"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that no output may show."""
        return tuple(value for value in (self.access_key, self.secret_key, self.auth_token) if value)


def resolve(options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Build :class:`Settings` from module options and an environment.

    :param options: option values by name; ``None`` or a missing key means "not given".
    :raises SettingsError: something is missing or can't be understood; the message says where it can be set.
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
        key = next((key for key in source.file_keys if stored.get(key) not in (None, "")), None)
        chosen[name] = source.default if key is None else _convert(name, source, stored[key], f"{key} in a file")
    return _checked(chosen)


def _given(name: str, source: Source, options: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Any, str]:
    """The value from the option or the environment, and where it came from (empty: nowhere)."""
    if options.get(name) is not None:
        return options[name], f"option {name}"
    for variable in source.environment:
        if environ.get(variable):
            return environ[variable], f"environment variable {variable}"
    return None, ""


def _convert(name: str, source: Source, value: Any, origin: str) -> Any:
    try:
        if source.kind == "bool":
            return value if isinstance(value, bool) else _truth(str(value))
        if source.kind == "float":
            converted: float | int = float(value)
        elif source.kind == "int":
            converted = int(value)
        elif source.kind == "dict":
            return dict(json.loads(value)) if isinstance(value, str) else dict(value)
        else:
            text = str(value).strip()
            if source.choices and text not in source.choices:
                raise ValueError(f"must be one of {', '.join(source.choices)}")
            return os.path.expanduser(text) if source.kind == "path" else text
        if converted < 0 or (name == "timeout" and converted == 0):
            raise ValueError("must be above zero" if name == "timeout" else "must not be negative")
        return converted
    except (TypeError, ValueError) as error:
        shown = "" if source.secret else f" ({value!r})"
        raise SettingsError(f"{origin}{shown} is not a valid value for {name}: {error}.") from None


def _truth(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on", "y", "t"):
        return True
    if lowered in ("0", "false", "no", "off", "n", "f"):
        return False
    raise ValueError("must be true or false")


def _from_files(config_file: str | None, profile: str | None, home: str) -> dict[str, Any]:
    """Merge the files of the official tools; ``config_file`` replaces the default ones."""
    if config_file:
        path = Path(config_file)
        candidates = [path, path.with_name("credentials.json")]
        if not path.is_file():
            raise SettingsError(
                f"config_file {config_file} does not exist or is no file. Correct or leave out the option."
            )
    else:
        candidates = [Path(name.replace("~", home, 1)) for name in DEFAULT_FILES]
    merged: dict[str, Any] = {}
    profiles: dict[str, dict[str, Any]] = {}
    for candidate in dict.fromkeys(candidates):
        content = _read(candidate)
        named = content.pop("profiles", None)
        for name, values in {**content, **(named if isinstance(named, dict) else {})}.items():
            if isinstance(values, dict):
                profiles[name] = {**values, **profiles.get(name, {})}
        merged = {**content, **merged}
    if not profile:
        return merged
    if profile not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        places = ", ".join(str(candidate) for candidate in candidates)
        raise SettingsError(f"There is no profile {profile!r} in {places} (profiles there: {known}).")
    return {**merged, **profiles[profile]}


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        # The text of a JSON error can quote the file, which may hold a secret key: name the kind only.
        raise SettingsError(f"{path} can't be read as JSON ({type(error).__name__}). Repair or remove it.") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must hold a JSON object. Repair or remove it.")
    return content


def _checked(chosen: dict[str, Any]) -> Settings:
    missing = [name for name in ("access_key", "secret_key", "region") if not chosen.get(name)]
    if missing:
        ways = "; ".join(
            f"{name}: option {name} or environment variable {SOURCES[name].environment[0]}" for name in missing
        )
        raise SettingsError(
            f"{' and '.join(missing)} missing. Set {ways}; or keep them in ~/.scpconf/config.json"
            " (default-region) and ~/.scpconf/credentials.json (access-key, secret-key)."
        )
    for name in ("endpoint_url", "auth_url"):
        if chosen.get(name):
            _check_url(name, chosen[name], bool(chosen["validate_certs"]))
    if chosen.get("ca_path") and not Path(chosen["ca_path"]).exists():
        raise SettingsError(f"ca_path {chosen['ca_path']} does not exist.")
    versions = chosen.pop("api_versions") or {}
    known = {item.name for item in fields(Settings)}
    values = {name: value for name, value in chosen.items() if name in known and value is not None}
    return Settings(**values, api_versions=tuple(sorted((str(key), str(value)) for key, value in versions.items())))


def _check_url(name: str, url: str, validate_certs: bool) -> None:
    """Refuse what would send a signature in clear text to another machine (plain http beyond loopback)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsError(f"{name} {url!r} is no URL. Write it like https://{{service}}.{{region}}.example.com.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS and validate_certs:
        raise SettingsError(
            f"{name} {url!r} is plain http to another machine, which would show the signed requests to the network."
            " Use https, or set validate_certs to false where that is intended."
        )
