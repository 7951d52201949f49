#!/bin/sh
# Signs one part of an inventory, that of JOB_COMPLETION_INDEX, into OUTPUT. May be run again: a part that is there is whole, because
# the command gives a file its name last.
set -eu

part=$(
  node -e '
    const { files } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))
    const file = files[Number(process.argv[2])]
    if (file === undefined) throw new Error(`The manifest lists ${files.length} files`)
    const { basename } = require("node:path")
    const name = basename(file.key)
    if (files.filter(({ key }) => basename(key) === name).length > 1) throw new Error(`The manifest lists more than one ${name}`)
    console.log(name)' "$INVENTORY/manifest.json" "$JOB_COMPLETION_INDEX"
)
# With the number, so that no two parts have one name.
name=${part%.gz}
output="$OUTPUT/$JOB_COMPLETION_INDEX-${name%.csv}"
target="$output.tsv.gz"
if [ -e "$target" ]; then
  echo "$target is there"
  exit 0
fi
exec cos-presign bulk "cos://$BUCKET" "$INVENTORY/$part" --inventory "$INVENTORY/manifest.json" --expires "$EXPIRES" \
  --jobs "$JOBS" --format tsv --gzip --skip-errors "$output.skipped" --output "$target"
