#!/bin/sh
# Signs one part of an inventory, that of JOB_COMPLETION_INDEX, into OUTPUT. May be run again: a part that is there is whole, because
# the command gives a file its name last.
set -eu

part=$(
  node -e '
    const { files } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))
    const file = files[Number(process.argv[2])]
    if (file === undefined) throw new Error(`The manifest lists ${files.length} files`)
    console.log(require("node:path").basename(file.key))' "$INVENTORY/manifest.json" "$JOB_COMPLETION_INDEX"
)
target="$OUTPUT/${part%%.*}.tsv.gz"
if [ -e "$target" ]; then
  echo "$target is there"
  exit 0
fi
exec cos-presign bulk "cos://$BUCKET" "$INVENTORY/$part" --inventory "$INVENTORY/manifest.json" --expires "$EXPIRES" \
  --format tsv --gzip --skip-errors "$OUTPUT/${part%%.*}.skipped" --output "$target"
