# Configures, builds and tests the preset `sanitize`; run in the source directory with -DCTEST=PATH.
cmake_minimum_required(VERSION 3.21)
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
foreach(command "${CMAKE_COMMAND};--preset;sanitize" "${CMAKE_COMMAND};--build;--preset;sanitize;--parallel;${cores}"
        "${CTEST};--preset;sanitize;--parallel;${cores};-LE;structure")
  execute_process(COMMAND ${command} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endforeach()
