# SPDX-License-Identifier: GPL-3.0-or-later
"""What logs in to an OpenBao: options of a store for each method that can be set up without anything else."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.integration.servers.openbao import OpenBao

PASSWORD, AUDIENCE = "pass-word-Ww_6", "oauthops"
Options = dict[str, Any]


def app_role(openbao: OpenBao, policy: str, _directory: Path) -> Options:
    """One that logs in a single time."""
    mount = openbao.enable_login("approle")
    return {"auth_method": "approle", **openbao.app_role_for(policy, mount=mount, secret_id_num_uses=1), **at(mount)}


def userpass(openbao: OpenBao, policy: str, _directory: Path) -> Options:
    mount = openbao.enable_login("userpass")
    openbao.put(f"auth/{mount}/users/keeper", {"password": PASSWORD, "token_policies": [named(openbao, policy)]})
    return {"auth_method": "userpass", "username": "keeper", "password": PASSWORD, **at(mount)}


def jwt(openbao: OpenBao, policy: str, _directory: Path) -> Options:
    mount, key = openbao.enable_login("jwt"), rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    openbao.put(f"auth/{mount}/config", {"jwt_validation_pubkeys": [public.decode()]})
    role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": [AUDIENCE]}
    openbao.put(f"auth/{mount}/role/keeper", {**role, "token_policies": [named(openbao, policy)]})
    return {"auth_method": "jwt", "role": "keeper", "jwt": signed(key), **at(mount)}


def signed(key: rsa.RSAPrivateKey) -> str:
    now = int(datetime.now(timezone.utc).timestamp())
    claims = {"sub": "keeper", "aud": AUDIENCE, "iat": now, "exp": now + 300}
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    signature = key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, encoded(signature)])


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def cert(openbao: OpenBao, policy: str, directory: Path) -> Options:
    mount, key = openbao.enable_login("cert"), rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keeper")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(minutes=5))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = {"cert_auth_public_key": certificate, "cert_auth_private_key": private}
    for option, content in files.items():
        (directory / option).write_bytes(content)
    policies = [named(openbao, policy)]
    openbao.put(f"auth/{mount}/certs/keeper", {"certificate": certificate.decode(), "token_policies": policies})
    return {
        "auth_method": "cert",
        "role": "keeper",
        **{option: str(directory / option) for option in files},
        **at(mount),
    }


def named(openbao: OpenBao, policy: str) -> str:
    name = f"own-{secrets.token_hex(4)}"
    openbao.allow(name, policy)
    return name


def at(mount: str) -> Options:
    return {"auth_mount_point": mount}


METHODS: dict[str, Callable[[OpenBao, str, Path], Options]] = {
    "approle": app_role,
    "userpass": userpass,
    "jwt": jwt,
    "cert": cert,
}
