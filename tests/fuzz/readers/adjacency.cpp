#include "dataset/raw/readers.hpp"
#include "harness.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  expect_located_errors(path, [&] {
    dataset::RawInteractions out;
    (void)dataset::read_adjacency(path, out);
  });
}
