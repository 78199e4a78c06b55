# Compiler settings and the two functions every room uses: equi_library, equi_test.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # pch_defines and time_macros: without them ccache never hits behind a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      ${CCACHE_PROGRAM})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT EQUI_FUZZ)
  # mold 1.10 lets RELRO begin in the unmapped page before a page-aligned segment when thread-local data precede
  # it; whether that happens depends on the sizes, and such a program does not start ("Cannot allocate memory").
  add_link_options(-fuse-ld=mold "LINKER:-z,norelro")
endif()

add_library(equi_options INTERFACE)
target_include_directories(equi_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(
  equi_options
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wnon-virtual-dtor
            -Woverloaded-virtual -Wimplicit-fallthrough -Werror>)
target_compile_definitions(equi_options INTERFACE "EQUI_VERSION=\"${PROJECT_VERSION}\"")
if(EQUI_SANITIZE)
  # GCC warns of uninitialised members of std::regex where it sanitizes (its bug 105562).
  target_compile_options(equi_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${EQUI_SANITIZE}
                                                -fno-omit-frame-pointer
                                                -fno-sanitize-recover=undefined
                                                $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>>)
  target_link_options(equi_options INTERFACE -fsanitize=${EQUI_SANITIZE})
endif()
if(EQUI_FUZZ)
  target_compile_options(equi_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# equi_library(NAME SOURCES a.cpp ... [DEPS targets ...] [TORCH])
# A room of core/ as a static library. TORCH adds libtorch and the shared precompiled header.
function(equi_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC equi_options ${ARG_DEPS})
  if(ARG_TORCH)
    equi_use_torch(${name} PUBLIC)
  endif()
endfunction()

# Links libtorch into a target and reuses the one precompiled torch header.
function(equi_use_torch name scope)
  target_link_libraries(${name} ${scope} equi::torch)
  if(EQUI_PCH AND TARGET equi_torch_pch)
    target_precompile_headers(${name} REUSE_FROM equi_torch_pch)
  endif()
endfunction()

# equi_test(NAME SOURCES a_test.cpp ... [DEPS targets ...] [TORCH])
# A GoogleTest program, run from the top of the source tree; every TEST in it becomes a ctest test.
function(equi_test name)
  cmake_parse_arguments(ARG "TORCH" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE equi_options ${ARG_DEPS} GTest::gtest GTest::gmock
                                        GTest::gtest_main)
  # Relative to the top of the source tree, where the tests run: the same in every clone, so that ccache hits.
  file(RELATIVE_PATH programs "${CMAKE_SOURCE_DIR}" "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  target_compile_definitions(${name} PRIVATE "EQUI_TEST_DATA=\"tests/data\""
                                             "EQUI_CLI=\"${programs}/equicanvas-cli\"")
  if(ARG_TORCH)
    equi_use_torch(${name} PRIVATE)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
