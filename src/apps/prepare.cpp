#include "ampcf/communication/environment.hpp"
#include "ampcf/config/options.hpp"
#include "ampcf/dataset/preparation.hpp"

#include <fmt/format.h>

using namespace ampcf;

int main(int argc, char** argv) {
  return communication::run_serial([&] {
    dataset::PreparationOptions options;
    config::OptionTable table(
        "ampcf-prepare", "raw interactions to one HDF5 dataset",
        "ampcf-prepare --input PATH [--input PATH ...] --format FORMAT --output data.h5 [options]");
    dataset::add_options(table, options);
    if (!table.parse(argc, argv)) {
      return ExitCode::success;
    }
    dataset::settle_options(table, options);
    return communication::run_logged(table.log_options(), communication::Communicator::alone(), [&](Log& log) {
      fmt::print("{}", dataset::prepare(options, log).text());
      return ExitCode::success;
    });
  });
}
