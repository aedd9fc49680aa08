# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about many items."""

from __future__ import annotations

from ansible_collections.scp.storage.plugins.module_utils.workflows.messages import group_alike, summarize


def test_group_alike_puts_names_of_alike_messages_at_the_end() -> None:
    said = [("a", "it is paused."), ("b", "it is missing"), ("c", "it is paused"), ("a", "it is paused")]
    assert group_alike(said, "volume") == ["2 volumes: it is paused: a, c.", "b: it is missing."]


def test_group_alike_shortens_names_of_many() -> None:
    (line,) = group_alike([(f"v{number}", "it is paused") for number in range(39)], "volume")
    assert line.startswith("39 volumes: it is paused: v0, v1, ")
    assert line.endswith("v19 and 19 more.")


def test_group_alike_takes_messages_that_differ_in_names_and_ids_for_alike() -> None:
    said = [
        (f"{name} (kr-west1 to kr-east1)", f"Volume {name}_ab12cd ({number * 32}) is gone [request req-{number}].")
        for name, number in (("web", "1"), ("web_two", "2"))
    ]
    (line,) = group_alike(said, "volume")
    assert line == (
        "2 volumes: Volume <name> (<id>) is gone: web (kr-west1 to kr-east1), web_two (kr-west1 to kr-east1)."
    )
    assert "Volume web_ab12cd" in group_alike(said[:1], "volume")[0]


def test_group_alike_shows_an_id_that_all_messages_have() -> None:
    """It is what is to be corrected: of two servers in the list, the one that does not exist."""
    server, said = "0" * 32, []
    for number, name in enumerate(("web", "mail")):
        said.append((name, f"{name} ({str(number + 1) * 32}): server {server} not found [request req-{number}]."))
    (line,) = group_alike(said, "volume")
    assert line == f"2 volumes: <name> (<id>): server {server} not found: web, mail."
    alike = [(name, f"server {server} not found [request req-{name}]") for name in ("web", "mail")]
    assert group_alike(alike, "volume") == [f"2 volumes: server {server} not found: web, mail."]
    assert group_alike(alike[:1], "volume") == [f"web: server {server} not found [request req-web]."]


def test_group_alike_takes_an_irregular_plural() -> None:
    assert group_alike([("a", "x"), ("b", "x")], "policy", "policies") == ["2 policies: x: a, b."]


def test_summarize_counts_what_became_of_items() -> None:
    assert summarize(["created", "failed", "unchanged", "unchanged"], dry_run=False) == (
        "1 created, 0 changed, 2 unchanged, 1 failed"
    )
    assert summarize(["deleted", "skipped"], dry_run=True) == (
        "Plan, nothing was changed: 0 created, 0 changed, 1 deleted, 0 unchanged, 0 failed, 1 skipped"
    )
