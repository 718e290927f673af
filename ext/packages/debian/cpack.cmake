# What CPack has to know for the Debian package:
#
#   cpack -G DEB --config ext/packages/debian/cpack.cmake -B OUT -R VERSION
#         -D CPACK_INSTALLED_DIRECTORIES="FOLDER;/"
#
# FOLDER holds the files as they are installed below /. CPack does not install them itself from the
# build folder: what it writes there would be taken for an installation, and be uninstalled.

set(CPACK_PACKAGE_NAME libsqlite3-mod-fastmigrate)
set(CPACK_PACKAGE_FILE_NAME ${CPACK_PACKAGE_NAME})  # has to be set; the next line has the last word
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER
    "The fastmigrate authors <fastmigrate@packages.invalid>")  # there is no address as yet
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# No SQLite is asked for: the program that loads the module has its own.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.28)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS sqlite3)
set(CPACK_DEBIAN_PACKAGE_ENHANCES "sqlite3, libsqlite3-0")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SQLite extension that migrates a database")
set(CPACK_PACKAGE_DESCRIPTION
"It gives a database a version number and brings it up to date by running
numbered migration scripts inside the connection of the program.

A program or the sqlite3 shell loads it by its name, fastmigrate.")
# The loader finds the module in its cache, as it does any library there.
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/triggers)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
