#include "harness.hpp"
#include "options_case.hpp"

#include <cstdlib>
#include <sstream>

// A word of the command line on each line. What is accepted must come back from the INI text that a run keeps.
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
    if (options.table.parse(static_cast<int>(argv.size()), argv.data(), false)) {
      OptionsCase again;
      again.table.read_ini(options.table.resolved(), "options.ini");
      if (again.table.resolved() != options.table.resolved()) {
        std::abort();
      }
    }
  });
}
