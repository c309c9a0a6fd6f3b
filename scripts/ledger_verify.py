"""Checks a log of ours with a library nobody of this project wrote: aics-tlog, in Python.

python3 scripts/ledger_verify.py [FOLDER]

FOLDER holds a log as it is served, and beside it `key`, `witness`, `proof/` and `add-checkpoint`, as
crates/ledger/tests/data/log does (the default). Prints `N passed, N failed` and leaves with 1 when
anything failed. Needs Python 3.12 and `pip install aics-tlog`.
"""

import sys
from pathlib import Path

from aics_tlog import checkpoint, cosign, note, tiles, tree

from checks import check, end

SAMPLE = Path(__file__).parent.parent / "crates/ledger/tests/data/log"
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE


def read(name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def refused(what: str, question) -> None:
    """What was altered has to be refused, by an error or by an answer that says no."""
    try:
        answer = question()
    except Exception:
        answer = False
    check(f"altered and refused: {what}", not answer)


key = note.parse_vkey(read("key").strip())
witness = note.parse_vkey(read("witness").strip())
check("our spelling of keys", note.format_vkey(key) == read("key").strip())

text = read("checkpoint")
head, signed = checkpoint.checkpoint_from_note(text)
by = checkpoint.verify_checkpoint(signed, key, [witness], quorum=1)
check("checkpoint and cosignature", by.ok)
check("size", head.size == 300)
other = cosign.cosignature_vkey(witness.name, key.public_key)
refused("cosigned by another", lambda: checkpoint.verify_checkpoint(signed, key, [other], quorum=1).ok)
altered = text.replace("\n300\n", "\n301\n")
refused("size", lambda: checkpoint.verify_checkpoint(note.parse_note(altered), key, [witness], quorum=1).ok)

reader = tiles.FileSystemTileReader(folder)
check("root from tiles", tiles.tree_root_from_tiles(reader, head.size) == head.root)
entries = [tiles.read_entry(reader, index, head.size) for index in range(head.size)]
leaves = tree.MerkleTree(entries)
check("root from entries", leaves.root() == head.root)
for path, data in tiles.materialise_tiles(entries).items():
    served = folder / path
    if served.exists():
        check(f"{path} byte for byte", served.read_bytes() == data)
    else:
        check(f"{path} is a part of a whole one", ".p/" in path)

for file in sorted((folder / "proof").iterdir()):
    lines = file.read_text(encoding="utf-8").split("\n\n")[0].split("\n")
    index = int(lines[1].removeprefix("index "))
    proof = [note.b64_decode(line) for line in lines[2:]]
    check(f"proof of {index}", tree.verify_leaf_inclusion(entries[index], index, head.size, proof, head.root))
    check(f"the same proof of {index}", proof == tiles.inclusion_proof_from_tiles(reader, index, head.size))
    wrong = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
    refused(f"proof of {index}", lambda: tree.verify_leaf_inclusion(entries[index], index, head.size, wrong, head.root))

old, _ = checkpoint.checkpoint_from_note(read("checkpoint-200"))
asked, sent = read("add-checkpoint").split("\n\n", 1)
first, *proof = asked.split("\n")
proof = [note.b64_decode(line) for line in proof]
check("add-checkpoint is of the older size", first == f"old {old.size}")
check("add-checkpoint is of the newer", checkpoint.checkpoint_from_note(sent)[0] == head)
check("growth", tree.verify_consistency(old.size, head.size, old.root, head.root, proof))
refused("growth", lambda: tree.verify_consistency(old.size, head.size, old.root, head.root, proof[1:]))

end()
