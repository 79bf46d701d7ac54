# One target per room. A room lists the rooms it may include; tests/arrows_test reads every #include and holds it to that.

# mlpipe_room(NAME [DEPS room...] [LIBS library...]): every .cpp directly in the calling folder.
function(mlpipe_room name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(rooms ${ARG_DEPS})
  list(TRANSFORM rooms PREPEND mlpipe_)
  if(sources)
    add_library(mlpipe_${name} STATIC ${sources})
    target_link_libraries(mlpipe_${name} PUBLIC mlpipe_flags ${rooms} PRIVATE fmt::fmt-header-only ${ARG_LIBS})
  else()
    add_library(mlpipe_${name} INTERFACE)
    target_link_libraries(mlpipe_${name} INTERFACE mlpipe_flags ${rooms})
  endif()
endfunction()

# mlpipe_module(NAME SOURCES... LIBS...): a shared object beside the binary, opened on first use.
function(mlpipe_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(mlpipe_module_${name} MODULE ${ARG_SOURCES})
  set_target_properties(mlpipe_module_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME mlpipe_${name}
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/mlpipe
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(mlpipe_module_${name} PRIVATE mlpipe_flags mlpipe_base fmt::fmt-header-only ${ARG_LIBS})
  install(TARGETS mlpipe_module_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/mlpipe)
endfunction()
