# Debian packages: `cpack -G DEB` in the build directory makes ampcf_VERSION_ARCH.deb and libampcf-dev_VERSION_ARCH.deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ampcf)
set(CPACK_PACKAGE_VENDOR ampcf)
set(CPACK_PACKAGE_CONTACT "The ampcf developers <ampcf@ampcf.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL programs development)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS programs)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

if(AMPCF_NATIVE)
  set(machines "Compiled for the instruction set of the machine that built it, and for no other.")
else()
  set(machines "Compiled for any ${AMPCF_ARCHITECTURE} machine.")
endif()
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME ampcf)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS openmpi-bin)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot, python3")  # ampcf-report; scripts in launch
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION "Programs, manual pages, configurations, scripts and documents. ${machines}")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libampcf-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
string(CONCAT CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS  # what ampcfConfig.cmake looks for
  "libopenmpi-dev, libhdf5-openmpi-dev, libeigen3-dev, libboost-program-options-dev, libfmt-dev, libspdlog-dev, "
  "nlohmann-json3-dev, librandom123-dev, libxxhash-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Headers, static libraries and files for find_package(ampcf). ${machines}")
include(CPack)
