# For building on Linux what runs on 64-bit Windows:
#
#   cmake -S . -B build-windows -DCMAKE_TOOLCHAIN_FILE=ext/cmake/mingw-w64.cmake
#         -DFASTMIGRATE_TESTS=OFF
#
# The variant of the compiler that has std::thread.

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
# Programs, too, have the compiler's libraries in them.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)

# What is needed of SQLite and of the three libraries is headers alone: this machine's, in a folder
# without its other headers.
get_property(in_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT in_try_compile)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/headers)
  foreach(header sqlite3.h sqlite3ext.h xxhash.h utf8.h utf8 nlohmann)
    if(EXISTS /usr/include/${header})
      file(CREATE_LINK /usr/include/${header} ${CMAKE_BINARY_DIR}/headers/${header} SYMBOLIC)
    endif()
  endforeach()
  list(PREPEND CMAKE_INCLUDE_PATH ${CMAKE_BINARY_DIR}/headers)
endif()
