#pragma once

#include "ampcf/config/options.hpp"

#include <string>
#include <vector>

namespace ampcf::config {

/// What a program says of itself, for whoever writes it down: the options as --help groups them, --help and --version
/// among the first.
struct Description {
  struct Group {
    std::string title;
    std::vector<Option> options;
  };
  std::string program;
  std::string summary;
  std::string usage;  // a line for each form
  std::vector<Group> groups;
};

/// The placeholder of lengths of time, and what may stand for it.
inline constexpr const char* kDurationPlaceholder = "DURATION";
inline constexpr const char* kDurationForms = "90, 90s, 10m, 1h30m or 01:30:00";

/// What every program answers.
inline constexpr const char* kHelpOfHelp = "this text";
inline constexpr const char* kHelpOfVersion = "release, revision and instruction set";

/// Whether an option takes a length of time, so that its form must be said.
[[nodiscard]] bool takes_duration(const Option& option);

/// A manual page, roff with the macros of man(7).
[[nodiscard]] std::string as_manual(const Description& description);

/// Usage and a table for each group, what the program's page in src/apps ends with.
[[nodiscard]] std::string as_markdown(const Description& description);

/// A completion for bash 4.4 or later, which needs nothing but bash.
[[nodiscard]] std::string as_bash_completion(const Description& description);

}  // namespace ampcf::config
