#!/usr/bin/env bash
# Makes data/fonts/*.ttf again from the published font package.
#
# Needs: npm, python3 with venv, a network. Nothing at run time or at build time needs this script: its
# results are committed. Run it only to change the set of characters or to take a newer edition.
set -euo pipefail

edition=0.4.1
package=@expo-google-fonts/atkinson-hyperlegible-next
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet 'fonttools==4.68.0'
npm pack --silent "$package@$edition" >/dev/null
tar xzf ./*.tgz

# Every character the font has; what shaping needs, and nothing of hinting, which paper does not use.
features='kern,mark,mkmk,ccmp,locl,tnum,lnum'
for weight in 400Regular 700Bold; do
  SOURCE_DATE_EPOCH=0 tools/bin/pyftsubset "package/$weight/AtkinsonHyperlegibleNext_$weight.ttf" \
    --unicodes='*' --layout-features="$features" --no-hinting --no-recalc-timestamp \
    --name-IDs='0,1,2,3,4,5,6,13,14' --output-file="$here/atkinson-${weight:0:3}.ttf"
done
cp package/LICENSE_FONT "$here/OFL.txt"
ls -l "$here"
