#include "harness.hpp"
#include "report/input/run.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  expect_located_errors(path, [&] { (void)report::read_log(path); });
}
