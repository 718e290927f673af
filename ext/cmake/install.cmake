# What `cmake --install` puts where. Two components: `runtime`, the module alone, and `dev`, what
# building a program with the static library needs. `--target uninstall` undoes the last installation.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fastmigrate)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/install)

# Uninstalling removes the folders that were not there before.
foreach(component runtime dev)
  install(CODE "
    set(folders ${CMAKE_INSTALL_LIBDIR} ${CMAKE_INSTALL_INCLUDEDIR} ${package_dir}
                ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
    set(record \"${generated}/folders.txt\")
    include(\"${CMAKE_CURRENT_LIST_DIR}/record_folders.cmake\")"
    COMPONENT ${component})
endforeach()

# SQLite passes `fastmigrate`, then `fastmigrate.so`, to the loader. That of glibc looks into its
# default folders, and for others into the cache of ldconfig, which holds only files that are named
# lib*.so, each by its SONAME. So the module is such a file, with the SONAME fastmigrate.so, and the
# name that is loaded is a link to it. Debian names the modules of SQLite in the same way.
if(WIN32)
  install(TARGETS fastmigrate LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
elseif(APPLE)
  install(TARGETS fastmigrate LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
else()
  set(module libsqlite3_mod_fastmigrate.so)
  install(FILES $<TARGET_FILE:fastmigrate> DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME ${module}
          COMPONENT runtime)
  # `cmake --install --strip` and CPack strip what they know as a target, not a renamed file.
  install(CODE "
    if(CMAKE_INSTALL_DO_STRIP)
      execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded
        \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/${module}\")
    endif()"
    COMPONENT runtime)
  file(MAKE_DIRECTORY ${generated})
  file(CREATE_LINK ${module} ${generated}/fastmigrate.so SYMBOLIC)
  install(FILES ${generated}/fastmigrate.so DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
endif()

install(FILES ext/fastmigrate.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(TARGETS fastmigrate_static EXPORT fastmigrate
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

install(EXPORT fastmigrate FILE fastmigrate-targets.cmake NAMESPACE fastmigrate::
        DESTINATION ${package_dir} COMPONENT dev)
set(find_sqlite "")
if(NOT FASTMIGRATE_SQLITE_DIR)
  set(find_sqlite "find_dependency(SQLite3 3.34)\n")
endif()
configure_file(ext/cmake/fastmigrate-config.cmake.in ${generated}/fastmigrate-config.cmake @ONLY)
write_basic_package_version_file(${generated}/fastmigrate-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${generated}/fastmigrate-config.cmake ${generated}/fastmigrate-config-version.cmake
        DESTINATION ${package_dir} COMPONENT dev)

# Its paths are relative to itself, since `cmake --install --prefix` may choose another prefix.
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH libdir_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH includedir_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
# A C program is linked by a compiler that does not add the library of C++ itself.
if("c++" IN_LIST CMAKE_CXX_IMPLICIT_LINK_LIBRARIES)
  set(cxx_library -lc++)
else()
  set(cxx_library -lstdc++)
endif()
configure_file(ext/cmake/fastmigrate.pc.in ${generated}/fastmigrate.pc @ONLY)
install(FILES ${generated}/fastmigrate.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT dev)

add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} VERBATIM)
