"""A certificate that only one start of SeaweedFS has, and the file that makes its servers ask for it.

The authority's own key is never written, so nobody can make a second certificate; the pair is made anew
at each start, so nothing has to be renewed or revoked.
"""

import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.stack.credentials import LOOPBACK

VALID = timedelta(days=3650)
HTTP_SERVERS = ("master", "volume", "filer", "admin")
GRPC_SERVERS = ("master", "volume", "filer", "s3", "admin", "worker", "msg_broker", "msg_agent", "mq")
KEYS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")


def make(name: str) -> dict[str, str]:
    """An authority and one certificate for server and client, as PEM texts by file name."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    constraint = x509.BasicConstraints(ca=True, path_length=0)
    root = _builder("authority", authority.public_key()).add_extension(constraint, critical=True)
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))])
    leaf = _builder(name, key.public_key())
    leaf = leaf.add_extension(usages, critical=False).add_extension(names, critical=False)
    return {
        "ca.crt": root.sign(authority, SHA256()).public_bytes(Encoding.PEM).decode(),
        "weed.crt": leaf.sign(authority, SHA256()).public_bytes(Encoding.PEM).decode(),
        "weed.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }


def security_toml() -> str:
    """SeaweedFS's security.toml: mutual TLS on every inner port and, behind it, signed requests.

    The signatures alone would not do: the master hands out signed tokens to whoever asks it.
    """
    pair = 'cert = "weed.crt"\nkey = "weed.key"\n'
    authority = 'ca = "ca.crt"\n'
    parts = ["[access]\nui = false\n", "[filer.expose_directory_metadata]\nenabled = false\n"]
    parts += [f'[{name}]\nkey = "{secrets.token_hex(32)}"\n' for name in KEYS]
    parts += [f"[grpc]\n{authority}"]
    parts += [f"[grpc.{name}]\n{pair}" for name in (*GRPC_SERVERS, "client")]
    parts += [f"[https.{name}]\n{pair}{authority}" for name in HTTP_SERVERS]
    parts += [f"[https.client]\nenabled = true\n{pair}{authority}"]
    return "\n".join(parts)


def _builder(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    name, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (subject, "authority"))
    return (
        x509.CertificateBuilder(issuer, name, key, x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
    )
