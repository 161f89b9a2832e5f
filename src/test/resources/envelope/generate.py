#!/usr/bin/env python3
"""Writes the vectors of envelope version 1 to standard output, from the written definition alone.

It shares no code with Kekkai: AES comes from the Python package `cryptography`, HMAC and SHA-256 from the standard library. v1.json was
made with it once. That file is a promise to stored ciphertexts, so an entry in it is never changed and never removed: run this to see
how an entry came about, or to add new ones.
"""

import base64
import hashlib
import hmac
import json
import struct
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def fixed(label, length):
    """Fixed bytes that nobody chose: the start of SHA-512 of a label."""
    return hashlib.sha512(b"kekkai vector: " + label.encode()).digest()[:length]


def lp(data):
    return struct.pack(">I", len(data)) + data


def gcm(key, iv, plaintext, aad):
    encryptor = Cipher(algorithms.AES(key), modes.GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def cbc_hmac(aes_key, mac_key, iv, plaintext, aad):
    pad = 16 - len(plaintext) % 16
    encryptor = Cipher(algorithms.AES(aes_key), modes.CBC(iv)).encryptor()
    ciphertext = encryptor.update(plaintext + bytes([pad]) * pad) + encryptor.finalize()
    return ciphertext + mac(mac_key, lp(aad) + iv + ciphertext)


def tpm_gcm(hmac_key, salt, plaintext, aad):
    message = struct.pack(">I", 1) + b"kekkai/m5/1" + b"\x00" + salt + hashlib.sha256(aad).digest() + struct.pack(">I", 256)
    return gcm(mac(hmac_key, message), salt[-12:], plaintext, aad)


def seal(mechanism, keys, iv, plaintext, aad):
    if mechanism == 1:
        return gcm(keys["aes"], iv, plaintext, aad)
    if mechanism == 2:
        return cbc_hmac(keys["aes"], keys["mac"], iv, plaintext, aad)
    return tpm_gcm(keys["hmac"], iv, plaintext, aad)


KEYS = {1: ["aes"], 2: ["aes", "mac"], 5: ["hmac"]}


def vector(name, mechanism, iv_length, dek_length, layout="single", purpose="env"):
    keys = {kind: fixed(name + "/" + kind, 32) for kind in KEYS[mechanism]}
    version_id, iv, dek = fixed(name + "/version", 16), fixed(name + "/iv", iv_length), fixed(name + "/dek", dek_length)
    header = bytes([1, {"single": 1, "batch": 2}[layout], mechanism]) + version_id
    entry = {"name": name, "purpose": purpose, "layout": layout, "mechanism": mechanism}
    entry["keys"] = {kind: key.hex() for kind, key in keys.items()}
    entry |= {"versionId": version_id.hex(), "iv": iv.hex()}
    batch_key = fixed(name + "/batch key", 32)
    box = seal(mechanism, keys, iv, dek if layout == "single" else batch_key, b"kekkai/" + purpose.encode() + b"/1" + header)
    envelope = header + bytes([len(iv)]) + iv + struct.pack(">H", len(box)) + box
    if layout == "batch":
        leaf_iv = fixed(name + "/leaf iv", 12)
        envelope += leaf_iv
        envelope += gcm(batch_key, leaf_iv, dek, b"kekkai/leaf/1" + envelope)
        entry |= {"batchKey": batch_key.hex(), "leafIv": leaf_iv.hex()}
    return entry | {"dek": dek.hex(), "envelope": envelope.hex()}


OPENS = [
    vector("single, mechanism 1, iv 12", 1, 12, 32),
    vector("single, mechanism 1, iv 16", 1, 16, 32),
    vector("single, mechanism 1, DEK of 1 byte", 1, 12, 1),
    vector("single, mechanism 2", 2, 16, 32),
    vector("single, mechanism 2, DEK of 31 bytes", 2, 16, 31),
    vector("single, mechanism 5", 5, 32, 32),
    vector("batch, mechanism 1, iv 12", 1, 12, 32, layout="batch"),
    vector("batch, mechanism 1, iv 16", 1, 16, 32, layout="batch"),
    vector("batch, mechanism 2", 2, 16, 32, layout="batch"),
    vector("batch, mechanism 5", 5, 32, 32, layout="batch"),
    vector("batch, mechanism 1, DEK of 1 byte", 1, 12, 1, layout="batch"),
    vector("canary, mechanism 1", 1, 12, 32, purpose="canary"),
    vector("canary, mechanism 2", 2, 16, 32, purpose="canary"),
    vector("canary, mechanism 5", 5, 32, 32, purpose="canary"),
    vector("probe, mechanism 1", 1, 12, 32, purpose="probe"),
]


def named(name):
    return bytes.fromhex(next(v["envelope"] for v in OPENS if v["name"] == name))


def refused():
    gcm12, cbc, tpm = named("single, mechanism 1, iv 12"), named("single, mechanism 2"), named("single, mechanism 5")
    batch = named("batch, mechanism 1, iv 12")

    def put(envelope, at, *values):
        return envelope[:at] + bytes(values) + envelope[at + len(values):]

    def cases():
        yield "nothing at all", b"", "ends inside the format version", 0
        yield "format version 0", put(gcm12, 0, 0), "format version is unknown", 0
        yield "format version 2", put(gcm12, 0, 2), "format version is unknown", 0
        yield "layout 0", put(gcm12, 1, 0), "layout is unknown", 1
        yield "layout 3", put(gcm12, 1, 3), "layout is unknown", 1
        for code in (0, 3, 4, 6, 255):
            yield f"mechanism {code}", put(gcm12, 2, code), "mechanism is unknown", 2
        yield "cut inside the version id", gcm12[:18], "ends inside the version id", 18
        yield "cut after the header", gcm12[:19], "ends inside the iv length", 19
        yield "an iv of 13 bytes under mechanism 1", put(gcm12, 19, 13), "no iv of this length", 19
        yield "an iv of 0 bytes under mechanism 1", put(gcm12, 19, 0), "no iv of this length", 19
        yield "an iv of 12 bytes under mechanism 2", put(cbc, 19, 12), "no iv of this length", 19
        yield "an iv of 12 bytes under mechanism 5", put(tpm, 19, 12), "no iv of this length", 19
        yield "cut inside the iv", gcm12[:25], "ends inside the iv", 25
        yield "cut inside the box length", gcm12[:33], "ends inside the box length", 33
        yield "a box that is a tag only", put(gcm12[:34], 32, 0, 16) + bytes(16), "no box of this length", 32
        yield "a box of mechanism 2 without a block", put(cbc[:38], 36, 0, 32) + bytes(32), "no box of this length", 36
        yield "a box of mechanism 2 between two blocks", put(cbc, 36, 0, 79), "no box of this length", 36
        yield "a box length of 65,535 and nothing there", put(gcm12, 32, 255, 255), "ends inside the box", 82
        yield "a byte too few", gcm12[:-1], "ends inside the box", 81
        yield "a byte too many", gcm12 + b"\x00", "bytes follow the end", 82
        yield "two envelopes", gcm12 + gcm12, "bytes follow the end", 82
        yield "a single that calls itself a batch", put(gcm12, 1, 2), "ends inside the leaf iv", 82
        yield "a batch that calls itself a single", put(batch, 1, 1), "bytes follow the end", 82
        yield "a batch whose key has 31 bytes", put(batch, 32, 0, 47), "no box of this length", 32
        yield "a batch without a leaf", batch[:82], "ends inside the leaf iv", 82
        yield "a batch cut inside the leaf iv", batch[:90], "ends inside the leaf iv", 90
        yield "a batch with a leaf of a tag only", batch[:94] + bytes(16), "no leaf has this length", 94

    return [{"name": n, "envelope": e.hex(), "reason": r, "at": at} for n, e, r, at in cases()]


def key_id(version_id, epoch):
    digest = hashlib.sha256(b"kekkai/key_id/1" + lp(version_id) + struct.pack(">Q", epoch)).digest()
    value = "kekkai:" + base64.b32encode(digest[:20]).decode()
    return {"versionId": version_id.hex(), "epoch": epoch, "keyId": value}


KEY_IDS = [
    key_id(bytes(16), 1),
    key_id(bytes([255]) * 16, 1),
    key_id(fixed("key id", 16), 1),
    key_id(fixed("key id", 16), 2),
    key_id(fixed("key id", 16), 2**63 - 1),
]

ABOUT = [
    "Test vectors of Kekkai's envelope version 1. All byte strings are hexadecimal.",
    "Every later version must go on reading them: entries are added, never changed or removed.",
    "hmac stands for the TPM's keyed-hash KEK: TPM2_HMAC is HMAC-SHA-256 with it.",
    "purpose is the middle of the box's domain: kekkai/<purpose>/1.",
]

print(json.dumps({"about": ABOUT, "opens": OPENS, "refused": refused(), "keyIds": KEY_IDS}, indent=2))
