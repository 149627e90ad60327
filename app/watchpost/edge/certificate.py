"""The edge's own TLS certificate: made once, pinned by every console that pairs."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from watchpost.base.clock import SYSTEM_CLOCK, Clock, datetime_from_ns
from watchpost.base.errors import ConfigError
from watchpost.base.files import replace_file

# Consoles pin the certificate itself, so its age says nothing; edges live long.
_YEARS = 25
_BACKDATED = timedelta(days=2)


def ensure_certificate(path: Path, edge_id: str, clock: Clock = SYSTEM_CLOCK) -> str:
    """Make the certificate if there is none; return its fingerprint.

    Args:
        path: PEM file with certificate and key, readable by this OS user alone.
        edge_id: Goes into the certificate's name.
        clock: For its dates; edges with a wrong clock are why it is backdated.

    Returns:
        SHA-256 of the certificate in DER form, hex.

    Raises:
        ConfigError: The file is there and is no certificate.
    """
    if not path.exists():
        replace_file(path, _make(edge_id, clock), private=True)
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise ConfigError(
            f"The edge's certificate {path} cannot be read.",
            todo="Delete the file; a new one is made and consoles must pair again.",
            code="listen.certificate",
        ) from error
    return hashlib.sha256(
        certificate.public_bytes(serialization.Encoding.DER)
    ).hexdigest()


def _make(edge_id: str, clock: Clock) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"watchpost {edge_id}")])
    now = datetime_from_ns(clock.utc_ns())
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(subject_key, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("localhost"),
                    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                ]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
