#include "ampcf/communication/environment.hpp"
#include "ampcf/recommendation/program.hpp"

int main(int argc, char** argv) {
  return ampcf::communication::run_parallel(argc, argv, [&](const ampcf::communication::Communicator& communicator) {
    return ampcf::recommendation::run_program(argc, argv, communicator);
  });
}
