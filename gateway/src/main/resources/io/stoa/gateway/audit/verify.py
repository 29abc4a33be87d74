#!/usr/bin/env python3
"""Recomputes the chains of an evidence pack without Stoa: python3 verify.py [FOLDER]. Needs Python 3.8 or newer;
signatures are checked too where openssl (3.0 or newer) is installed."""
import base64, glob, hashlib, json, os, shutil, subprocess, sys, tempfile

def sha256(data): return hashlib.sha256(data).hexdigest()
def leaf(digest): return hashlib.sha256(b"\0" + bytes.fromhex(digest)).digest()
def root(leaves):  # RFC 9162, section 2.1.1
    if len(leaves) == 1: return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:left]) + root(leaves[left:])).digest()

def signed(signature, document, key):
    with tempfile.TemporaryDirectory() as place:
        paths = [os.path.join(place, name) for name in ("signature", "document")]
        for path, data in zip(paths, (base64.b64decode(signature), document)): open(path, "wb").write(data)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-sigfile", paths[0],
                               "-in", paths[1]], capture_output=True).returncode == 0

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
for name, digest in json.load(open(os.path.join(folder, "manifest.json")))["files"].items():
    assert sha256(open(os.path.join(folder, name), "rb").read()) == digest, name + " was changed"
for path in sorted(glob.glob(os.path.join(folder, "records", "*.jsonl"))):
    chain, digests, previous, sequence = os.path.basename(path)[:-6], {}, None, None
    for line in open(path, "rb").read().splitlines():
        digest, document = line[2:66].decode(), line[68:-1]
        record = json.loads(document)
        assert sha256(document) == digest, f"{chain}: a record was changed: {document[:80]}"
        assert previous in (None, record["previous"]), f"{chain}: record {record['sequence']} does not follow"
        assert sequence in (None, record["sequence"] - 1), f"{chain}: records before {record['sequence']} are missing"
        previous, sequence = digest, record["sequence"]
        digests[sequence] = digest
    before, roots, signatures = None, 0, 0
    for line in open(os.path.join(folder, "checkpoints", chain + ".jsonl"), "rb").read().splitlines():
        signature, document = line[2:90].decode(), line[92:-1]
        checkpoint = json.loads(document)
        assert before in (None, checkpoint["previous"]), f"{chain}: a checkpoint does not follow the one before"
        before, at, first = sha256(line), checkpoint["sequence"], checkpoint["first"]
        assert digests.get(at, checkpoint["digest"]) == checkpoint["digest"], f"{chain}: checkpoint {at} saw another record"
        if first in digests and at in digests:
            assert root([leaf(digests[i]) for i in range(first, at + 1)]).hex() == checkpoint["root"], f"{chain}: root at {at}"
            roots += 1
        key = os.path.join(folder, "keys", checkpoint["signer"] + ".pem")
        if shutil.which("openssl") and os.path.exists(key):
            assert signed(signature, document, key), f"{chain}: the signature at {at} is wrong"
            signatures += 1
    print(f"{chain}: {len(digests)} records follow each other, {roots} roots and {signatures} signatures are right;"
          f" head {sequence}:{previous}")
