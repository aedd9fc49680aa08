# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where settings come from, which count, and what is said of those that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import SettingsError
from ansible_collections.scp.storage.plugins.module_utils.client.settings import (
    SERVICES,
    SOURCES,
    Settings,
    check_url,
    region_of,
    resolve,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.connection import PROBES

KEYS = {"access_key": "AK-made-up-one", "secret_key": "SK-made-up-two"}
GIVEN = {**KEYS, "region": "kr-west1"}
#: A value that each setting takes, and others, to distinguish where one came from.
SAMPLES: dict[str, tuple[Any, ...]] = {
    "validate_certs": (False, True, False, True),
    "timeout": (11.5, 12.0, 13.0, 14.0),
    "max_retries": (1, 2, 3, 4),
    "environment": ("s", "g", "e", "s"),
    "language": ("ko-KR", "en-US", "ko-KR", "en-US"),
    "endpoint_url": tuple(f"https://{place}.example" for place in "abcd"),
    "auth_url": tuple(f"https://{place}.example" for place in "abcd"),
    "zone": tuple(f"kr-west1-{letter}" for letter in "abcd"),
}
PLAIN = ("from-option", "from-first", "from-second", "from-file")
#: Settings that a file may hold.
IN_FILES = [name for name, source in SOURCES.items() if source.file_keys]
#: Settings that the result has, apart from those with a separate meaning.
ZONES_WANTED = 'must be a JSON object with a zone for each region, for example {"kr-west1": "kr-west1-a"}'
RESOLVED = [name for name in SOURCES if name not in ("profile", "config_file", "ca_path", "api_versions", "zones")]


def write(path: Path, content: Any) -> Path:
    """A settings file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def refusal(options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """What is said of settings that cannot be used: one paragraph without secrets."""
    with pytest.raises(SettingsError) as caught:
        resolve(options, {"HOME": "/nowhere", **environ})
    message = caught.value.message
    assert "\n" not in message
    assert message.endswith(".")
    for secret in KEYS.values():
        assert secret not in message
    return message


def outcome(options: Mapping[str, Any]) -> str:
    """What is said of options; nothing where they can be used."""
    try:
        resolve(options, {"HOME": "/nowhere"})
    except SettingsError as error:
        return error.message
    return ""


# --- order


@pytest.mark.parametrize("name", RESOLVED)
def test_order(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    samples = SAMPLES.get(name, PLAIN)
    options: dict[str, Any] = {**GIVEN, name: samples[0]}
    variables = {variable: str(samples[1 + place]) for place, variable in enumerate(source.environment)}
    environ = {"HOME": str(tmp_path), **variables}
    if source.file_keys:
        write(tmp_path / ".scpconf/config.json", {source.file_keys[0]: samples[3]})
    assert getattr(resolve(options, environ), name) == samples[0]
    # Where the one that counts is taken away, the next one does.
    rest = {**GIVEN, name: None}
    for place, variable in enumerate(source.environment):
        assert getattr(resolve(rest, environ), name) == samples[1 + place]
        del environ[variable]
    if source.file_keys:
        assert getattr(resolve(rest, environ), name) == samples[3]


def test_scp_names_come_before_those_of_terraform() -> None:
    for name, source in SOURCES.items():
        assert source.environment[0] == f"SCP_{name.upper()}"
        assert all(variable.startswith("SCP_TF_") for variable in source.environment[1:])


def test_the_names_that_people_already_have(tmp_path: Path) -> None:
    environ = {
        "HOME": str(tmp_path),
        "SCP_TF_ACCESS_KEY": "AK",
        "SCP_TF_SECRET_KEY": "SK",
        "SCP_TF_AUTH_TOKEN": "token",
        "SCP_TF_ACCOUNT_ID": "account",
        "SCP_TF_DEFAULT_REGION": "kr-east1",
        "SCP_TF_AUTH_URL": "https://iam.example/v1",
        "SCP_TF_ENDPOINT_OVERRIDE": "https://all.example",
    }
    assert resolve({}, environ) == Settings(
        access_key="AK",
        secret_key="SK",
        region="kr-east1",
        auth_token="token",
        account_id="account",
        auth_url="https://iam.example/v1",
        endpoint_url="https://all.example",
    )


def test_files_of_the_terraform_provider(tmp_path: Path) -> None:
    write(
        tmp_path / ".scpconf/config.json",
        {
            "auth-url": "https://iam.example",
            "endpoint-override": "https://all.example",
            "account-id": 36827,
            "default-region": "kr-east1",
        },
    )
    write(tmp_path / ".scpconf/credentials.json", {"access-key": "AK", "secret-key": "SK", "auth-token": "token"})
    found = resolve({}, {"HOME": str(tmp_path)})
    assert (found.access_key, found.secret_key, found.auth_token) == ("AK", "SK", "token")
    assert (found.account_id, found.region) == ("36827", "kr-east1")
    assert (found.auth_url, found.endpoint_url) == ("https://iam.example", "https://all.example")


def test_file_of_the_command_line(tmp_path: Path) -> None:
    content = {
        "auth_url": "https://iam.example",
        "access_key": "AK",
        "access_secret_key": "SK",
        "default_scp_region": "kr-east1",
    }
    write(tmp_path / "scp/cli-config.json", content)
    found = resolve({}, {"HOME": str(tmp_path)})
    assert (found.access_key, found.secret_key, found.region) == ("AK", "SK", "kr-east1")
    assert found.auth_url == "https://iam.example"


def test_an_earlier_file_counts_whichever_spelling_it_has(tmp_path: Path) -> None:
    # A key of one file must not be paired with the secret of another.
    write(tmp_path / ".scpconf/credentials.json", {"access_key": "AK", "secret_key": "SK"})
    later = {"access-key": "other", "secret-key": "other", "default_scp_region": "kr-east1"}
    write(tmp_path / "scp/cli-config.json", later)
    found = resolve({}, {"HOME": str(tmp_path)})
    assert (found.access_key, found.secret_key, found.region) == ("AK", "SK", "kr-east1")


@given(st.sets(st.sampled_from(["option", "SCP_REGION", "SCP_TF_DEFAULT_REGION"]), min_size=1))
def test_the_first_that_is_there_counts(places: set[str]) -> None:
    order = ["option", "SCP_REGION", "SCP_TF_DEFAULT_REGION"]
    values = {place: f"region-{order.index(place)}" for place in places}
    environ = {"HOME": "/nowhere", **{place: value for place, value in values.items() if place != "option"}}
    expected = next(values[place] for place in order if place in values)
    assert resolve({**KEYS, "region": values.get("option")}, environ).region == expected


def test_empty_variables_count_as_missing() -> None:
    environ = {"HOME": "/nowhere", "SCP_REGION": "", "SCP_TF_DEFAULT_REGION": "kr-east1"}
    assert resolve(KEYS, environ).region == "kr-east1"


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("blank", ["", " ", "\n", None])
def test_blank_option_hides_nothing(name: str, blank: str | None, tmp_path: Path) -> None:
    """A template makes an empty text of what is not defined; with ansible-core 2.19 it makes null."""
    value = SAMPLES.get(name, PLAIN)[0]
    if name == "config_file":
        value = write(tmp_path / "mine.json", {})
    elif name == "profile":
        value = "production"
        write(tmp_path / ".scpconf/config.json", {"production": {}})
    elif name == "ca_path":
        value = tmp_path
    elif name == "api_versions":
        value = json.dumps({"backup": "1.2"})
    elif name == "zones":
        value = json.dumps({"kr-east1": "kr-east1-a"})
    elif name == "region":
        value = "kr-east1"
    others = {other: given for other, given in GIVEN.items() if other != name}
    environ = {"HOME": str(tmp_path), SOURCES[name].environment[0]: str(value)}
    assert resolve({**others, name: blank}, environ) == resolve(others, environ)
    if name in GIVEN:
        assert getattr(resolve({**others, name: blank}, environ), name) == value


@pytest.mark.parametrize("blank", ["", " "])
def test_blank_variable_hides_neither_the_next_one_nor_a_file(blank: str, tmp_path: Path) -> None:
    write(tmp_path / ".scpconf/config.json", {"default-region": " ", "default_region": "kr-east1", "account-id": "1"})
    environ = {"HOME": str(tmp_path), "SCP_ACCOUNT_ID": blank, "SCP_SECRET_KEY": blank, "SCP_TF_SECRET_KEY": "SK"}
    found = resolve({"access_key": "AK"}, environ)
    assert (found.region, found.account_id, found.secret_key) == ("kr-east1", "1", "SK")


def test_blank_endpoint_does_not_lead_to_the_platform() -> None:
    environ = {"HOME": "/nowhere", "SCP_ENDPOINT_URL": "http://127.0.0.1:8080"}
    assert resolve({**GIVEN, "endpoint_url": ""}, environ).endpoint_url == "http://127.0.0.1:8080"


def test_defaults() -> None:
    found = resolve(GIVEN, {"HOME": "/nowhere"})
    assert (found.timeout, found.max_retries, found.validate_certs) == (30.0, 5, True)
    assert (found.language, found.api_versions, found.environment) == ("en-US", (), "")


# --- profile and config_file


@pytest.mark.parametrize("nested", [True, False])
def test_profile(tmp_path: Path, nested: bool) -> None:
    profiles = {"test": {"access-key": "AK-test", "secret_key": "SK-test", "default-region": "kr-east1"}}
    write(
        tmp_path / ".scpconf/config.json",
        {"default-region": "kr-west1", "account-id": "all", **({"profiles": profiles} if nested else profiles)},
    )
    write(tmp_path / ".scpconf/credentials.json", {"access-key": "AK", "secret-key": "SK"})
    home = {"HOME": str(tmp_path)}
    plain = resolve({}, home)
    assert (plain.access_key, plain.region, plain.account_id) == ("AK", "kr-west1", "all")
    for found in (resolve({"profile": "test"}, home), resolve({}, {**home, "SCP_PROFILE": "test"})):
        assert (found.access_key, found.secret_key, found.region) == ("AK-test", "SK-test", "kr-east1")
        assert found.account_id == "all"


def test_profile_in_several_files_is_merged_and_the_earlier_file_counts(tmp_path: Path) -> None:
    write(
        tmp_path / ".scpconf/config.json",
        {"profiles": {"test": {"default-region": "kr-east1", "access-key": "AK-config"}, "other": {"account-id": "x"}}},
    )
    write(
        tmp_path / ".scpconf/credentials.json",
        {"profiles": {"test": {"access-key": "AK-credentials", "secret-key": "SK-credentials"}}},
    )
    found = resolve({"profile": "test"}, {"HOME": str(tmp_path)})
    assert (found.region, found.access_key, found.secret_key) == ("kr-east1", "AK-config", "SK-credentials")
    assert found.account_id == ""


def test_empty_value_in_a_file_counts_as_missing(tmp_path: Path) -> None:
    write(tmp_path / ".scpconf/config.json", {"default-region": "", "default_region": "kr-east1", "account-id": None})
    write(tmp_path / ".scpconf/credentials.json", {"account-id": "AC-1"})
    found = resolve(KEYS, {"HOME": str(tmp_path)})
    assert (found.region, found.account_id) == ("kr-east1", "AC-1")


def test_files_are_found_without_a_home_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / ".scpconf/config.json", {"default-region": "kr-east1"})
    assert resolve(KEYS, {}).region == "kr-east1"


def test_paths_may_begin_with_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "mine.json", {"default-region": "kr-east1"})
    write(tmp_path / "ca.pem", "")
    found = resolve({**KEYS, "config_file": "~/mine.json", "ca_path": "~/ca.pem"}, {"HOME": str(tmp_path)})
    assert (found.region, found.ca_path) == ("kr-east1", str(tmp_path / "ca.pem"))


def test_unknown_profile(tmp_path: Path) -> None:
    write(tmp_path / ".scpconf/config.json", {"profiles": {"a": {}, "b": {}}})
    message = refusal({**GIVEN, "profile": "c"}, {"HOME": str(tmp_path)})
    assert "no profile 'c'" in message
    assert "profiles there: a, b" in message
    assert ".scpconf/config.json" in message


def test_config_file_stands_in_for_all_others(tmp_path: Path) -> None:
    write(tmp_path / ".scpconf/config.json", {"default-region": "kr-west1", "account-id": "other"})
    mine = write(tmp_path / "mine/settings.json", {"default-region": "kr-east1"})
    write(tmp_path / "mine/credentials.json", {"access-key": "AK", "secret-key": "SK"})
    home = {"HOME": str(tmp_path)}
    for found in (resolve({"config_file": str(mine)}, home), resolve({}, {**home, "SCP_CONFIG_FILE": str(mine)})):
        assert (found.region, found.access_key, found.account_id) == ("kr-east1", "AK", "")


def test_config_file_that_is_not_there(tmp_path: Path) -> None:
    assert "does not exist" in refusal({**GIVEN, "config_file": str(tmp_path / "no\nsuch.json")}, {})


@pytest.mark.parametrize(
    "content", ['{"secret-key": "SK-made-up-two",}', "\x00", "[" * 100_000, '["SK-made-up-two"]', '"x"']
)
def test_broken_files_are_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / ".scpconf/credentials.json", content)
    assert str(path) in refusal(GIVEN, {"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        ("access-key: AK", " is not valid JSON (line 1, column 1). Correct it. For example: {"),
        ('{\n"a" 1\n}', " is not valid JSON (line 2, column 5). Correct it. "),
        ("[" * 100_000, " is not valid JSON. Correct it. "),
        ("[]", " does not contain a JSON object. Correct it. "),
    ],
)
def test_config_file_that_is_not_json_is_reported_with_place_and_example(
    tmp_path: Path, content: str, reported: str
) -> None:
    path = write(tmp_path / "mine.json", content)
    message = refusal({**GIVEN, "config_file": str(path)}, {"HOME": "/nowhere"})
    assert message.startswith(f"{path}{reported}")
    assert "Error" not in message
    assert "remove" not in message.lower()


def test_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / ".scpconf/config.json"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe{}")
    assert str(path) in refusal(GIVEN, {"HOME": str(tmp_path)})


# --- types


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("yes", "True", "1", "on", "y", "t", " Y\n")),
        *((text, False) for text in ("no", "FALSE", "0", "off", "n", "f", " F ")),
    ],
)
def test_truth(text: str, value: bool) -> None:
    assert resolve(GIVEN, {"HOME": "/nowhere", "SCP_VALIDATE_CERTS": text}).validate_certs is value


def test_api_versions() -> None:
    expected = (("backup", "1.2"), ("filestorage", "1.1"))
    asked = {"filestorage": "1.1", "backup": 1.2}
    assert resolve({**GIVEN, "api_versions": asked}, {"HOME": "/nowhere"}).api_versions == expected
    environ = {"HOME": "/nowhere", "SCP_API_VERSIONS": json.dumps(asked)}
    assert resolve(GIVEN, environ).api_versions == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("newest", (("*", "newest"),)),
        (" auto ", (("*", "auto"),)),
        (["oldest"], (("*", "oldest"),)),
        ("filestorage=1.2, backup=oldest", (("backup", "oldest"), ("filestorage", "1.2"))),
        ("filestorage=1.2 backup=1.4", (("backup", "1.4"), ("filestorage", "1.2"))),
        ('{"filestorage": "newest"}', (("filestorage", "newest"),)),
    ],
)
def test_api_versions_as_text(text: Any, expected: Any) -> None:
    assert resolve({**GIVEN, "api_versions": text}, {"HOME": "/nowhere"}).api_versions == expected
    if isinstance(text, str):
        assert resolve(GIVEN, {"HOME": "/nowhere", "SCP_API_VERSIONS": text}).api_versions == expected


@given(st.from_regex(r"[a-z]{2}-[a-z]{1,6}[0-9]", fullmatch=True), st.sampled_from("abcd"))
def test_zone_of_a_region_is_the_one_that_belongs_to_it(region: str, letter: str) -> None:
    zone = f"{region}-{letter}"
    found = resolve({**GIVEN, "zone": zone}, {"HOME": "/nowhere"})
    assert region_of(zone) == region
    assert (found.zone_of(region), found.zone_of(f"{region}9")) == (zone, "")
    environ = {"HOME": "/nowhere", "SCP_ZONES": json.dumps({region: f"{region}-z"}), "SCP_ZONE": zone}
    assert resolve(GIVEN, environ).zone_of(region) == f"{region}-z"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"zone": "west"}, "zone 'west' is not a valid zone"),
        ({"zone": "kr-west1-a/b"}, "is not a valid zone"),
        ({"zones": {"kr-east1": "kr-west1-a"}}, "zones 'kr-west1-a' is a zone of region kr-west1"),
        (
            {"zones": {"kr-west1": "kr-west1"}},
            "zones 'kr-west1' is a region. Give one of its zones, for example kr-west1-a",
        ),
        ({"zones": {"kr-east1": None}}, "zones '' is not a valid zone"),
        ({"region": "kr-west1", "zone": "kr-west1"}, "zone 'kr-west1' is a region. Give one of its zones"),
        ({"zones": {"kr-east1": ""}}, "zones '' is not a valid zone"),
    ],
)
def test_zone_that_is_invalid_is_refused(options: dict[str, Any], expected: str) -> None:
    assert expected in refusal({**GIVEN, **options}, {})


@pytest.mark.parametrize("version", ["nonsense", "", None, "oldst", "1.x", "1.1\r\nX-Evil: 1"])
def test_api_versions_with_what_is_not_a_version_are_refused(version: Any) -> None:
    message = refusal({**GIVEN, "api_versions": {"filestorage": version}}, {})
    assert message.startswith(f"api_versions asks for version {version or ''!r} of 'filestorage'")
    assert ("did you mean oldest?" in message) == (version == "oldst")
    assert message.endswith("Write it like filestorage: '1.1'.")


@pytest.mark.parametrize("versions", [1.2, True, 5])
def test_api_versions_that_are_not_text_are_explained(versions: Any) -> None:
    assert "must be auto, oldest, newest, or a version by service" in refusal({**GIVEN, "api_versions": versions}, {})


@pytest.mark.parametrize(("misspelt", "meant"), [("filestorge", "filestorage"), ("Backup", "backup"), ("bm", "")])
def test_api_versions_of_an_unknown_service_are_refused(misspelt: str, meant: str) -> None:
    message = refusal({**GIVEN, "api_versions": {misspelt: "1.1"}}, {})
    assert message.startswith(f"api_versions has no service '{misspelt}'")
    assert (f"did you mean {meant}?" in message) == bool(meant)
    assert (
        "There is archivestorage, backup, baremetal, baremetal-blockstorage, filestorage, iam, multinodegpucluster,"
        in message
    )


def test_services_are_those_of_the_operations() -> None:
    neighbours = {"baremetal", "multinodegpucluster", "resourcemanager", "virtualserver", "vpc"}
    assert {*PROBES, *neighbours, "iam"} == set(SERVICES)


def test_space_around_values_is_dropped() -> None:
    assert resolve({**GIVEN, "region": " kr-east1\n"}, {"HOME": "/nowhere"}).region == "kr-east1"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timeout", "soon"),
        ("timeout", "0"),
        ("timeout", "-1"),
        ("timeout", "nan"),
        ("timeout", "inf"),
        ("timeout", "1e300"),
        ("max_retries", "-1"),
        ("max_retries", "1.5"),
        ("validate_certs", "perhaps"),
        ("language", "de-DE"),
        ("environment", "x"),
        ("api_versions", "1.1"),
        ("api_versions", "filestorage="),
        ("api_versions", "filestorage=1.1=2"),
        ("zones", "kr-west1-a"),
        ("zones", "[]"),
        ("api_versions", "[" * 100_000),
    ],
)
def test_bad_values_say_where_they_came_from(name: str, text: str) -> None:
    message = refusal(GIVEN, {f"SCP_{name.upper()}": text})
    assert f"environment variable SCP_{name.upper()}" in message
    assert f"for {name}" in message
    assert f"option {name}" in refusal({**GIVEN, name: text}, {})


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("timeout", "0", "must be above 0 and at most 86400 seconds"),
        ("timeout", "86401", "must be above 0 and at most 86400 seconds"),
        ("max_retries", "-1", "must not be negative"),
        ("validate_certs", "perhaps", "must be true or false"),
        ("language", "de-DE", "must be one of en-US, ko-KR"),
        ("environment", "x", "must be one of e, g, s"),
        ("zones", "kr-west1-a", ZONES_WANTED),
        ("zones", "[]", ZONES_WANTED),
    ],
)
def test_value_that_is_invalid_is_shown_with_the_reason(name: str, text: str, why: str) -> None:
    variable = f"environment variable SCP_{name.upper()}"
    assert (
        refusal(GIVEN, {f"SCP_{name.upper()}": text})
        == f"{variable} ('{text}') is not a valid value for {name}: {why}."
    )


def test_value_that_is_just_valid_is_taken() -> None:
    found = resolve({**GIVEN, "timeout": 86_400, "max_retries": 0}, {"HOME": "/nowhere"})
    assert (found.timeout, found.max_retries) == (86_400.0, 0)
    assert resolve({**GIVEN, "timeout": 0.001, "max_retries": 1}, {"HOME": "/nowhere"}).max_retries == 1


@pytest.mark.parametrize("value", [["kr-west1"], {"a": 1}])
def test_a_bad_value_in_a_file_says_which_file(tmp_path: Path, value: Any) -> None:
    path = write(tmp_path / ".scpconf/config.json", {"default-region": value})
    message = refusal(KEYS, {"HOME": str(tmp_path)})
    assert f"default-region in {path}" in message


def test_a_bad_secret_in_a_file_is_not_shown(tmp_path: Path) -> None:
    path = write(tmp_path / ".scpconf/credentials.json", {"access-key": "AK", "secret-key": [KEYS["secret_key"]]})
    message = refusal({"region": "kr-west1"}, {"HOME": str(tmp_path)})
    assert f"secret-key in {path} is not a valid value" in message


@pytest.mark.parametrize("name", ["access_key", "secret_key", "auth_token", "account_id"])
@pytest.mark.parametrize("value", ["SK-made-up-two\r\nX-Evil: 1", "SK-made-up-two볼", "SK-made-up-two\udcff", "a\x00b"])
def test_what_no_header_carries_is_refused(name: str, value: str) -> None:
    assert refusal({**GIVEN, name: value}, {}).startswith(f"{name} holds a character")


def test_versions_that_no_header_carries_are_refused() -> None:
    assert "version" in refusal({**GIVEN, "api_versions": {"filestorage": "1.1\r\nX-Evil: 1"}}, {})


@given(
    st.dictionaries(
        st.sampled_from(sorted(SOURCES)),
        st.text(st.characters(codec="utf-8")) | st.floats() | st.integers() | st.booleans() | st.lists(st.text()),
    )
)
def test_any_option_gives_settings_or_says_why_not(options: dict[str, Any]) -> None:
    assert len(outcome({**GIVEN, **options}).splitlines()) <= 1


# --- missing


@pytest.mark.parametrize(
    "missing", [("access_key",), ("secret_key",), ("region",), ("access_key", "secret_key", "region")]
)
def test_missing(missing: tuple[str, ...]) -> None:
    message = refusal({name: value for name, value in GIVEN.items() if name not in missing}, {})
    for name in missing:
        assert f"option {name} or environment variable SCP_{name.upper()}" in message
    assert "~/.scpconf" in message
    for name in set(GIVEN) - set(missing):
        assert f"option {name}" not in message


def test_settings_that_are_missing_are_all_named_at_once() -> None:
    assert refusal({"access_key": "x", "secret_key": "y"}, {}) == (
        "region is missing. Set region: option region or environment variable SCP_REGION; or keep them in"
        " ~/.scpconf/config.json (default-region) and ~/.scpconf/credentials.json (access-key, secret-key)."
    )
    assert refusal({"access_key": "x"}, {}).startswith(
        "secret_key and region are missing. Set secret_key: option secret_key or environment variable SCP_SECRET_KEY;"
        " region: option region or environment variable SCP_REGION; or keep them in "
    )


def test_missing_ca_path() -> None:
    assert "does not exist" in refusal({**GIVEN, "ca_path": "/nowhere/ca.pem"}, {})


# --- addresses


@pytest.mark.parametrize("name", ["endpoint_url", "auth_url"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/{service}/{region}",
        "http://localhost:1",
        "http://LOCALHOST",
        "http://[::1]:8080",
        "http://127.0.0.2",
        "https://{service}.{region}.{environment}.example.com",
    ],
)
def test_addresses(name: str, url: str) -> None:
    assert getattr(resolve({**GIVEN, name: url}, {"HOME": "/nowhere"}), name) == url


IN_CLEAR = [
    "http://storage.example.com",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://{region}",
    "http://127.0.0.1{service}",
    "http://2130706433",
    "http://0.0.0.0",
    "http://[::2]",
]
TRICKS = [
    "http://127.0.0.1@example.com",
    "http://127.0.0.1:80@example.com/",
    "http://user:SK-made-up-two@127.0.0.1",
    "https://user:SK-made-up-two@example.com",
    "http://example.com\\@127.0.0.1",
    "http://example.com\\.127.0.0.1",
    "http://127.0.0.1\t.example.com",
    "http:// 127.0.0.1",
]
NO_URLS = [
    "example.com",
    "ftp://example.com",
    "https://",
    "https:example.com",
    "//example.com",
    "http://[::1",
    "x",
    "file:///etc",
]
MORE_THAN_A_BASE = ["https://example.com?x=", "https://example.com/#"]


@pytest.mark.parametrize("name", ["endpoint_url", "auth_url"])
@pytest.mark.parametrize("url", IN_CLEAR)
def test_plain_http_beyond_loopback_is_refused(name: str, url: str) -> None:
    assert "plain http to another machine" in refusal({**GIVEN, name: url}, {})
    accepted = resolve({**GIVEN, name: url, "validate_certs": False}, {"HOME": "/nowhere"})
    assert getattr(accepted, name) == url


@pytest.mark.parametrize("validate_certs", [True, False])
@pytest.mark.parametrize("url", TRICKS + NO_URLS + MORE_THAN_A_BASE)
def test_doubtful_addresses_are_refused(url: str, validate_certs: bool) -> None:
    assert "endpoint_url" in refusal({**GIVEN, "endpoint_url": url, "validate_certs": validate_certs}, {})


@pytest.mark.parametrize("name", ["endpoint_url", "auth_url"])
@pytest.mark.parametrize(
    "url",
    [
        *(f"http://robot:Hunter2a{character}b@gateway.example/{{service}}" for character in "#/?[]\\@ \t"),
        "robot:Hunter2a@gateway.example",
        "https://robot:Hunter2a@gateway.example:99999",
        "https://gateway.example/Hunter2a@x",
    ],
)
def test_address_with_a_password_is_never_repeated(name: str, url: str) -> None:
    message = refusal({**GIVEN, name: url}, {})
    assert message.startswith(f"{name} contains a user or password before an @. Remove it")
    assert "Hunter2" not in message
    if "://" in url:
        assert "Hunter2" not in refusal({**GIVEN, "timeout": url}, {})


def test_long_value_is_shortened() -> None:
    assert len(refusal({**GIVEN, "region": "x " * 100_000}, {})) < 400
    assert len(refusal({**GIVEN, "timeout": "x" * 100_000}, {})) < 800


@pytest.mark.parametrize(
    "region", ["kr west1", "evil.example/", "a@b", "kr-west1.", "-", "kr_west1", "볼륨", "kr-west1#"]
)
def test_a_region_that_would_change_the_host_is_refused(region: str) -> None:
    assert "is not a name of a region" in refusal({**GIVEN, "region": region}, {})


# --- secrets


SECRET_TEXT = st.text("abcdefXYZ0123456789+/=", min_size=8)


@given(access=SECRET_TEXT, secret=SECRET_TEXT, token=SECRET_TEXT)
def test_secrets_are_never_shown(access: str, secret: str, token: str) -> None:
    options = {"access_key": access, "secret_key": secret, "auth_token": token, "region": "kr-west1"}
    found = resolve(options, {"HOME": "/nowhere"})
    for shown in (repr(found), str(found), f"{found}"):
        assert not [value for value in (access, secret, token) if value in shown]
    assert set(found.secrets) == {access, secret, token}


def test_the_secret_sources_are_marked() -> None:
    assert {name for name, source in SOURCES.items() if source.secret} == {"access_key", "secret_key", "auth_token"}


@pytest.mark.parametrize("url", ["https://x/{service}?token=Hunter2a", "https://x#Hunter2a", "ftp://x/?Hunter2a"])
def test_what_follows_the_path_of_a_url_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_url("endpoint_url", url, validate_certs=True)
    assert "Hunter2a" not in caught.value.message
    assert "://x" in caught.value.message
