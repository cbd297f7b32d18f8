#include "ampcf/dataset/preparation.hpp"
#include "ampcf/core/log.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "harness.hpp"

// All of ampcf-prepare: what is read must become a dataset that can be read. An item table stands behind a line ===.
void ampcf::fuzz::read(std::string_view input) {
  static const auto log = make_log();
  log->set_level(spdlog::level::off);
  dataset::PreparationOptions options;
  options.inputs = {file_with(take_part(input), ".raw")};
  options.items = file_with(take_part(input), ".items");
  options.format = "delimited";
  options.columns = "user,item,rating,timestamp";
  options.min_user_items = 0;
  options.min_item_users = 0;
  options.eval_negatives = 3;
  options.output = options.items.parent_path() / "data.h5";
  try {
    (void)dataset::prepare(options, *log);
  } catch (const DataError&) {
    return;  // where it stands is the concern of the readers' own harnesses
  }
  const dataset::Dataset data(options.output);
  (void)data.interactions({0, data.user_count()});
  (void)data.held_out(dataset::HeldOutPart::test, {0, data.user_count()});
  (void)data.user_ids();
  (void)data.item_ids();
  (void)data.item_titles();
  (void)data.item_tags();
}
