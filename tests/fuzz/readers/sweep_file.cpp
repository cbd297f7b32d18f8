#include "ampcf/sweep/plan.hpp"
#include "harness.hpp"

#include <cstdlib>

// Every axis that is read has values, or a place for any.
void ampcf::fuzz::read(std::string_view input) {
  const std::string source = "sweep.ini";
  expect_located_errors(source, [&] {
    for (const auto& axis : sweep::SweepFile::parse(std::string(input), source).axes) {
      if (sweep::value_at(axis, 0.0).empty() || sweep::value_at(axis, 0.999).empty()) {
        std::abort();
      }
    }
  });
}
