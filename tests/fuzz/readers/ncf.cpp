#include "dataset/raw/readers.hpp"
#include "harness.hpp"

// The three files of the format, one after the other with a line === between.
void ampcf::fuzz::read(std::string_view input) {
  std::filesystem::path path;
  for (const std::string suffix : {".train.rating", ".test.rating", ".test.negative"}) {
    path = file_with(take_part(input), suffix);
  }
  const auto prefix = path.parent_path() / "input";
  try {
    dataset::RawInteractions out;
    (void)dataset::read_ncf(prefix, {}, out);
  } catch (const DataError& error) {
    const std::string_view text = error.what();
    const auto colon = text.find(':');  // the name tells which of the three it is
    expect_located_errors(std::string(text.substr(0, colon)), [&] { throw DataError("{}", text); });
  }
}
