# Run in the build folder: removes the files of the last installation, and the folders that it made,
# when they are empty. A file that is not there any more is no error.

file(GLOB manifests install_manifest*.txt)
if(NOT manifests)
  message(FATAL_ERROR "nothing is installed from this build folder")
endif()
foreach(manifest IN LISTS manifests)
  file(STRINGS "${manifest}" files)
  foreach(file IN LISTS files)
    message(STATUS "Removing $ENV{DESTDIR}${file}")
    file(REMOVE "$ENV{DESTDIR}${file}")
  endforeach()
  file(REMOVE "${manifest}")
endforeach()

set(record ${CMAKE_CURRENT_BINARY_DIR}/install/folders.txt)
if(EXISTS ${record})
  file(STRINGS ${record} folders)
  list(SORT folders ORDER DESCENDING)  # the inner ones first
  foreach(folder IN LISTS folders)
    file(GLOB left "${folder}/*" "${folder}/.*")
    if(IS_DIRECTORY "${folder}" AND NOT left)
      file(REMOVE_RECURSE "${folder}")
    endif()
  endforeach()
  file(REMOVE ${record})
endif()
