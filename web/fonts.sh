#!/usr/bin/env bash
# Makes web/assets/fonts/*.woff2 again from the published font package.
#
# Needs: npm, python3 with venv, a network. Nothing at run time or at build time needs this script: its
# results are committed. Run it only to change the set of characters or to take a newer edition.
set -euo pipefail

edition=5.3.0
package=@fontsource/atkinson-hyperlegible-next
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet 'fonttools==4.68.0' 'brotli==1.2.1'
npm pack --silent "$package@$edition" >/dev/null
tar xzf ./*.tgz

# Basic Latin, Latin-1, dashes, quotes, dagger, bullet, ellipsis, minus and the euro sign.
characters='U+0020-007E,U+00A0-00FF,U+2010-2015,U+2018-201A,U+201C-201E,U+2022,U+2026,U+20AC,U+2212'
# tnum keeps figures in columns, and rvrn/ccmp/kern/mark what the shaping needs.
features='kern,mark,mkmk,ccmp,locl,liga,tnum,lnum'

for weight in 400 700; do
  tools/bin/pyftsubset "package/files/atkinson-hyperlegible-next-latin-$weight-normal.woff2" \
    --unicodes="$characters" --layout-features="$features" \
    --flavor=woff2 --no-hinting --desubroutinize --name-IDs='0,1,2,3,4,5,6,13,14' \
    --output-file="$here/assets/fonts/atkinson-$weight.woff2"
done
cp package/LICENSE "$here/assets/fonts/OFL.txt"
ls -l "$here/assets/fonts"
