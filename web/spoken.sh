#!/usr/bin/env bash
# Makes web/assets/spoken/ again: the pages of packs/id read aloud by a speech synthesiser.
#
# Needs: espeak-ng and lame of Debian, jq, and a built `pengayom` (first argument). Nothing at run time or at build
# time needs this script: its results are committed. Run it after changing words that are read aloud; a test says when.
# A unit that has a person read the words (`pengayom pack spoken PACK` prints them) puts the recordings in the same place.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
out=$here/assets/spoken
rm -rf "$out"
mkdir -p "$out/id" "$out/en"
"$program" pack spoken "$here/../packs/id" | while IFS= read -r line; do
    lang=$(jq -r .lang <<<"$line")
    page=$(jq -r .page <<<"$line")
    voice=$lang
    [ "$lang" != en ] || voice=en-gb
    # Slower than people talk, with a pause after each sentence.
    jq -r .words <<<"$line" | espeak-ng -v "$voice" -s 135 -g 4 -w "$out/speech.wav" --stdin
    # 16 kbit/s, mono, 16 kHz: two kilobytes a second, on any telephone.
    lame --quiet -t -m m --resample 16 -b 16 --noreplaygain "$out/speech.wav" "$out/$lang/$page.mp3"
    bytes=$(stat -c %s "$out/$lang/$page.mp3")
    echo "$lang/$page $(jq -r .sha256 <<<"$line") $(((bytes + 1999) / 2000))" >>"$out/list.txt"
done
rm -f "$out/speech.wav"
