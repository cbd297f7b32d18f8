#include "ampcf/communication/environment.hpp"
#include "ampcf/recommendation/program.hpp"

int main(int argc, char** argv) {
  return ampcf::communication::run_serial([&] { return ampcf::recommendation::run_program(argc, argv); });
}
