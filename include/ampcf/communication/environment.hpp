#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/core/log.hpp"

#include <functional>

namespace ampcf::communication {

/// Runs the body of an MPI program: starts MPI, catches what the body throws, prints it once as
/// `[rank 3/8] ...`, ends all ranks, and returns the exit code for main. Results that stdout does not take are an error
/// too.
[[nodiscard]] int run_parallel(int& argc, char**& argv, const std::function<ExitCode(const Communicator&)>& body);

/// The same for a program of one process, which never starts MPI. Where a launcher started several, the body is not
/// run: the first process says so, with the exit code of wrong usage.
[[nodiscard]] int run_serial(const std::function<ExitCode()>& body);

/// Whether mpirun, srun or their like started this process. Its output then passes through that, and a terminal that it
/// sees need not be the user's: Open MPI gives ranks one of its own for stdout.
[[nodiscard]] bool is_launched();

/// Collective. Runs the work of a program with the log that its options ask for. What the work throws goes on, and into
/// the log's file: an error that all ranks share into that of rank 0.
[[nodiscard]] ExitCode run_logged(const LogOptions& options, const Communicator& communicator,
                                  const std::function<ExitCode(Log&)>& work);

}  // namespace ampcf::communication
