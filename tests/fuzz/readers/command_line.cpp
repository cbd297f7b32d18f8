#include "harness.hpp"
#include "options_case.hpp"

#include <sstream>

// A word of the command line on each line.
void ampcf::fuzz::read(std::string_view input) {
  std::vector<std::string> words{"program"};
  std::istringstream lines{std::string(input)};
  for (std::string line; std::getline(lines, line) && words.size() < 64;) {
    words.push_back(line.substr(0, line.find('\0')));
  }
  std::vector<const char*> argv;
  for (const auto& word : words) {
    argv.push_back(word.c_str());
  }
  expect_usage_errors([&] {
    OptionsCase options;
    (void)options.table.parse(static_cast<int>(argv.size()), argv.data(), false);
  });
}
