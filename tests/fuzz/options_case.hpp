#pragma once

#include "ampcf/config/options.hpp"

namespace ampcf::fuzz {

/// A table with an option of every type.
struct OptionsCase {
  bool is_on = false;
  std::int64_t offset = -3;
  std::uint64_t count = 4;
  double rate = 0.5;
  std::optional<double> limit;
  std::string name = "x";
  std::filesystem::path path;
  std::vector<std::string> inputs;
  std::uint64_t seconds = 90;
  std::string attention = "learned";
  config::OptionTable table{"program", "does nothing", "program [options]"};

  OptionsCase() {
    table.begin_group("All");
    table.add("switch", is_on, "on or off");
    table.add("offset", offset, "a number");
    table.add("count", count, "a number", config::kAtLeastOne);
    table.add("rate", rate, "a number", config::kFraction);
    table.add("limit", limit, "a number, or none");
    table.add("name", name, "NAME", "a text");
    table.add("path", path, "a path");
    table.add("input", inputs, "PATH", "paths");
    table.add_duration("time", seconds, "a length of time");
    table.add_choice("attention", attention, {"learned", "identity"}, "one of two");
  }
};

}  // namespace ampcf::fuzz
