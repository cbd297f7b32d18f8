#include "dataset/raw/item_table_reader.hpp"
#include "harness.hpp"

void ampcf::fuzz::read(std::string_view input) {
  const auto path = file_with(input);
  expect_located_errors(path, [&] {
    dataset::ItemTable table;
    table.id = {"1", "2", "x", "an id", "\"", "é"};
    (void)dataset::read_item_table(path, table);
  });
}
