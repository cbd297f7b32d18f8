#include "ampcf/recommendation/history_file.hpp"
#include "harness.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  expect_located_errors(path, [&] { (void)recommendation::read_histories(path, {"1", "2", "x", "é"}); });
}
