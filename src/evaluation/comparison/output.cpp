#include "ampcf/evaluation/comparison/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::evaluation {

namespace {

std::string in_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  }
  return quoted + "\"";
}

std::string csv_field(const std::string& text) {
  return text.find_first_of(",\"\r\n") == std::string::npos ? text : in_quotes(text);
}

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

std::string text_row(const std::string& file, const std::optional<ComparedValue>& value, std::size_t width) {
  auto row = fmt::format("  {:<{}}", file, width);
  if (!value) {
    return row + fmt::format("{:>12}\n", "-");
  }
  row += fmt::format("{:>12.4f}", value->mean);
  if (const auto& d = value->difference) {
    row += fmt::format("{:>+12.4f}{:>26}{:>14.4g}{:>14.4g}{:>9}", d->mean,
                       fmt::format("{:+.4f} .. {:+.4f}", d->interval.low, d->interval.high), d->bootstrap_holm,
                       d->wilcoxon_holm, d->users);
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
  std::size_t width = 20;
  for (const auto& file : comparison.files) {
    width = std::max(width, file.string().size() + 1);
  }
  std::string text;
  for (const auto& metric : comparison.metrics) {
    text += text.empty() ? fmt::format("{:<{}}{:>12}{:>12}{:>26}{:>14}{:>14}{:>9}\n", metric.name, width + 2, "mean",
                                       "difference", fmt::format("{:g} % interval", 100.0 * comparison.bootstrap.level),
                                       "p bootstrap", "p Wilcoxon", "users")
                         : "\n" + metric.name + "\n";
    for (std::size_t file = 0; file < comparison.files.size(); ++file) {
      text += text_row(comparison.files[file].string(), metric.values[file], width);
    }
  }
  return text +
         fmt::format("\ndifferences to {}; {} resamples of the users; p with Holm's correction over this table\n",
                     comparison.files.front().string(), comparison.bootstrap.resamples);
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
