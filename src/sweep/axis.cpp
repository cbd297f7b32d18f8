#include "ampcf/sweep/axis.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/training/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

namespace ampcf::sweep {

namespace {

constexpr std::size_t kMostValues = 1000;
constexpr const char* kForms =
    "A, B, C or LOW .. HIGH step S or uniform LOW .. HIGH or log LOW .. HIGH, the last two also with 'in N' behind";

// What a trial's result does not depend on, or what a sweep decides itself.
constexpr std::array kNoAxes{
    "data", "checkpoint-every", "checkpoint-every-seconds", "time-limit", "keep", "stall-warning", "sharing-ranks",
    "refit"};

[[noreturn]] void fail(const config::IniEntry& entry, const std::string& source, const std::string& why) {
  throw UsageError("{}:{}: axis {}: {}", source, entry.line, entry.key, why);
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// As --output.
bool is_of_one_run(const std::string& option) {
  training::TrainingOptions options;
  config::OptionTable table("", "", "");
  training::add_options(table, options);
  return table.is_kept_out_of_config(option);
}

// Throws UsageError beginning `SOURCE:LINE: ` where the option refuses the value.
void try_value(const config::IniEntry& entry, const std::string& source, const std::string& value) {
  training::TrainingOptions options;
  config::OptionTable table("", "", "");
  training::add_options(table, options);
  table.read_ini(std::string(entry.line - 1, '\n') + entry.key + " = " + value, source);
}

bool takes(const config::IniEntry& entry, double value) {
  try {
    try_value(entry, "", fmt::format("{:.17g}", value));
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

std::optional<double> number_in(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  return is_number ? std::optional(value) : std::nullopt;
}

// `LOW .. HIGH WORD NUMBER`, word and number missing where there are none.
struct Span {
  double low;
  double high;
  std::string word;
  double number = 0.0;
};

std::optional<Span> span_in(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    return std::nullopt;
  }
  const auto low = number_in(trimmed(text.substr(0, dots)));
  std::istringstream behind(text.substr(dots + 2));
  std::string high_text;
  std::string word;
  std::string number_text;
  std::string more;
  behind >> high_text >> word >> number_text >> more;
  const auto high = number_in(high_text);
  const auto number = word.empty() ? std::optional(0.0) : number_in(number_text);
  if (!low || !high || !number || !more.empty()) {
    return std::nullopt;
  }
  return Span{*low, *high, word, *number};
}

std::string rounded(const Axis& axis, double value) {
  return axis.is_whole ? fmt::format("{}", std::llround(value)) : fmt::format("{:.4g}", value);
}

// The number at a share of the way from low to high.
double between(const Axis& axis, double share) {
  if (!axis.is_logarithmic) {
    return axis.low + (axis.high - axis.low) * share;
  }
  const double low = kernels::logarithm(axis.low);
  return kernels::exponential(low + (kernels::logarithm(axis.high) - low) * share);
}

void read_list(Axis& axis, const config::IniEntry& entry, const std::string& source) {
  std::istringstream parts(entry.value + ",");
  for (std::string part; std::getline(parts, part, ',');) {
    const auto value = trimmed(part);
    if (value.empty()) {
      fail(entry, source, fmt::format("found '{}', expected {}", entry.value, kForms));
    }
    if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end()) {
      fail(entry, source, fmt::format("'{}' is given twice", value));
    }
    axis.values.push_back(value);
  }
}

void read_range(Axis& axis, const Span& span, const config::IniEntry& entry, const std::string& source) {
  const double steps = std::floor((span.high - span.low) / span.number * (1.0 + 1e-12) + 1e-9);
  if (span.word != "step" || !(span.number > 0.0) || !(steps >= 1.0)) {
    fail(entry, source,
         fmt::format("found '{}', expected LOW .. HIGH step S with HIGH at least S above LOW", entry.value));
  }
  if (steps >= static_cast<double>(kMostValues)) {
    fail(entry, source, fmt::format("{:.0f} values, expected at most {}", steps + 1.0, kMostValues));
  }
  const auto value = [&](double i) { return fmt::format("{:.10g}", span.low + i * span.number); };
  const double exact = (span.high - span.low) / span.number;  // up to the rounding of decimals, as of 0 .. 1 step 0.1
  if (std::abs(exact - std::round(exact)) > 1e-9 * exact) {
    fail(entry, source,
         fmt::format("found '{}', whose steps pass over {:.10g}: expected {:.10g} .. {} or {:.10g} .. {}", entry.value,
                     span.high, span.low, value(steps), span.low, value(steps + 1.0)));
  }
  for (double i = 0.0; i <= steps; ++i) {
    axis.values.push_back(value(i));
  }
}

void read_continuum(Axis& axis, const Span& span, const config::IniEntry& entry, const std::string& source) {
  const double points = span.number;
  const bool has_points = span.word == "in";
  if ((!span.word.empty() && !has_points) || !(span.low < span.high) || (axis.is_logarithmic && !(span.low > 0.0))) {
    fail(entry, source,
         fmt::format("found '{}', expected {} LOW .. HIGH or LOW .. HIGH in N, LOW {}below HIGH", entry.value,
                     axis.is_logarithmic ? "log" : "uniform", axis.is_logarithmic ? "above 0 and " : ""));
  }
  if (has_points && !(points >= 2.0 && points <= static_cast<double>(kMostValues) && points == std::floor(points))) {
    fail(entry, source, fmt::format("'in {}', expected a whole number of values, 2 to {}", points, kMostValues));
  }
  axis.low = span.low;
  axis.high = span.high;
  // A number inside that is not whole, whatever the option's range: options take intervals.
  axis.is_whole = !takes(entry, span.low + (span.high - span.low) / 3.14159265);
  for (double i = 0.0; has_points && i < points; ++i) {
    const auto value = rounded(axis, between(axis, i / (points - 1.0)));
    if (axis.values.empty() || axis.values.back() != value) {
      axis.values.push_back(value);
    }
  }
}

// The number behind `log` or `uniform`.
std::optional<std::string> behind(const std::string& word, const std::string& text) {
  const bool is_there = text.rfind(word, 0) == 0 && text.size() > word.size() && text[word.size()] == ' ';
  return is_there ? std::optional(text.substr(word.size())) : std::nullopt;
}

}  // namespace

Axis parse_axis(const config::IniEntry& entry, const std::string& source) {
  if (std::find(kNoAxes.begin(), kNoAxes.end(), entry.key) != kNoAxes.end() || is_of_one_run(entry.key)) {
    fail(entry, source, "cannot be varied: no trial's validation depends on it, or the sweep needs it for itself");
  }
  Axis axis{.name = entry.key, .text = entry.value, .line = entry.line, .values = {}};
  const auto logarithmic = behind("log", entry.value);
  const auto uniform = behind("uniform", entry.value);
  axis.is_logarithmic = logarithmic.has_value();
  if (logarithmic || uniform) {
    const auto span = span_in(logarithmic ? *logarithmic : *uniform);
    if (!span) {
      fail(entry, source, fmt::format("found '{}', expected {}", entry.value, kForms));
    }
    try_value(entry, source, fmt::format("{:.10g}", span->low));
    try_value(entry, source, fmt::format("{:.10g}", span->high));
    read_continuum(axis, *span, entry, source);
  } else if (entry.value.find("..") != std::string::npos) {
    const auto span = span_in(entry.value);
    if (!span) {
      fail(entry, source, fmt::format("found '{}', expected {}", entry.value, kForms));
    }
    read_range(axis, *span, entry, source);
  } else {
    read_list(axis, entry, source);
  }
  for (const auto& value : axis.values) {
    try_value(entry, source, value);
  }
  return axis;
}

std::string value_at(const Axis& axis, double place) {
  if (!axis.is_continuous()) {
    const auto count = static_cast<double>(axis.values.size());
    return axis.values[std::min(axis.values.size() - 1, static_cast<std::size_t>(place * count))];
  }
  return rounded(axis, between(axis, place));
}

}  // namespace ampcf::sweep
