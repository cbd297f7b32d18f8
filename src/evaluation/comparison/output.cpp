#include "ampcf/core/csv.hpp"
#include "ampcf/evaluation/comparison/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

std::string escaped_for_latex(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    if (std::string("&%$#_{}").find(letter) != std::string::npos) {
      escaped += '\\';
      escaped += letter;
    } else if (letter == '\\') {
      escaped += "\\textbackslash{}";
    } else if (letter == '~' || letter == '^') {
      escaped += fmt::format("\\{}{{}}", letter);
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

// Fewer decimals of great numbers.
std::string signed_number(double value) { return fmt::format("{:+.{}f}", value, std::abs(value) < 10.0 ? 4 : 2); }

// What underflows is not 0.
std::string probability(double value) { return value > 0.0 ? fmt::format("{:.2g}", value) : "<1e-300"; }

std::string text_row(std::size_t file, const std::optional<ComparedValue>& value) {
  auto row = fmt::format("  {:<4}", file + 1);
  if (!value) {
    return row + fmt::format("{:>10}\n", "-");
  }
  row += fmt::format("{:>10.4f}", value->mean);
  if (const auto& d = value->difference) {
    row += fmt::format("{:>12}{:>22}{:>12}{:>11}{:>7}", signed_number(d->mean),
                       signed_number(d->interval.low) + " .. " + signed_number(d->interval.high),
                       probability(d->bootstrap_holm), probability(d->wilcoxon_holm), d->users);
  }
  return row + "\n";
}

std::string latex_cell(const std::optional<ComparedValue>& value, double level) {
  if (!value) {
    return "--";
  }
  std::string marks;
  if (value->difference) {
    marks += value->difference->bootstrap_holm < 1.0 - level ? "b" : "";
    marks += value->difference->wilcoxon_holm < 1.0 - level ? "w" : "";
  }
  return fmt::format("{:.4f}", value->mean) + (marks.empty() ? "" : "$^{" + marks + "}$");
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text;
  for (std::size_t file = 0; file < comparison.files.size(); ++file) {
    text += fmt::format("{:>3}  {}\n", file + 1, comparison.files[file].string());
  }
  text += fmt::format("\n{:<6}{:>10}{:>12}{:>22}{:>12}{:>11}{:>7}\n", "file", "mean", "difference",
                      fmt::format("{:g} % interval", 100.0 * comparison.bootstrap.level), "p bootstrap", "p Wilcoxon",
                      "users");
  for (const auto& metric : comparison.metrics) {
    text += "\n" + metric.name + "\n";
    for (std::size_t file = 0; file < comparison.files.size(); ++file) {
      text += text_row(file, metric.values[file]);
    }
  }
  return text +
         fmt::format("\ndifferences to file 1; {} resamples of the users\np with Holm's correction over this table\n",
                     comparison.bootstrap.resamples);
}

std::string comparison_csv(const Comparison& comparison) {
  std::string text =
      "metric,file,mean,users,difference,low,high,p_bootstrap,p_bootstrap_holm,p_wilcoxon,p_wilcoxon_holm,common_"
      "users\n";
  for (const auto& metric : comparison.metrics) {
    for (std::size_t file = 0; file < comparison.files.size(); ++file) {
      const auto& value = metric.values[file];
      if (!value) {
        continue;
      }
      text += fmt::format("{},{},{},{}", csv_field(metric.name), csv_field(comparison.files[file].string()),
                          value->mean, value->users);
      if (const auto& d = value->difference) {
        text += fmt::format(",{},{},{},{},{},{},{},{}\n", d->mean, d->interval.low, d->interval.high, d->bootstrap,
                            d->bootstrap_holm, d->wilcoxon, d->wilcoxon_holm, d->users);
      } else {
        text += ",,,,,,,,\n";
      }
    }
  }
  return text;
}

std::string comparison_latex(const Comparison& comparison) {
  const auto& bootstrap = comparison.bootstrap;
  auto text = fmt::format(
      "% {} and differences to it; b, w: p < {:g} by paired bootstrap ({} resamples of the users) and by Wilcoxon's\n"
      "% signed-rank test, both with Holm's correction over this table. Needs \\usepackage{{booktabs}}.\n"
      "\\begin{{tabular}}{{l{}}}\n\\toprule\nmetric",
      comparison.files.front().string(), 1.0 - bootstrap.level, bootstrap.resamples,
      std::string(comparison.files.size(), 'r'));
  for (const auto& file : comparison.files) {
    text += " & " + escaped_for_latex(file.string());
  }
  text += " \\\\\n\\midrule\n";
  for (const auto& metric : comparison.metrics) {
    text += escaped_for_latex(metric.name);
    for (const auto& value : metric.values) {
      text += " & " + latex_cell(value, bootstrap.level);
    }
    text += " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace ampcf::evaluation
