#include "ampcf/evaluation/program.hpp"

#include "ampcf/evaluation/evaluation.hpp"

namespace ampcf::evaluation {

ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator) {
  EvaluationOptions options;
  config::OptionTable table(
      "ampcf-evaluate", "HR, NDCG and taste distribution distance of a model, of lists or of a baseline",
      "mpirun -n P ampcf-evaluate --data data.h5 (--checkpoint FILE | --recommendations FILE | --baseline NAME) "
      "--output metrics.json [options]");
  bool is_to_run = false;
  communicator.agree([&] {
    add_options(table, options);
    is_to_run = table.parse(argc, argv, communicator.rank() == 0);
    if (is_to_run) {
      check_options(options);
    }
  });
  if (is_to_run) {
    const auto log = make_log(communicator.rank(), communicator.size());
    const auto text = evaluate(options, table.resolved(), communicator, *log);
    fmt::print("{}", text);
  }
  return ExitCode::success;
}

}  // namespace ampcf::evaluation
