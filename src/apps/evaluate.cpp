#include "ampcf/baselines/baselines.hpp"
#include "ampcf/communication/environment.hpp"
#include "ampcf/evaluation/program.hpp"

int main(int argc, char** argv) {
  return ampcf::communication::run_parallel(argc, argv, [&](const ampcf::communication::Communicator& communicator) {
    return ampcf::evaluation::run_program(argc, argv, communicator, ampcf::baselines::all());
  });
}
