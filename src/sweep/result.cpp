#include "ampcf/sweep/result.hpp"

#include "ampcf/config/options.hpp"
#include "ampcf/core/error.hpp"

#include <fmt/format.h>

namespace ampcf::sweep {

namespace {

// Binds the fields of a result, for writing and for reading; `state` stands between text and value.
config::OptionTable table_of(Result& result, std::string& state) {
  config::OptionTable table("a sweep's result", "", "");
  table.add_choice("state", state, {"done", "failed", "set-aside"}, "");
  table.add("epochs", result.epochs, "");
  table.add("best-epoch", result.best_epoch, "");
  table.add("hr", result.hr, "");
  table.add("ndcg", result.ndcg, "");
  table.add("seconds", result.seconds, "");
  table.add("rank-seconds", result.rank_seconds, "");
  table.add("message", result.message, "TEXT", "");
  table.add("fingerprint", result.fingerprint, "TEXT", "");
  return table;
}

const char* text_of(TaskState state) {
  return state == TaskState::done ? "done" : state == TaskState::failed ? "failed" : "set-aside";
}

}  // namespace

std::string Task::name() const { return fmt::format("{:04}-{}", trial + 1, rung + 1); }

std::string to_text(const Result& result) {
  Result copy;
  std::string state;
  const auto table = table_of(copy, state);
  copy = result;
  state = text_of(result.state);
  return table.resolved();
}

Result result_from_text(const std::string& text, const std::string& source) {
  Result result;
  std::string state;
  auto table = table_of(result, state);
  try {
    table.read_ini(text, source);
  } catch (const UsageError& error) {
    throw RuntimeError("{}; remove the file, and --resume trains what it told of again", error.what());
  }
  if (state.empty() || !table.is_given("fingerprint")) {
    throw RuntimeError("{}: not whole; remove the file, and --resume trains what it told of again", source);
  }
  result.state = state == "done" ? TaskState::done : state == "failed" ? TaskState::failed : TaskState::set_aside;
  return result;
}

}  // namespace ampcf::sweep
