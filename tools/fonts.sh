#!/bin/sh
# Makes the fonts of the page again, in apps/web/src/fonts: Inter and Noto Sans Arabic as their npm packages have them, cut to
# the letters that the page may meet, to the weights 400 to 700, and to what letters need to join and figures to align. The
# letters stand in apps/web/src/styles/fonts.css. The same packages give the same bytes.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
out=$(pwd)/apps/web/src/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# package NAME@VERSION DIGEST FOLDER: an npm package's files.
package() {
  (cd "$work" && npm pack --silent --json "$1" >"$work/pack.json")
  node -e '
    const [{ filename }] = Object.values(JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")));
    const bytes = require("fs").readFileSync(`${process.argv[2]}/${filename}`);
    const found = `sha512-${require("crypto").createHash("sha512").update(bytes).digest("base64")}`;
    if (found !== process.argv[3]) throw new Error(`${filename} is ${found}`);
    console.log(filename);' "$work/pack.json" "$work" "$2" >"$work/name"
  mkdir "$work/$3"
  tar -xzf "$work/$(cat "$work/name")" -C "$work/$3" --strip-components=1
}

"$tools/uv/bin/uv" pip install --quiet --require-hashes --no-deps --python "$tools/python/bin/python" --target "$work/python" \
  -r tools/python/fonts.lock
export PYTHONPATH="$work/python" SOURCE_DATE_EPOCH=0
fonttools() { "$tools/python/bin/python" -m fontTools "$@"; }

# cut FONT FEATURES NAME: the letters of a font that fonts.css fetches by a name, with its copyright and licence in it.
cut() {
  letters=$(tr -d '\n' <apps/web/src/styles/fonts.css | sed "s|.*fonts/$3\.woff2[^;]*; *unicode-range:\([^;]*\);.*|\1|")
  fonttools subset "$1" --layout-features="$2" --unicodes="$letters" --name-IDs=0,1,2,3,4,5,6,13,14 --flavor=woff2 \
    --output-file="$out/$3.woff2"
}

package inter-ui@4.1.1 'sha512-451h0J29HyOmA+JXgSi/6M12tL7ZCZ8arYKZUXiOXTJpJbAKqJvFh3k5SiV3x7tKe0C0KyrKUUiQIvvZ2PQDcA==' inter
package @fontsource-variable/noto-sans-arabic@5.3.0 \
  'sha512-Rz8+DBzza3//cmN+DBQajJhx3x+Dx12eUgnQsTOgPWbOT0+In6APmE8z4I/QQnUWfAx+s8l93+60qDT5vJH1sA==' arabic

fonttools varLib.instancer --quiet "$work/inter/variable/InterVariable.woff2" wght=400:700 opsz=14 --output "$work/inter.ttf"
fonttools varLib.instancer --quiet "$work/arabic/files/noto-sans-arabic-arabic-wght-normal.woff2" wght=400:700 \
  --output "$work/arabic.ttf"
latin=kern,mark,mkmk,ccmp,locl,tnum
cut "$work/inter.ttf" $latin inter-latin
cut "$work/inter.ttf" $latin inter-latin-more
cut "$work/arabic.ttf" '*' noto-sans-arabic
cp "$work/inter/LICENSE.txt" "$out/inter-OFL.txt"
cp "$work/arabic/LICENSE" "$out/noto-sans-arabic-OFL.txt"
