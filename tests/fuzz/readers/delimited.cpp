#include "dataset/raw/readers.hpp"
#include "harness.hpp"

// The first line of an input is `DELIMITER COLUMNS`, as the options say them; the rest is the file.
void ampcf::fuzz::read(std::string_view input) {
  const auto head = input.substr(0, input.find('\n'));
  const auto blank = std::min(head.rfind(' '), head.size());
  const auto path = file_with(input.substr(std::min(input.size(), head.size() + 1)));
  dataset::PreparationOptions options;
  options.format = "delimited";
  options.delimiter = head.substr(0, blank);
  options.columns = head.substr(std::min(head.size(), blank + 1));
  dataset::TableForm form;
  bool is_form = false;
  expect_usage_errors([&] {
    form = dataset::form_of(options);
    is_form = true;
  });
  if (is_form) {
    dataset::RatingRange range;
    range.low = options.columns.find("rating") == std::string::npos ? range.low : 3.0;
    expect_located_errors(path, [&] {
      dataset::RawInteractions out;
      (void)dataset::read_table(path, form, range, out);
    });
  }
}
