# Writes the git revision into a header at every build; touches the file only when it changed.
execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  set(revision unknown)
else()
  execute_process(COMMAND git -C ${SOURCE_DIR} diff --quiet HEAD RESULT_VARIABLE changed)
  if(changed)
    string(APPEND revision "+changes")
  endif()
endif()
string(CONCAT text "#pragma once\nnamespace ampcf {\ninline constexpr char kVersion[] = \"${VERSION}\";\n"
         "inline constexpr char kRevision[] = \"${revision}\";\n}  // namespace ampcf\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT "${old}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
