#include "ampcf/evaluation/program.hpp"

#include "ampcf/communication/environment.hpp"
#include "ampcf/evaluation/comparison/comparison.hpp"
#include "ampcf/evaluation/evaluation.hpp"

namespace ampcf::evaluation {

namespace {

// Rank 0 alone: reading and testing take seconds.
std::string compare_as_asked(const EvaluationOptions& options, const communication::Communicator& communicator) {
  std::string text;
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      const auto comparison = compare({options.compared.begin(), options.compared.end()},
                                      parted_by_commas(options.compared_metrics), options.bootstrap);
      text = options.format == "csv"     ? comparison_csv(comparison)
             : options.format == "latex" ? comparison_latex(comparison)
                                         : comparison_text(comparison);
    }
  });
  return text;
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator,
                     const Baselines& baselines) {
  EvaluationOptions options;
  config::OptionTable table(
      "ampcf-evaluate", "HR, NDCG and taste distribution distance of a model, of lists or of a baseline",
      "mpirun -n P ampcf-evaluate --data data.h5 (--checkpoint FILE | --recommendations FILE | --baseline NAME) "
      "--output metrics.json [options]\n       ampcf-evaluate --compare a/metrics.h5 b/metrics.h5 ... [--format csv]");
  bool is_to_run = false;
  communicator.agree([&] {
    add_options(table, options, baselines);
    is_to_run = table.parse(argc, argv, communicator.rank() == 0);
    if (is_to_run) {
      check_options(table, options, baselines);
    }
  });
  if (!is_to_run) {
    return ExitCode::success;
  }
  return communication::run_logged(table.log_options(), communicator, [&](Log& log) {
    fmt::print("{}", options.compared.empty() ? evaluate(options, table.resolved(), communicator, log, baselines)
                                              : compare_as_asked(options, communicator));
    return ExitCode::success;
  });
}

}  // namespace ampcf::evaluation
