#include "ampcf/core/error.hpp"
#include "ampcf/sweep/plan.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

namespace ampcf::sweep {

namespace {

constexpr std::array kOwn{"method", "trials", "eta", "rungs", "bracket", "ranks-per-trial"};

std::string without_blanks_and_comment(std::string line) {
  line.erase(std::min(line.find_first_of("#;"), line.size()));
  const auto first = line.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

// Every line in its place: those before the section and those in it.
struct Parts {
  std::vector<std::string> lines;
  std::size_t section = 0;  // line of [sweep], from 1; 0: none

  Parts(const std::string& text, const std::string& source) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
      const auto content = without_blanks_and_comment(line);
      if (content.empty() || content.front() != '[') {
        continue;
      }
      if (content != "[sweep]" || section != 0) {
        throw UsageError("{}:{}: found '{}', expected {}", source, lines.size(), content.substr(0, 80),
                         section != 0 ? fmt::format("one section, that of line {}", section) : "[sweep]");
      }
      section = lines.size();
      lines.back().clear();
    }
  }

  [[nodiscard]] std::string text(std::size_t first, std::size_t last) const {
    std::string all;
    for (std::size_t line = 1; line <= last; ++line) {
      all += (line >= first ? lines[line - 1] : "") + '\n';
    }
    return all;
  }
};

std::map<std::string, std::string> values_of(const std::string& text, const std::string& source) {
  const Parts parts(text, source);
  return config::ini_values(parts.text(1, parts.lines.size()), source);
}

// Random trials are drawn one by one; of a bracket that is not full, members are still to come.
bool may_grow(std::map<std::string, std::string>& stored, std::map<std::string, std::string>& present) {
  const auto number = [](const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); };
  const auto trials = number(stored["trials"]);
  const auto bracket = stored["method"] == "halving" ? std::max(1ULL, number(stored["bracket"])) : 1ULL;
  return number(present["trials"]) > trials && trials % bracket == 0;
}

}  // namespace

bool is_own_option(const std::string& name) { return std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end(); }

SweepFile SweepFile::parse(const std::string& text, const std::string& source) {
  Parts parts(text, source);
  if (parts.section == 0) {
    throw UsageError("{}:{}: found the end of the file, expected a section [sweep] with axes", source,
                     parts.lines.size() + 1);
  }
  SweepFile file;
  auto options = parts;
  std::fill(options.lines.begin() + static_cast<std::ptrdiff_t>(parts.section), options.lines.end(), "");
  for (const auto& entry : config::parse_ini(parts.text(parts.section + 1, parts.lines.size()), source)) {
    if (is_own_option(entry.key)) {
      options.lines[entry.line - 1] = parts.lines[entry.line - 1];
      continue;
    }
    for (const auto& axis : file.axes) {
      if (axis.name == entry.key) {
        throw UsageError("{}:{}: '{}' is given twice", source, entry.line, entry.key);
      }
    }
    file.axes.push_back(parse_axis(entry, source));
  }
  if (file.axes.empty()) {
    throw UsageError("{}:{}: no axis in [sweep], expected one or more, such as dim = 32, 64", source, parts.section);
  }
  file.options = options.text(1, options.lines.size());
  return file;
}

void require_same_sweep(const std::string& stored_text, const std::string& present_text) {
  auto stored = values_of(stored_text, "the folder's sweep.ini");
  auto present = values_of(present_text, "the sweep");
  std::set<std::string> free{"data",          "checkpoint-every", "checkpoint-every-seconds", "keep",
                             "stall-warning", "sharing-ranks",    "ranks-per-trial"};
  if (may_grow(stored, present)) {
    free.insert("trials");
  }
  if (const auto found = training::differences(stored, present, free); !found.empty()) {
    throw UsageError("cannot go on with another sweep in this folder: {}", fmt::join(found, "; "));
  }
}

}  // namespace ampcf::sweep
