# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake says about itself: which of its ways are ours."""

from __future__ import annotations

from typing import Any

ABOUT: dict[str, Any] = {
    "what": "A local fake of Cloudflare's OAuth client API, for tests; no evidence of how Cloudflare behaves.",
    "ours": [
        "every default of every variant: each stands for something that Cloudflare does not document",
        "codes 10900 to 10906, 10404 and 10999, and the text of nearly all error messages",
        "status 400 for refused values and broken rules, 404 for an unknown client",
        "checks of URIs: http or https, no fragment in redirect URIs, CORS origins without path",
        "refusing null and wrong types in arrays, empty required arrays and empty names",
        "reporting every problem of a request at once",
        "the order of clients in the list (creation) and of server-added scopes (last)",
        "the form of secrets, client ids and the suffix of the TXT value",
        "names and categories of scopes, except account_and_billing; the internal scope names",
        "how often domains are looked up, and that a record found after the limit still verifies",
        "a client that goes from none to a method with a secret: everything about its secrets",
        "accounts that are added: every credential reaches them; codes 9109 and 7003 for one that is not reached",
        "write rights that do not include read rights",
        "the token endpoint, /dns-query and everything under /_fake",
        "the ban by the rate limit counts each credential apart, requests without a valid one together",
        "DNS: only A, AAAA, CNAME, NS and TXT are answered; automatic ttl is 60; no wildcards",
        "DNS: a TXT record beside a CNAME is answered itself; of proxied records nothing is answered",
    ],
}
