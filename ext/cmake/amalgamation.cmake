# Writes all sources as one file, fastmigrate.cc, which needs a C++20 compiler and SQLite's headers, and
# the public header beside it.
#
#   cmake -DSOURCES="base/result.h;..." -DEXT=ext -DLICENSE=LICENSE -DVERSION=0.1.0 -DOUT=FOLDER
#         -DXXHASH_DIR=... -DUTF8CPP_DIR=... -DJSON_DIR=... -P ext/cmake/amalgamation.cmake
#
# SOURCES is FASTMIGRATE_SOURCES of ext/CMakeLists.txt: in its order each file stands behind those that
# it includes. The headers of xxHash, utfcpp and nlohmann/json come first, so that no #if of ours is
# around one; each once, and with its license. All names of anonymous namespaces meet in one file, so
# no two sources may have the same.

cmake_policy(VERSION 3.20)
set(output ${OUT}/fastmigrate.cc.new)
set(include_line "\n[ \t]*#[ \t]*include[ \t]*[<\"][^>\"\n]+[>\"][^\n]*")

function(write text)
  file(APPEND ${output} "${text}")
endfunction()

# The header that a line of `includer` includes, when it is one of the three libraries; else empty.
# These name their own headers by "...", and nlohmann/json by <nlohmann/...>.
function(library_header line includer result)
  string(REGEX REPLACE ".*include[ \t]*([<\"][^>\"]+).*" "\\1" name "${line}")
  string(SUBSTRING "${name}" 1 -1 path)
  set(header "")
  if(name STREQUAL "<xxhash.h")
    set(header ${XXHASH_DIR}/${path})
  elseif(name STREQUAL "<utf8.h")
    set(header ${UTF8CPP_DIR}/${path})
  elseif(name MATCHES "^<nlohmann/")
    set(header ${JSON_DIR}/${path})
  elseif(name MATCHES "^\"")
    get_filename_component(folder ${includer} DIRECTORY)
    if(EXISTS ${folder}/${path})
      set(header ${folder}/${path})
    endif()
  endif()
  set(${result} "${header}" PARENT_SCOPE)
endfunction()

# Writes a file, with each header of a library in the place of its first #include. A file of ours has
# only #includes to drop: what it names stands above.
function(write_file path is_ours)
  file(READ ${path} rest)
  string(PREPEND rest "\n")
  string(REPLACE "\n#pragma once\n" "\n" rest "${rest}")
  while(rest MATCHES "${include_line}")
    set(line "${CMAKE_MATCH_0}")
    string(FIND "${rest}" "${line}" begin)
    string(LENGTH "${line}" length)
    math(EXPR end "${begin} + ${length}")
    string(SUBSTRING "${rest}" 0 ${begin} before)
    string(SUBSTRING "${rest}" ${end} -1 rest)
    write("${before}")
    library_header("${line}" ${path} header)
    if(is_ours AND (header OR line MATCHES "\""))
      continue()
    elseif(NOT header)
      write("${line}")
      continue()
    endif()
    get_property(written GLOBAL PROPERTY written)
    if(NOT header IN_LIST written)
      set_property(GLOBAL APPEND PROPERTY written ${header})
      write_file(${header} OFF)
    endif()
  endwhile()
  write("${rest}")
endfunction()

file(READ ${LICENSE} license)
string(STRIP "${license}" license)
file(MAKE_DIRECTORY ${OUT})
file(WRITE ${output} "/*
** fastmigrate ${VERSION}, as one file: a SQLite extension that migrates a database from inside its own
** connection. As a loadable extension:
**
**   c++ -std=c++20 -O2 -fPIC -shared -fvisibility=hidden fastmigrate.cc -o fastmigrate.so
**
** As a part of a program that has SQLite linked in, see fastmigrate.h:
**
**   c++ -std=c++20 -O2 -DSQLITE_CORE -c fastmigrate.cc
**
** This file is made from many, by the target `amalgamation` of the project. It contains the libraries
** xxHash (BSD-2-Clause), utfcpp (BSL-1.0) and nlohmann/json (MIT), whose notices stand with them. The
** MIT license, for the latter with the copyright notices that stand there:
**
${license}
*/
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#pragma GCC diagnostic ignored \"-Wrestrict\" /* https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651 */
#endif

#define XXH_INLINE_ALL
")
file(WRITE ${OUT}/libraries.h "#include <xxhash.h>
#include <utf8.h>
#include <nlohmann/json.hpp>
")
write_file(${OUT}/libraries.h OFF)
file(REMOVE ${OUT}/libraries.h)

write("\n#include \"fastmigrate.h\"\n")
list(REMOVE_ITEM SOURCES fastmigrate.h)
foreach(source IN LISTS SOURCES)
  write("\n/* ${source} */\n")
  write_file(${EXT}/${source} ON)
endforeach()

file(RENAME ${output} ${OUT}/fastmigrate.cc)
configure_file(${EXT}/fastmigrate.h ${OUT}/fastmigrate.h COPYONLY)
