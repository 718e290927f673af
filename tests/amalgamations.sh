# To be sourced: SQLite's amalgamation in other versions than the system's, as the packages of
# better-sqlite3 hold it, which npm fetches.

# Each package, and the version of SQLite that it must have.
oldest=(better-sqlite3@7.1.2 3.34.0)
usual=(better-sqlite3@8.0.1 3.40.0)
newest=(better-sqlite3@13.2.0 3.54.1)

# amalgamation PACKAGE VERSION FOLDER: puts sqlite3.c and the headers there, unless they are.
amalgamation() {
  local dir=$3 unpacked
  [[ -e $dir/sqlite3.c ]] || {
    mkdir -p "$dir"
    unpacked=$(mktemp -d "$dir/unpack-XXXXXX")
    (cd "$unpacked" && npm pack --silent "$1" >name && tar -xzf "$(tail -n 1 name)")
    # Older packages have the files in an archive of their own.
    find "$unpacked" -name sqlite3.tar.gz -exec tar -xzf {} -C "$unpacked" \;
    find "$unpacked" \( -name sqlite3.h -o -name sqlite3ext.h -o -name sqlite3.c \) \
      -exec mv {} "$dir" \;
    rm -rf "$unpacked"
  }
  grep -q "define SQLITE_VERSION  *\"$2\"" "$dir/sqlite3.h"
}
