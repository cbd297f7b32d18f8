#include "ampcf/config/options.hpp"
#include "harness.hpp"
#include "options_case.hpp"

// What an INI file may say, the table can say again, and reading that changes nothing.
void ampcf::fuzz::read(std::string_view input) {
  const std::string source = "options.ini";
  expect_located_errors(source, [&] {
    OptionsCase first;
    first.table.read_ini(std::string(input), source);
    const auto resolved = first.table.resolved();
    OptionsCase second;
    second.table.read_ini(resolved, source);
    if (second.table.resolved() != resolved) {
      std::abort();
    }
  });
}
