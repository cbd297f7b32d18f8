#include "config/text.hpp"
#include "harness.hpp"

#include <cstdlib>

void ampcf::fuzz::read(std::string_view input) {
  expect_usage_errors([&] {
    const auto seconds = config::parse_duration(std::string(input));
    if (config::parse_duration(config::describe_duration(seconds)) != seconds) {
      std::abort();
    }
  });
}
