#include "report/input/subjects.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/metrics_file.hpp"

#include <algorithm>

namespace ampcf::report {

namespace fs = std::filesystem;

namespace {

// "runs/amp4/" is amp4.
std::string folder_name(const fs::path& path) {
  const auto plain = path.lexically_normal();
  return plain.has_filename() ? plain.filename().string() : plain.parent_path().filename().string();
}

// "ials/metrics.json" is ials, "ials.json" is ials.
std::string metrics_label(const Metrics& metrics) {
  if (metrics.kind == "baseline") {
    return metrics.model;
  }
  const auto stem = metrics.json.stem().string();
  const auto folder = metrics.json.parent_path().filename().string();
  return stem == "metrics" && !folder.empty() ? folder : stem;
}

// Whether the metrics are of a model in the folder of the run. Paths are as they were given to the evaluator; those
// that are gone, or were relative to another place, are compared as text.
bool is_of(const Metrics& metrics, const Run& run) {
  const auto folder = fs::path(metrics.model).parent_path();
  std::error_code failed;
  return metrics.kind == "checkpoint" && (fs::equivalent(folder, run.path, failed) ||
                                          (folder / "").lexically_normal() == (run.path / "").lexically_normal());
}

void refuse(const std::string& first, const std::string& other, const char* what) {
  throw UsageError("{} and {} differ in {}: a report is about one", first, other, what);
}

// What is of a dataset: its path and the dataset's fingerprint.
std::vector<std::pair<std::string, std::string>> fingerprints(const std::vector<Subject>& subjects) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& subject : subjects) {
    if (subject.run && subject.run->best) {
      found.emplace_back(subject.run->path.string(), subject.run->best->dataset_fingerprint);
    }
    if (subject.metrics) {
      found.emplace_back(subject.metrics->json.string(), subject.metrics->dataset_fingerprint);
    }
  }
  return found;
}

void require_same_cases(const std::vector<Subject>& subjects) {
  const auto all = measured(subjects);
  for (const auto* const subject : all) {
    const auto& first = *all.front()->metrics;
    const auto& other = *subject->metrics;
    if (first.split != other.split) {
      refuse(first.json.string(), other.json.string(), "the split");
    }
    const auto cases = evaluation::MetricsFile(first.h5).cases();
    const auto other_cases = evaluation::MetricsFile(other.h5).cases();
    if (cases.positives != other_cases.positives) {
      refuse(first.json.string(), other.json.string(), "the test items");
    }
    if (cases.candidates != other_cases.candidates) {
      refuse(first.json.string(), other.json.string(), "the candidates");
    }
  }
}

template <typename Has>
std::vector<const Subject*> those_with(const std::vector<Subject>& subjects, Has&& has) {
  std::vector<const Subject*> found;
  for (const auto& subject : subjects) {
    if (has(subject)) {
      found.push_back(&subject);
    }
  }
  return found;
}

}  // namespace

void require_dataset(const std::vector<Subject>& subjects, const std::string& fingerprint, const std::string& path) {
  for (const auto& [its_path, its_fingerprint] : fingerprints(subjects)) {
    if (its_fingerprint != fingerprint) {
      refuse(path, its_path, "the dataset");
    }
  }
}

std::vector<const Subject*> measured(const std::vector<Subject>& subjects) {
  return those_with(subjects, [](const Subject& subject) { return subject.metrics.has_value(); });
}

std::vector<const Subject*> trained(const std::vector<Subject>& subjects) {
  return those_with(subjects, [](const Subject& subject) { return subject.run.has_value(); });
}

std::vector<Subject> read_subjects(const std::vector<std::string>& runs, const std::vector<std::string>& metrics) {
  std::vector<Subject> subjects;
  for (const auto& path : runs) {
    subjects.push_back({0, folder_name(path), read_run(path), std::nullopt});
  }
  for (const auto& path : metrics) {
    auto its = read_metrics(path);
    const auto owner = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& subject) {
      return subject.run && !subject.metrics && is_of(its, *subject.run);
    });
    if (owner != subjects.end()) {
      owner->metrics = std::move(its);
    } else {
      auto label = metrics_label(its);
      subjects.push_back({0, std::move(label), std::nullopt, std::move(its)});
    }
  }
  if (subjects.size() > kMostSubjects) {
    throw UsageError("{} runs and metrics: a report can show {}", subjects.size(), kMostSubjects);
  }
  for (std::size_t number = 0; number < subjects.size(); ++number) {
    subjects[number].number = number;
  }
  if (const auto found = fingerprints(subjects); !found.empty()) {
    require_dataset(subjects, found.front().second, found.front().first);
  }
  require_same_cases(subjects);
  return subjects;
}

}  // namespace ampcf::report
