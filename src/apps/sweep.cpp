#include "ampcf/communication/environment.hpp"
#include "ampcf/sweep/program.hpp"
#include "ampcf/training/stop.hpp"

int main(int argc, char** argv) {
  ampcf::training::remember_stop_signals();  // before the start of MPI, which takes a while
  return ampcf::communication::run_parallel(argc, argv, [&](const ampcf::communication::Communicator& communicator) {
    return ampcf::sweep::run_program(argc, argv, communicator);
  });
}
