#include "dataset/raw/readers.hpp"
#include "harness.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  dataset::PreparationOptions options;
  options.format = "movielens-dat";
  expect_located_errors(path, [&] {
    dataset::RawInteractions out;
    (void)dataset::read_table(path, dataset::form_of(options), {}, out);
  });
}
