# Lets a program write its manual page and its completion: OUTPUT/man/man1/NAME.1, OUTPUT/bash-completion/completions/NAME.
#   cmake -DPROGRAM=PATH -DNAME=ampcf-x -DOUTPUT=DIR -DENVIRONMENT=A=1,B=2 -P describe.cmake
# Where programs of this MPI cannot run on the building machine there is a warning, and no page.
cmake_minimum_required(VERSION 3.20)
string(REPLACE "," ";" ENVIRONMENT "${ENVIRONMENT}")
function(describe form file)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env ${ENVIRONMENT} ${PROGRAM} --describe ${form}
                  OUTPUT_VARIABLE text ERROR_VARIABLE fault RESULT_VARIABLE code)
  if(code EQUAL 0)
    file(WRITE ${OUTPUT}/${file} "${text}")
  else()
    message(WARNING "${NAME} does not run here (${code}), so ${file} is left out: ${fault}")
  endif()
endfunction()
describe(man man/man1/${NAME}.1)
describe(bash bash-completion/completions/${NAME})
