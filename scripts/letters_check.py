"""Holds letters to what docs/letters.md says of them, with libraries that nobody of this project wrote.

python3 scripts/letters_check.py FOLDER

FOLDER has letters as `cargo test -p pengayom-letter --test pack` leaves them when PENGAYOM_LETTERS names it: NAME.pdf, and
NAME.txt with the address of the code, then the words of each language in a line. Checked: PDF/A-2a and PDF/UA-1 by what
the file says and by its structure, paper, margins, embedded fonts, tags in reading order, words as they are read, and the code
as a camera sees it. Prints `N passed, N failed` and leaves with 1 when anything failed.
"""

import re
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import zxingcpp

PAPERS = {"a4": (210, 297), "f4": (215, 330)}
MILLIMETRE = 72 / 25.4
MARGIN = 20 * MILLIMETRE
passed = failed = 0


def check(what: str, right: object) -> None:
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}")


def elements(node, depth=0):
    """Every element of the structure with its depth, and the marks of content in it, in reading order."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from elements(one, depth)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield depth, node
        if "/K" in node:
            yield from elements(node.K, depth + 1)
    elif isinstance(node, int):
        yield depth, node


def is_archival(name: str, pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    meta = pdf.open_metadata()
    check(f"{name}: PDF/A-2a", (meta.get("pdfaid:part"), meta.get("pdfaid:conformance")) == ("2", "A"))
    check(f"{name}: PDF/UA-1", meta.get("pdfuaid:part") == "1")
    check(f"{name}: a title, shown", meta.get("dc:title") and root.ViewerPreferences.DisplayDocTitle)
    check(f"{name}: a language", str(root.Lang) == "id")
    check(f"{name}: an output intent", len(root.OutputIntents) == 1)
    check(f"{name}: marked", bool(root.MarkInfo.Marked))
    check(f"{name}: no encryption, no scripts", not pdf.is_encrypted and "/OpenAction" not in root and "/AA" not in root)
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            described = font.DescendantFonts[0].FontDescriptor
            check(f"{name}: a font is embedded", "/FontFile2" in described or "/FontFile3" in described)
            check(f"{name}: a font says its characters", "/ToUnicode" in font)


def is_tagged(name: str, pdf: pikepdf.Pdf) -> None:
    read = list(elements(pdf.Root.StructTreeRoot.K))
    tags = [str(node.S) for _, node in read if isinstance(node, pikepdf.Dictionary)]
    sections = [node for _, node in read if isinstance(node, pikepdf.Dictionary) and node.S == "/Sect"]
    check(f"{name}: a part for each language", [str(one.Lang) for one in sections] == ["id", "en"])
    check(f"{name}: one title in each", tags.count("/H1") == 2)
    check(f"{name}: rows with a head and a value", tags.count("/TR") == tags.count("/TH") == tags.count("/TD") > 0)
    figures = [node for _, node in read if isinstance(node, pikepdf.Dictionary) and node.S == "/Figure"]
    check(f"{name}: the code is said in words", len(figures) == 2 and all(str(one.get("/Alt", "")) for one in figures))
    # Marks of a page's content rise through the tree: it is read as it is drawn, from the top down.
    marks = [mark for _, mark in read if isinstance(mark, int)]
    falls = sum(1 for before, after in zip(marks, marks[1:]) if after <= before)
    check(f"{name}: read in the order of the page", marks and falls == len(pdf.pages) - 1)


def letters(text: str) -> str:
    """What is said, without where lines break."""
    return re.sub(r"\s+", "", text)


def is_read(name: str, path: Path, address: str, sides: list[str]) -> None:
    document = pypdfium2.PdfDocument(path)
    check(f"{name}: a page for each language", len(document) == len(sides))
    for at, (page, said) in enumerate(zip(document, sides)):
        text = page.get_textpage()
        check(f"{name}, page {at + 1}: the words, in their order", letters(text.get_text_range()) == letters(said))
        width, height = PAPERS[name[-2:]]
        size = (width * MILLIMETRE, height * MILLIMETRE)
        check(f"{name}, page {at + 1}: its paper", all(abs(a - b) < 0.1 for a, b in zip(page.get_size(), size)))
        boxes = [one.get_bounds() for one in page.get_objects()]
        inside = all(
            left >= MARGIN - 1 and bottom >= MARGIN - 1 and right <= size[0] - MARGIN + 1 and top <= size[1] - MARGIN + 1
            for left, bottom, right, top in boxes
        )
        check(f"{name}, page {at + 1}: nothing in the margins", inside)
        # As a camera sees it, from a paper at 150 dots an inch.
        codes = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
        check(f"{name}, page {at + 1}: the code leads to its address", [code.text for code in codes] == [address])
        if codes:
            corners = codes[0].position
            wide = abs(corners.top_right.x - corners.top_left.x) / 150 * 25.4
            check(f"{name}, page {at + 1}: the code is at least 25 mm wide", wide >= 25)


def main() -> None:
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.pdf"))
    check("there are letters", paths)
    for path in paths:
        address, *sides = path.with_suffix(".txt").read_text().split("\n")
        with pikepdf.open(path) as pdf:
            is_archival(path.stem, pdf)
            is_tagged(path.stem, pdf)
        is_read(path.stem, path, address, sides)
    print(f"letters: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
