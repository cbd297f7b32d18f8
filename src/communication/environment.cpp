#include "ampcf/communication/environment.hpp"

#include <mpi.h>

#include <cstdio>

namespace ampcf::communication {

namespace {

// No program's name in front: faults of text files begin FILE:LINE:, so that editors can jump to the place.
void print_error(int rank, int size, const std::string& text) {
  fmt::print(stderr, "{}{}\n", size > 1 ? fmt::format("[rank {}/{}] ", rank, size) : "", text);
  std::fflush(stderr);
}

}  // namespace

int run_parallel(int& argc, char**& argv, const std::function<ExitCode(const Communicator&)>& body) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  ExitCode code = ExitCode::success;
  try {
    code = body(Communicator::world());
  } catch (const AgreedError& error) {
    // Every rank is here with the same error: one prints, all leave in good order.
    if (error.reporter() == rank) {
      print_error(rank, size, error.what());
    }
    code = error.code();
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    code = known != nullptr ? known->code() : ExitCode::runtime;
    print_error(rank, size, error.what());
    if (size > 1) {
      MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));  // the others may wait in a collective: end them too
    }
  }
  MPI_Finalize();
  return static_cast<int>(code);
}

int run_serial(const std::function<ExitCode()>& body) {
  try {
    return static_cast<int>(body());
  } catch (const Error& error) {
    print_error(0, 1, error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    print_error(0, 1, error.what());
    return static_cast<int>(ExitCode::runtime);
  }
}

}  // namespace ampcf::communication
