#include "ampcf/communication/environment.hpp"

#include <mpi.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ampcf::communication {

namespace {

constexpr std::string_view kLostResults = "cannot write to standard output";

// Results may still lie in the buffer of stdout, and exit() would lose them in silence where there is no room for them.
void write_out_results() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {  // now, or when the program flushed it itself
    throw RuntimeError("{}: {}", kLostResults, errno != 0 ? std::strerror(errno) : "a part is lost");
  }
}

// Of results that are larger than the buffer fmt says that a file cannot be written, but not which.
std::string named(std::string text) {
  constexpr std::string_view kWordsOfFmt = "cannot write to file";
  return std::ferror(stdout) != 0 && text.starts_with(kWordsOfFmt) ? text.replace(0, kWordsOfFmt.size(), kLostResults)
                                                                   : text;
}

// No program's name in front: faults of text files begin FILE:LINE:, so that editors can jump to the place.
void print_error(int rank, int size, const std::string& text) {
  fmt::print(stderr, "{}{}\n", size > 1 ? fmt::format("[rank {}/{}] ", rank, size) : "", named(text));
  std::fflush(stderr);
}

// The number in an environment variable, 0 without it.
long number_in(const char* variable) noexcept {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

constexpr const char* kMisfit =
    "launcher and MPI library do not fit; with Open MPI use its own mpirun, or srun --mpi=pmix";

// What a launcher left in the environment: how many processes it started, and which of them this is.
struct Launch {
  long processes = 0;  // 0: no launcher
  long number = 0;
};

Launch read_launch() noexcept {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
    return {number_in("OMPI_COMM_WORLD_SIZE"), number_in("OMPI_COMM_WORLD_RANK")};
  }
  if (number_in("PMI_SIZE") > 0) {
    return {number_in("PMI_SIZE"), number_in("PMI_RANK")};
  }
  if (std::getenv("SLURM_STEP_ID") != nullptr) {
    return {number_in("SLURM_STEP_NUM_TASKS"), number_in("SLURM_PROCID")};
  }
  return {};
}

// Read before main: MPI_Init writes the same for a process that nobody launched.
const Launch kLaunch = read_launch();

// Started by a launcher that speaks another language than this MPI, every process believes to be alone, and each would
// do the whole work.
void require_expected_size(int size) {
  const long expected = kLaunch.processes;
  if (size == 1 && expected > 1) {
    throw UsageError("{} processes were started, but each finds itself alone: {}", expected, kMisfit);
  }
}

// Under an srun without PMIx, Open MPI ends the process inside MPI_Init, with advice for whoever built it. Where it
// cannot but fail this is said instead; where it may have been built for an older PMI, before it tries. Once: by the
// first process.
bool is_launched_in_vain() {
#ifdef OPEN_MPI
  const bool is_started_by_srun =
      std::getenv("SLURM_STEP_ID") != nullptr && std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr;
  const long processes = number_in("SLURM_STEP_NUM_TASKS");
  if (!is_started_by_srun || std::getenv("PMIX_RANK") != nullptr || processes < 2) {
    return false;
  }
  const bool has_older_pmi = std::getenv("PMI_RANK") != nullptr;
  if (number_in("SLURM_PROCID") == 0) {
    print_error(0, 1,
                has_older_pmi
                    ? fmt::format("srun does not speak PMIx here: if MPI fails now, {}", kMisfit)
                    : fmt::format("{} processes were started, but each finds itself alone: {}", processes, kMisfit));
  }
  return !has_older_pmi;
#else
  return false;
#endif
}

}  // namespace

int run_parallel(int& argc, char**& argv, const std::function<ExitCode(const Communicator&)>& body) {
  if (is_launched_in_vain()) {
    return static_cast<int>(ExitCode::usage);
  }
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  ExitCode code = ExitCode::success;
  try {
    require_expected_size(size);
    const auto world = Communicator::world();
    code = body(world);
    world.agree(write_out_results);
  } catch (const AgreedError& error) {
    // Every rank is here with the same error: one prints, all leave in good order.
    if (error.reporter() == rank) {
      print_error(rank, size, error.what());
    }
    code = code == ExitCode::stopped ? code : error.code();  // who is to go on goes on, and prints again
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
  // The first says it. Another that failed sooner would make mpirun end the first before it has.
  if (kLaunch.processes > 1) {
    if (kLaunch.number != 0) {
      return static_cast<int>(ExitCode::success);
    }
    print_error(0, 1,
                fmt::format("{} processes were started of a program that runs alone, and each would do the whole work: "
                            "start it without mpirun or srun",
                            kLaunch.processes));
    return static_cast<int>(ExitCode::usage);
  }
  try {
    const auto code = body();
    write_out_results();
    return static_cast<int>(code);
  } catch (const Error& error) {
    print_error(0, 1, error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    print_error(0, 1, error.what());
    return static_cast<int>(ExitCode::runtime);
  }
}

bool is_launched() { return kLaunch.processes > 0; }

ExitCode run_logged(const LogOptions& options, const Communicator& communicator,
                    const std::function<ExitCode(Log&)>& work) {
  std::shared_ptr<Log> log;
  communicator.agree([&] { log = make_log(communicator.rank(), communicator.size(), options); });
  try {
    return work(*log);
  } catch (const AgreedError& error) {
    if (communicator.rank() == 0) {
      const bool is_of_other = error.reporter() != 0;
      record_failure(*log, is_of_other ? fmt::format("rank {}: {}", error.reporter(), error.what()) : error.what());
    }
    throw;
  } catch (const std::exception& error) {
    record_failure(*log, error.what());
    throw;
  }
}

}  // namespace ampcf::communication
