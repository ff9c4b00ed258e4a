# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says who publishes a record and how it is looked up, shared by several modules. Private."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  dns:
    description:
      - The record that verifies the domain, and how it is looked up.
      - Publishing and waiting take the same mapping. P(oauthops.iam.cloudflare_oauth_client_wait#module) uses only
        O(dns.provider), O(dns.lookup), O(dns.lookup_servers) and O(dns.lookup_url).
    type: dict
    suboptions:
      provider:
        description:
          - Who publishes the record. V(cloudflare) is a zone at Cloudflare, V(rfc2136) a name server that takes dynamic
            updates, V(manual) a person.
          - Any other value is the path of your own task file, absolute or relative to the playbook. The role
            P(oauthops.iam.oauth_client_publish#role) includes the file. In a playbook without the role, include the
            file that RV(oauthops.iam.cloudflare_oauth_client_publication#module:dns_task_file) names.
        type: str
        default: cloudflare
      ttl:
        description:
          - The time to live in seconds. V(1) lets the provider choose. If omitted, an existing record keeps its own.
        type: int
      server:
        description: Only with O(dns.provider=rfc2136). The primary name server of the zone.
        type: str
      port:
        description: Only with O(dns.provider=rfc2136). The port of the name server.
        type: int
        default: 53
      protocol:
        description: Only with O(dns.provider=rfc2136). The transport protocol.
        type: str
        choices: [tcp, udp]
        default: tcp
      zone:
        description: Only with O(dns.provider=rfc2136). The zone, which is looked up if omitted.
        type: str
      key_name:
        description: Only with O(dns.provider=rfc2136). The name of the TSIG key.
        type: str
      key_secret:
        description: Only with O(dns.provider=rfc2136). The TSIG key.
        type: str
      key_algorithm:
        description: Only with O(dns.provider=rfc2136). The algorithm of the TSIG key.
        type: str
        choices: [hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512]
        default: hmac-sha256
      lookup:
        description:
          - How the record is looked up, as O(oauthops.iam.dns_txt_info#module:method). V(none) disables the lookup.
        type: str
        choices: [auto, authoritative, resolver, none]
        default: auto
      lookup_servers:
        description: The name servers to query, as O(oauthops.iam.dns_txt_info#module:servers).
        type: list
        elements: str
      lookup_url:
        description: The resolver to query, as O(oauthops.iam.dns_txt_info#module:resolver_url).
        type: str
        default: https://cloudflare-dns.com/dns-query
"""
