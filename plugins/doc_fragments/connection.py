# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that all plugins of the collection take to reach the platform."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.connection``."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Access key of the account.
      - If not given, E(SCP_ACCESS_KEY), E(SCP_TF_ACCESS_KEY), and C(access-key) in C(~/.scpconf/credentials.json) are used, in that order.
    type: str
  secret_key:
    description:
      - Secret key that belongs to O(access_key). It signs the calls and is never sent.
      - If not given, E(SCP_SECRET_KEY), E(SCP_TF_SECRET_KEY), and C(secret-key) in C(~/.scpconf/credentials.json) are used, in that order.
    type: str
  auth_token:
    description:
      - Session token of temporary credentials.
      - If not given, E(SCP_AUTH_TOKEN), E(SCP_TF_AUTH_TOKEN), and C(auth-token) in C(~/.scpconf/credentials.json) are used, in that order.
    type: str
  account_id:
    description:
      - Id of the account to act in, for keys that can act in several accounts.
      - If not given, E(SCP_ACCOUNT_ID), E(SCP_TF_ACCOUNT_ID), and C(account-id) in C(~/.scpconf/config.json) are used, in that order.
    type: str
  region:
    description:
      - Region that the call goes to, for example V(kr-west1).
      - If not given, E(SCP_REGION), E(SCP_TF_DEFAULT_REGION), and C(default-region) in C(~/.scpconf/config.json) are used, in that order.
    type: str
  environment:
    description:
      - Environment of the platform, part of its host names.
      - If not given, E(SCP_ENVIRONMENT) is used, and otherwise V(g) for the regions C(kr-south*) and V(e) for all others.
    type: str
    choices: [e, g, s]
  profile:
    description:
      - Name of an object in the configuration files. Its settings override those at the top level of the file.
      - If not given, E(SCP_PROFILE) is used.
    type: str
  config_file:
    description:
      - A configuration file to read instead of C(~/.scpconf/config.json), with C(credentials.json) in the same folder.
      - If not given, E(SCP_CONFIG_FILE) is used. Without either, settings that the files in C(~/.scpconf) do not contain are read from
        C(~/scp/cli-config.json), the file of the official command line.
    type: path
  endpoint_url:
    description:
      - Base URL of the services. It can contain C({service}), C({region}) and C({environment}).
      - If not given, E(SCP_ENDPOINT_URL), E(SCP_TF_ENDPOINT_OVERRIDE), and C(endpoint-override) in C(~/.scpconf/config.json) are used, in that order.
        Without any of them, the endpoints are those of the platform or, with O(auth_url), those of the account's endpoint catalogue.
    type: str
  auth_url:
    description:
      - URL of the IAM service, whose endpoint catalogue then provides the endpoints of the services.
      - If not given, E(SCP_AUTH_URL), E(SCP_TF_AUTH_URL), and C(auth-url) in C(~/.scpconf/config.json) are used, in that order.
    type: str
  validate_certs:
    description:
      - Whether certificates are verified. Plain C(http) to another machine is accepted only when this is V(false).
      - If not given, E(SCP_VALIDATE_CERTS) is used, and otherwise V(true).
    type: bool
  ca_path:
    description:
      - File or folder with the certificate authorities to trust.
      - If not given, E(SCP_CA_PATH) is used, and otherwise the authorities that the Python library C(requests) trusts.
    type: path
  timeout:
    description:
      - Seconds to wait for one answer. Failed calls to a service in a region are repeated for the same time in total. A service that did not answer
        is then not called for the same time again, and calls to it fail at once.
      - If not given, E(SCP_TIMEOUT) is used, and otherwise V(30).
    type: float
  max_retries:
    description:
      - How often a reading call is repeated after a lost connection, an answer 429, 502, 503 or 504, or an answer 417 of the platform's firewall. A
        writing call whose outcome is unknown is never repeated blindly. The current state is read first. Calls keep the pauses that the service
        requests with C(Retry-After). Reading calls wait up to five minutes.
      - If not given, E(SCP_MAX_RETRIES) is used, and otherwise V(5).
    type: int
  language:
    description:
      - Language of the services' own messages.
      - If not given, E(SCP_LANGUAGE) is used, and otherwise V(en-US).
    type: str
    choices: [en-US, ko-KR]
  api_versions:
    description:
      - API versions to use, by service, for example V(filestorage=1.2). Services are V(archivestorage), V(backup), V(baremetal), V(baremetal-blockstorage),
        V(filestorage), V(iam), V(multinodegpucluster), V(parallel-filestorage), V(virtualserver) and V(vpc). The key V(*) applies to all services that are
        not listed.
      - Instead of a version, V(auto) uses the version that the collection was written for as long as the service offers it, and after that the next newer
        one that the collection knows. V(oldest) and V(newest) use the oldest or the newest version that the service offers and the collection knows.
      - One of these words alone applies to all services.
      - If not given, E(SCP_API_VERSIONS) is used, as a JSON object or as one of these words, and otherwise V(auto).
    type: raw
  zone:
    description:
      - The zone in which resources are created, for example V(kr-west1-a). It is used only in its own region. API versions without zones ignore it. If the
        module itself has an option O(zone), that option takes precedence.
      - If not given, E(SCP_ZONE) is used.
    type: str
  zones:
    description:
      - The zone in which resources are created, by region, for tasks that create resources in several regions. An entry takes precedence over
        O(zone).
      - If not given, E(SCP_ZONES) is used, as a JSON object.
    type: dict
requirements:
  - python >= 3.11
  - requests
"""
