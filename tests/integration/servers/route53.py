# SPDX-License-Identifier: GPL-3.0-or-later
"""One zone at Amazon Route 53 as moto imitates it, spoken to without boto3, as in aws.py."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

from tests.integration.servers.aws import Aws

_NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
# moto looks at the service alone.
_SCOPE = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/route53/aws4_request"
_HEADERS = {"Authorization": f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=0"}
_REQUEST_SECONDS = 10.0


class Route53:
    """A zone in an account that may have others. Texts of TXT records are quoted here as Route 53 has them."""

    def __init__(self, aws: Aws, zone: str) -> None:
        self.zone, self.environment = zone, aws.environment
        self._session = requests.Session()
        self._session.trust_env = False
        self._url = f"{aws.url}/2013-04-01/hostedzone"
        created = self._call(
            "POST",
            self._url,
            f"<CreateHostedZoneRequest><Name>{zone}.</Name><CallerReference>{zone}</CallerReference>"
            "</CreateHostedZoneRequest>",
        )
        identity = created.findtext(f".//{{{_NAMESPACE}}}HostedZone/{{{_NAMESPACE}}}Id")
        self._records = f"{self._url}/{str(identity).rpartition('/')[2]}/rrset/"

    def __enter__(self) -> Route53:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._session.close()

    def _call(self, method: str, url: str, body: str | None = None) -> ElementTree.Element:
        answer = self._session.request(method, url, data=body, headers=_HEADERS, timeout=_REQUEST_SECONDS)
        answer.raise_for_status()
        return ElementTree.fromstring(answer.text)

    def read(self, name: str, kind: str = "TXT") -> tuple[int, list[str]] | None:
        """The TTL and the sorted values of a record set, None without one."""
        for found in self._call("GET", self._records).iter(f"{{{_NAMESPACE}}}ResourceRecordSet"):
            text = {child.tag.rpartition("}")[2]: child.text or "" for child in found}
            if (text["Name"], text["Type"]) == (f"{name}.", kind):
                return int(text["TTL"]), sorted(value.text or "" for value in found.iter(f"{{{_NAMESPACE}}}Value"))
        return None

    def write(self, name: str, ttl: int, values: Iterable[str], kind: str = "TXT") -> None:
        listed = "".join(f"<ResourceRecord><Value>{escape(value)}</Value></ResourceRecord>" for value in values)
        self._call(
            "POST",
            self._records,
            "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet>"
            f"<Name>{name}.</Name><Type>{kind}</Type><TTL>{ttl}</TTL><ResourceRecords>{listed}</ResourceRecords>"
            "</ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>",
        )
