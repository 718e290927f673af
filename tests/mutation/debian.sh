#!/usr/bin/env bash
# The mutation test on the schemas of Debian's packages. Fetches the packages, which are not
# installed, takes their schemas out, and changes each in every way. Closes with "N passed, N
# failed"; exits 1 when something failed. A package that cannot be fetched is named and passed over.
#
#   bash tests/mutation/debian.sh          the small packages, 11 MB: about half a minute
#   bash tests/mutation/debian.sh --all    calibre and mediawiki too, 65 MB more, and of each kind of
#                                          change to a large schema as many as to a small one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

program=$PWD/build/tests/schema_mutation
packages=$PWD/build/debian-packages
# PACKAGE FILE: a text of SQL in the package.
small=(
  "bacula-director-sqlite3 usr/share/dbconfig-common/data/bacula-director-sqlite3/install/sqlite3"
  "ejabberd usr/share/ejabberd/sql/lite.sql"
  "ejabberd usr/share/ejabberd/sql/lite.new.sql"
  "freeradius-config etc/freeradius/3.0/mods-config/sql/main/sqlite/schema.sql"
  "pdns-backend-sqlite3 usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
  "roundcube-core usr/share/roundcube/SQL/sqlite.initial.sql"
)
large=(
  "calibre usr/share/calibre/metadata_sqlite.sql"
  "mediawiki usr/share/mediawiki/maintenance/sqlite/tables-generated.sql"
  "mediawiki usr/share/mediawiki/extensions-core/AbuseFilter/db_patches/sqlite/tables-generated.sql"
)

schemas=("${small[@]}")
options=()
case ${1:-} in
  '') ;;
  --all)
    schemas+=("${large[@]}")
    options=(--most-of-large=60)
    ;;
  *)
    echo "usage: bash tests/mutation/debian.sh [--all]" >&2
    exit 2
    ;;
esac

# fetched PACKAGE: its files are in build/debian-packages/PACKAGE.
fetched() {
  [[ -d $packages/$1 ]] && return
  local download=$packages/download
  rm -rf "$download" && mkdir -p "$download"
  (cd "$download" && apt-get download -q "$1" >/dev/null 2>&1) || return
  mkdir "$packages/$1" && dpkg-deb -x "$download"/*.deb "$packages/$1"
}

schemas_dir=$packages/schemas
rm -rf "$schemas_dir" && mkdir -p "$schemas_dir"
for schema in "${schemas[@]}"; do
  read -r package file <<<"$schema"
  if ! fetched "$package"; then
    echo "$package: skipped, it cannot be fetched"
  elif ! cp "$packages/$package/$file" "$schemas_dir/$package-$(basename "$(dirname "$file")")-$(basename "$file" .sql).sql"; then
    echo "$package: skipped, it has no $file"
  fi
done
exec "$program" ${options[@]+"${options[@]}"} "$schemas_dir"
