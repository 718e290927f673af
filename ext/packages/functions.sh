# To be sourced in the root folder, by what builds packages. The version is to be in $version.

fail() {
  echo "$1" >&2
  exit 1
}

# write FROM TO: with the version in the place of its mark.
write() {
  sed "s/@VERSION@/$version/g" "$1" >"$2"
}

# pack FOLDER ARCHIVE: its bytes depend on what is in the folder alone.
pack() {
  tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' \
    --mtime="@$SOURCE_DATE_EPOCH" -C "$(dirname "$1")" -c "$(basename "$1")" | gzip -9n >"$2"
}

# The time of everything in a package: that of the last commit unless the environment says another.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y ext/fastmigrate.h)
fi
export SOURCE_DATE_EPOCH
