#include "ampcf/evaluation/test_file.hpp"
#include "harness.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  expect_located_errors(path, [&] { (void)evaluation::read_test_file(path, {"a", "b", "1"}, {"1", "2", "x", "é"}); });
}
