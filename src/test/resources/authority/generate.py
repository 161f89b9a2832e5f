#!/usr/bin/env python3
"""Makes the vectors of the authority chain from docs/authority.md alone, with other code than Kekkai's: python3 generate.py > v1.json;
python3 generate.py approvals > approvals-v1.json

Needs the package "cryptography". Signatures are random; keep the file that was checked in unless the format changes."""
import hashlib
import json
import struct
import sys
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

TENANT = uuid.UUID("6b656b6b-6169-4000-8000-000000000001")
CHAIN = uuid.UUID("11111111-2222-4333-8444-555555555555")
LINEAGE = uuid.UUID("0a0b0c0d-1111-4222-8333-444455556666")
V1 = bytes(range(16))
V2 = bytes(range(16, 32))
AT = 1767323045678
N1 = uuid.UUID("0e0e0e0e-1111-4222-8333-000000000001")
N2 = uuid.UUID("0e0e0e0e-1111-4222-8333-000000000002")
NAME = bytes.fromhex("000b") + bytes(range(32))
SPKI = bytes(range(64, 96))
AK = bytes.fromhex("000b") + bytes(range(96, 128))
POLICY = b'{"bank":"sha256","at-least":"vouched","audit-only":false,"alternatives":[]}'


def u8(n):
    return struct.pack(">B", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def lp(b):
    b = b.encode("ascii") if isinstance(b, str) else b
    return u32(len(b)) + b


def opt(n):
    return u8(0) if n is None else u8(1) + u64(n)


def version(id, number, state, epoch=None, retired=None):
    return (id + LINEAGE.bytes + u64(number) + u8(1) + lp(state) + opt(epoch) + u8(1) + u8(1) + u8(1)
            + lp(bytes([1, 2, 255])) + u64(AT) + opt(None) + opt(retired) + opt(None) + opt(None))


def mark(kind, b):
    return u8(kind) + lp(b)


of = TENANT.bytes
SAID = [
    ("chain.begin", u8(0)),
    ("keyring.create", of + LINEAGE.bytes + u64(0)),
    ("key.register", of + version(V1, 1, "PREPARED")),
    ("key.activate", of + V1 + u64(1) + u64(AT + 1)),
    ("key.register", of + version(V2, 2, "PREPARED")),
    ("key.schedule", of + V2 + u64(AT + 60000)),
    ("key.activate", of + V2 + u64(2) + u64(AT + 2)),
    ("key.disable", of + V1 + u64(AT + 3)),
    ("key.enable", of + V1),
    ("key.disable", of + V1 + u64(AT + 4)),
    ("key.begin-destroying", of + V1 + u64(AT + 5)),
    ("key.accept-provenance", of + V1 + u8(0) + u8(1) + u8(0)),
    ("key.replace-canary", of + V1 + lp(bytes([9, 8, 7]))),
    ("key.destroy", of + V1),
    ("key.learn-id", of + V1 + lp("kekkai:AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH")),
    ("keyring.raise-floor", of + u64(12288)),
    ("key.register", of + version(bytes(range(32, 48)), 3, "PREPARED")),
    ("key.retire", of + bytes(range(32, 48)) + u64(AT + 6)),
    ("node.enroll", of + N1.bytes + lp("cp-1") + lp("control-plane") + mark(1, NAME) + u8(1) + mark(2, SPKI) + u8(0) + u64(AT + 7)),
    ("node.pin-ak", of + N1.bytes + lp(AK)),
    ("node.re-baseline", of + N1.bytes + u8(1) + u64(AT + 8)),
    ("policy.put", of + lp("control-plane") + lp(POLICY)),
    ("node.evict", of + N1.bytes + u64(AT + 9)),
    ("node.enroll", of + N2.bytes + lp("cp-1") + lp("control-plane") + mark(2, SPKI) + u8(0) + u8(1) + N1.bytes + u64(AT + 10)),
]

R1 = uuid.UUID("0f0f0f0f-1111-4222-8333-000000000001")
R2 = uuid.UUID("0f0f0f0f-1111-4222-8333-000000000002")


def person(id, name):
    return lp(id.encode()) + lp(name.encode())


STATE = hashlib.sha256(lp("kekkai/approval/state/1") + V1 + lp("DISABLED") + opt(1) + opt(AT + 3) + opt(None)).digest()
REQUEST = (of + lp("key.destroy") + lp(V1.hex()) + STATE + lp("older-backups-may-become-unreadable")
           + person("oidc:1 of https://sso.example.net", "alice") + lp("für CHG-1".encode()) + u8(2) + u64(AT + 86400000))
APPROVALS = [
    ("chain.begin", u8(0)),
    ("keyring.create", of + LINEAGE.bytes + u64(0)),
    ("key.register", of + version(V1, 1, "PREPARED")),
    ("key.activate", of + V1 + u64(1) + u64(AT + 1)),
    ("key.register", of + version(V2, 2, "PREPARED")),
    ("key.activate", of + V2 + u64(2) + u64(AT + 2)),
    ("key.disable", of + V1 + u64(AT + 3)),
    ("approval.rule", lp("key.destroy") + u8(2) + u8(0)),
    ("approval.request", R1.bytes + REQUEST),
    ("approval.reject", R1.bytes + person("host", "root") + lp("not today")),
    ("approval.request", R2.bytes + REQUEST),
    ("approval.approve", R2.bytes + person("cert:/O=Example/CN=bob", "bob") + lp("")),
    ("approval.approve", R2.bytes + person("host", "root") + lp("seen")),
    ("approval.use", R2.bytes),
    ("key.begin-destroying", of + V1 + u64(AT + 5)),
    ("key.destroy", of + V1),
]
CHOSEN = APPROVALS if sys.argv[1:] == ["approvals"] else SAID

entries, previous, serial = [], bytes(32), 0


def add(kind, body, above=0):
    global previous, serial
    serial = max(serial, above) + 1
    entry = lp("kekkai/authority/1") + CHAIN.bytes + u64(serial) + previous + u64(AT + serial) + lp(kind) + lp(body)
    previous = hashlib.sha256(entry).digest()
    entries.append({"serial": serial, "kind": kind, "entry": entry.hex(), "hash": previous.hex()})


for kind, body in CHOSEN:
    add(kind, body)
if CHOSEN is SAID:
    add("chain.reconcile", u8(1) + CHAIN.bytes + u64(40) + bytes([0xAB]) * 32, above=40)

signed = lp("kekkai/authority/head/1") + CHAIN.bytes + u64(serial) + previous
key = ec.generate_private_key(ec.SECP256R1())
r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
print(json.dumps({
    "publicKey": public.hex(),
    "entries": entries,
    "signed": signed.hex(),
    "signature": (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex(),
}, indent=1))
