# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say how Cloudflare is reached, shared by every module. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  action_group:
    description: Use C(group/oauthops.iam.cloudflare) in C(module_defaults) to set defaults for this module.
    support: full
    membership: [oauthops.iam.cloudflare]
options:
  api_token:
    description:
      - The API token to authenticate with.
      - If omitted, the environment variable E(CLOUDFLARE_API_TOKEN), then E(CLOUDFLARE_TOKEN), is used.
      - O(api_token) takes precedence over O(api_email) and O(api_key). An option takes precedence over the environment.
        If O(api_email) or O(api_key) is an option, a token in the environment is ignored.
    type: str
  api_email:
    description:
      - The e-mail address that belongs to O(api_key).
      - If omitted, the environment variable E(CLOUDFLARE_EMAIL) is used.
    type: str
  api_key:
    description:
      - The global API key to authenticate with, together with O(api_email). Prefer O(api_token), whose permissions can
        be limited.
      - If omitted, the environment variable E(CLOUDFLARE_API_KEY) is used.
    type: str
  account_id:
    description:
      - The ID of the account that owns the OAuth clients, 32 letters and digits.
      - If omitted, the environment variable E(CLOUDFLARE_ACCOUNT_ID) is used.
      - M(oauthops.iam.cloudflare_oauth_scope_info) and M(oauthops.iam.cloudflare_oauth_domain_record) ignore it. They
        have it so that C(module_defaults) can set it for all modules.
    type: str
  api_url:
    description:
      - The base URL of the API.
      - If omitted, the environment variable E(CLOUDFLARE_BASE_URL) is used, else
        V(https://api.cloudflare.com/client/v4).
      - Plain C(http) is refused unless the host is a loopback address.
    type: str
  timeout:
    description: Seconds to wait for a connection, and then for each part of a response.
    type: float
    default: 30
  retry_timeout:
    description:
      - How many seconds the task may spend on failed attempts and on pauses between attempts.
      - Requests are repeated after status 429 and after errors of the network or the server. In modules that create
        clients or mint secrets, such a request is never repeated if Cloudflare may have received it.
      - V(0) turns retries off.
    type: float
    default: 60
  ca_path:
    description:
      - A file or directory with the certificate authorities to trust, instead of the default ones.
      - If omitted, the environment variable E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) or the bundle of the Python
        library C(requests) is used.
    type: path
  validate_certs:
    description:
      - Whether the server's certificate is verified. Disable it only for tests, because the credential could be stolen.
    type: bool
    default: true
requirements:
  - Python 3.9 or later
  - The Python library C(requests) 2.28 or later
notes:
  - An environment variable with an empty value counts as not set.
  - The proxy is read from E(HTTPS_PROXY), else from E(ALL_PROXY). E(NO_PROXY) lists the hosts that need none. A plain
    C(http) URL (loopback only) is never sent through a proxy. Redirects are never followed, and a C(.netrc) file is
    never read.
"""
