// ampcf-generate: a synthetic dataset with planted personas, whose truth is known.

#include "ampcf/generation/generate.hpp"
#include "ampcf/communication/environment.hpp"
#include "ampcf/config/options.hpp"

#include <fmt/format.h>

int main(int argc, char** argv) {
  using namespace ampcf;
  return communication::run_serial([&] {
    generation::GenerationOptions options;
    config::OptionTable table("ampcf-generate",
                              "writes a synthetic dataset with planted personas, whose truth is known",
                              "ampcf-generate --users N --items N --personas R --interactions-per-user X --seed S "
                              "--output data.h5");
    generation::add_options(table, options);
    if (!table.parse(argc, argv)) {
      return ExitCode::success;
    }
    return communication::run_logged(table.log_options(), communication::Communicator::alone(), [&](Log& log) {
      fmt::print("{}", generation::generate(options, log).text());
      return ExitCode::success;
    });
  });
}
