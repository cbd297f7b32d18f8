#include "ampcf/communication/environment.hpp"
#include "ampcf/report/program.hpp"

int main(int argc, char** argv) {
  return ampcf::communication::run_serial([&] { return ampcf::report::run_program(argc, argv); });
}
