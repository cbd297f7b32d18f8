#include "ampcf/report/program.hpp"

#include "ampcf/communication/environment.hpp"
#include "ampcf/evaluation/metrics_file.hpp"
#include "ampcf/evaluation/options.hpp"
#include "ampcf/storage/file.hpp"
#include "report/options.hpp"
#include "report/page/page.hpp"
#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::report {

namespace {

constexpr std::size_t kMostBytes = 3000000;  // of a page: more opens slowly and goes through no mail
constexpr std::size_t kPointsOfAllCurves = 3000;
constexpr std::size_t kMostPointsOfCurve = 300;  // a chart is 400 pixels wide

// A small family, so that correction for many tests leaves each of them strength.
std::vector<std::string> compared_by_default(const std::vector<const Subject*>& subjects) {
  const auto at = fmt::format("@{}", subjects.front()->metrics->k);
  std::vector<std::string> names;
  for (const auto& name : {"sampled_hr" + at, "sampled_ndcg" + at, "full_hr" + at, "full_ndcg" + at,
                           std::string("tdd_hellinger"), "full_ndcg" + at + ":item_popularity:tail"}) {
    const auto has = [&](const Subject* subject) { return evaluation::MetricsFile(subject->metrics->h5).has(name); };
    if (std::any_of(subjects.begin(), subjects.end(), has)) {
      names.push_back(name);
    }
  }
  return names;
}

// The page must not take the place of what it is about.
void require_other_file(const ReportOptions& options) {
  const auto require = [&](const char* name, const std::filesystem::path& read) {
    config::require_other_file(options.output, name, read);
  };
  require("data", options.data);
  require("checkpoint", options.checkpoint);
  if (!options.sweep.empty()) {
    require("sweep", options.sweep / "sweep.h5");
  }
  for (const std::filesystem::path run : options.runs) {
    for (const char* const file : {"log.csv", "config.ini", "best.h5", "checkpoint.h5"}) {
      require("run", run / file);
    }
  }
  for (std::filesystem::path metrics : options.metrics) {
    for (const char* const extension : {".json", ".h5"}) {
      require("metrics", metrics.replace_extension(extension));
    }
  }
}

evaluation::Comparison compare(const std::vector<Subject>& subjects, const ReportOptions& options) {
  const auto all = measured(subjects);
  if (all.size() < 2) {
    return {};
  }
  std::vector<std::filesystem::path> files;
  for (const auto* const subject : all) {
    files.push_back(subject->metrics->h5);
  }
  const auto names =
      options.compared.empty() ? compared_by_default(all) : evaluation::parted_by_commas(options.compared);
  return names.empty() ? evaluation::Comparison{} : evaluation::compare(files, names, {.resamples = options.resamples});
}

std::string subtitle(const std::vector<Subject>& subjects, const ReportOptions& options) {
  const auto all = measured(subjects);
  if (!all.empty()) {
    const auto& metrics = *all.front()->metrics;
    return fmt::format("Dataset {}: {} users, {} items", std::filesystem::path(metrics.dataset).filename().string(),
                       grouped(static_cast<double>(metrics.users_in_dataset)),
                       grouped(static_cast<double>(metrics.items_in_dataset)));
  }
  const auto runs = trained(subjects);
  if (runs.empty() && options.data.empty()) {
    return "Sweep " + options.sweep.string();
  }
  return "Dataset " + (runs.empty() ? options.data.filename().string()
                                    : std::filesystem::path(runs.front()->run->option("data")).filename().string());
}

std::string written(const std::vector<Subject>& subjects, const evaluation::Comparison& comparison,
                    const std::vector<Portrait>& portraits, const std::optional<Sweep>& sweep,
                    const ReportOptions& options, Gnuplot& gnuplot) {
  const auto curves = std::max<std::size_t>(1, subjects.size());
  Sketchbook sketchbook(gnuplot, std::clamp<std::size_t>(kPointsOfAllCurves / curves, 50, kMostPointsOfCurve));
  return page(options.title, subtitle(subjects, options),
              {overview_section(subjects), learning_section(subjects, sketchbook), speed_section(subjects, sketchbook),
               metrics_section(subjects, sketchbook), differences_section(subjects, comparison, sketchbook),
               slices_section(subjects, sketchbook), explanations_section(subjects, sketchbook),
               users_section(portraits, sketchbook), sweep_section(sweep, sketchbook), options_section(subjects)});
}

void report(const ReportOptions& options) {
  require_other_file(options);
  storage::require_writable(options.output);
  storage::require_replaceable(options.output, "HTML");
  const auto subjects = read_subjects(options.runs, options.metrics);
  const auto portraits = portray(options, subjects);
  const auto sweep = options.sweep.empty() ? std::nullopt : std::optional(read_sweep(options.sweep));
  Gnuplot gnuplot;
  const auto html = written(subjects, compare(subjects, options), portraits, sweep, options, gnuplot);
  if (html.size() > kMostBytes) {
    throw UsageError("the page would have {:.1f} MB, expected at most {:.0f}: give fewer --run, --metrics or --user",
                     static_cast<double>(html.size()) * 1e-6, static_cast<double>(kMostBytes) * 1e-6);
  }
  storage::commit_text(options.output, html);
  fmt::print("{}\n", options.output.string());
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv) {
  ReportOptions options;
  config::OptionTable table("ampcf-report", "writes one self-contained HTML page about finished runs",
                            "ampcf-report --run RUN ... --metrics metrics.json ... [--data data.h5 --user RAW_ID ...] "
                            "--output report.html");
  add_options(table, options);
  if (!table.parse(argc, argv)) {
    return ExitCode::success;
  }
  check_options(table, options);
  return communication::run_logged(table.log_options(), communication::Communicator::alone(), [&](Log&) {
    report(options);
    return ExitCode::success;
  });
}

}  // namespace ampcf::report
