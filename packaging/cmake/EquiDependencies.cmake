# Everything from outside: Debian's packages through find_package, libtorch from its wheel.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
if(NOT EQUI_FUZZ)
  find_package(CLI11 REQUIRED)
  find_package(SQLite3 REQUIRED)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
  # Only these four: opencv_highgui would pull Qt 5 into the process.
  find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs videoio)
endif()
if(EQUI_UI AND NOT EQUI_FUZZ)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets Svg DBus LinguistTools)
endif()
if(EQUI_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  include(GoogleTest)
endif()

# libtorch: the wheel's CPU part is linked, its CUDA part is loaded at run time where a driver is
# (core/base/cuda_loader). find_package(Torch) of a CUDA wheel insists on a toolkit.
set(EQUI_TORCH_DIR "${EQUI_DEPS_DIR}/python/torch" CACHE PATH "The torch wheel's torch folder")
if(NOT EQUI_FUZZ)
  if(NOT EXISTS "${EQUI_TORCH_DIR}/lib/libtorch_cpu.so")
    message(FATAL_ERROR "libtorch not found in ${EQUI_TORCH_DIR}: run packaging/setup.sh first")
  endif()
  add_library(equi_torch INTERFACE)
  add_library(equi::torch ALIAS equi_torch)
  target_include_directories(
    equi_torch SYSTEM INTERFACE "${EQUI_TORCH_DIR}/include"
                                "${EQUI_TORCH_DIR}/include/torch/csrc/api/include")
  target_link_libraries(equi_torch INTERFACE "${EQUI_TORCH_DIR}/lib/libtorch_cpu.so"
                                             "${EQUI_TORCH_DIR}/lib/libc10.so" Threads::Threads)
  # DT_RPATH (not RUNPATH): libtorch's own dependencies are looked up through it too.
  target_link_options(
    equi_torch INTERFACE "LINKER:--disable-new-dtags" "LINKER:-rpath,${EQUI_TORCH_DIR}/lib"
    "LINKER:-rpath,${EQUI_TORCH_DIR}/../nvidia/cu13/lib" "LINKER:--allow-shlib-undefined")
  if(EQUI_PCH)
    add_library(equi_torch_pch OBJECT "${CMAKE_SOURCE_DIR}/packaging/cmake/torch_pch.cpp")
    target_link_libraries(equi_torch_pch PRIVATE equi_options equi_torch fmt::fmt)
    target_precompile_headers(equi_torch_pch PRIVATE <torch/torch.h> <fmt/format.h> <string>
                              <vector> <memory>)
  endif()
endif()

# Our own CUDA code, where a toolkit is.
set(EQUI_HAVE_CUDA OFF)
if(NOT EQUI_CUDA STREQUAL "OFF" AND NOT EQUI_FUZZ)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80-real 90) # sm_80, sm_90 and PTX
    endif()
    enable_language(CUDA)
    set(CMAKE_CUDA_STANDARD 17)
    set(EQUI_HAVE_CUDA ON)
  elseif(EQUI_CUDA STREQUAL "ON")
    message(FATAL_ERROR "EQUI_CUDA=ON but no CUDA toolkit was found")
  endif()
endif()
message(STATUS "EquiCanvas: our CUDA kernels: ${EQUI_HAVE_CUDA}")
