#include "training/status.hpp"

#include "ampcf/training/trainer.hpp"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <array>
#include <fstream>

namespace ampcf::training {

namespace {

std::string host_name() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return host.data();
}

std::int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void StatusFile::write(const Status& status) {
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (started_ == 0) {
    started_ = unix_time();
  } else if (status.step > last_step_ && seconds > 0.0) {
    steps_per_second_ = static_cast<double>(status.step - last_step_) / seconds;
  }
  last_ = now;
  last_step_ = status.step;
  next_ = now + kInterval;
  const auto positives = static_cast<double>(status.interactions) / static_cast<double>(status.steps_per_epoch);
  const nlohmann::ordered_json json{{"format", "ampcf-status"},
                                    {"version", 1},
                                    {"state", status.state},
                                    {"message", status.message},
                                    {"host", host_name()},
                                    {"process", getpid()},
                                    {"ranks", status.ranks},
                                    {"started", started_},
                                    {"updated", unix_time()},
                                    {"interval_seconds", kInterval.count()},
                                    {"epoch", status.epoch},
                                    {"epochs", status.epochs},
                                    {"epoch_step", status.epoch_step},
                                    {"steps_per_epoch", status.steps_per_epoch},
                                    {"step", status.step},
                                    {"positives_per_second", steps_per_second_ * positives},
                                    {"patience", status.patience},
                                    {"epochs_without_improvement", status.epochs_without_improvement}};
  auto fresh = path_;
  fresh += ".partial";
  std::ofstream stream(fresh, std::ios::binary);
  stream << json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  stream.close();
  std::error_code failed;
  if (stream) {
    std::filesystem::rename(fresh, path_, failed);
  }
  if (!stream || failed) {
    std::filesystem::remove(fresh, failed);
  }
}

bool StatusFile::says(const std::string& state) const {
  std::ifstream stream(path_);
  const auto json = nlohmann::json::parse(stream, nullptr, false);
  return json.is_object() && json.contains("state") && json["state"] == state;
}

void Trainer::tell_status(const std::string& state, const std::string& message) {
  if (communicator_.rank() != 0 || options_.plan.is_asked) {
    return;
  }
  if (status_ == nullptr) {
    status_ = std::make_unique<StatusFile>(directory_.path() / RunDirectory::kStatus);
    if (state == "finished" && status_->says(state)) {
      return;  // resuming a finished run changes nothing
    }
  }
  const auto& progress = state_->progress;
  status_->write({state, message, static_cast<std::uint64_t>(communicator_.size()), progress.epoch, last_epoch(),
                  progress.epoch_step, plan_->steps_per_epoch(), progress.step, dataset_->interaction_count(),
                  validation_->user_count() > 0 ? options_.patience : 0, progress.epochs_without_improvement});
}

void Trainer::tell_status_when_due() {
  if (status_ != nullptr && status_->is_due()) {
    tell_status("training");
  }
}

}  // namespace ampcf::training
