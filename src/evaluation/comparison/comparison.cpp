#include "ampcf/evaluation/comparison/comparison.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/comparison/paired_tests.hpp"
#include "ampcf/evaluation/metrics_file.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

void require_equal(const MetricsFile& first, const MetricsFile& other, const std::string& first_has,
                   const std::string& other_has, const char* what) {
  if (first_has != other_has) {
    throw UsageError("--compare: {} and {} differ in {} ({} and {}), so they cannot be compared user by user",
                     first.path().string(), other.path().string(), what, first_has, other_has);
  }
}

std::vector<MetricsFile> open_comparable(const std::vector<std::filesystem::path>& paths) {
  std::vector<MetricsFile> files;
  files.reserve(paths.size());
  for (const auto& path : paths) {
    files.emplace_back(path);
    const auto& first = files.front();
    const auto& file = files.back();
    require_equal(first, file, first.dataset_fingerprint(), file.dataset_fingerprint(), "the dataset's fingerprint");
    require_equal(first, file, first.split(), file.split(), "the split");
    require_equal(first, file, first.cases().positives, file.cases().positives, "the fingerprint of the test items");
    require_equal(first, file, first.cases().candidates, file.cases().candidates, "the fingerprint of the candidates");
    if (first.taste() != "none" && file.taste() != "none") {
      require_equal(first, file, first.taste(), file.taste(), "the taste space");
    }
  }
  return files;
}

bool is_repetition(const std::string& name) { return name.find("_recall@") != std::string::npos; }

// What any file has, in the order in which it first appears.
std::vector<std::string> known_metrics(const std::vector<MetricsFile>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) {
    for (const auto& name : file.columns()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::vector<std::string> chosen_metrics(const std::vector<MetricsFile>& files, const std::vector<std::string>& wanted) {
  auto known = known_metrics(files);
  for (const auto& name : wanted) {
    if (std::none_of(files.begin(), files.end(), [&](const MetricsFile& file) { return file.has(name); })) {
      throw UsageError(
          "no file has the metric '{}': expected one of {}, or one of a part of a slice, as in full_hr@10:taste:lesser",
          name, fmt::join(known, ", "));
    }
  }
  std::erase_if(known, is_repetition);
  return wanted.empty() ? known : wanted;
}

UserMean mean_of(const std::vector<double>& column) {
  UserMean mean;
  for (std::size_t user = 0; user < column.size(); ++user) {
    if (!std::isnan(column[user])) {
      mean.user.push_back(static_cast<std::uint32_t>(user));
      mean.value.push_back(column[user]);
    }
  }
  return mean;
}

// A difference that is to be tested, and where its result goes.
struct Pair {
  UserMean difference;
  std::vector<double> resampled;  // (resamples) means
  std::size_t metric;
  std::size_t file;
};

class Comparer {
 public:
  Comparer(const std::vector<MetricsFile>& files, Comparison& comparison) : files_(files), comparison_(comparison) {}

  void add(const std::string& name) {
    ComparedMetric row{name, {}};
    std::vector<double> first;
    for (std::size_t file = 0; file < files_.size(); ++file) {
      row.values.emplace_back();
      if (!files_[file].has(name)) {
        continue;
      }
      auto column = files_[file].column(name);
      require_users(files_[file], column.size());
      const auto mean = mean_of(column);
      if (mean.user.empty()) {
        continue;  // a part of a slice that nobody is in
      }
      row.values.back() = {mean.of(ones()), mean.user.size(), std::nullopt};
      if (file > 0 && !first.empty()) {
        std::transform(column.begin(), column.end(), first.begin(), column.begin(), std::minus<>());
        add_pair(mean_of(column), file);
      } else if (file == 0) {
        first = std::move(column);
      }
    }
    comparison_.metrics.push_back(std::move(row));
  }

  void test() {
    std::vector<std::uint32_t> weights(users_);
    for (std::uint64_t number = 0; number < comparison_.bootstrap.resamples; ++number) {
      draw_weights(comparison_.bootstrap.seed, number, weights);
      for (auto& pair : pairs_) {
        const double mean = pair.difference.of(weights);
        if (!std::isnan(mean)) {
          pair.resampled.push_back(mean);
        }
      }
    }
    for (const auto& pair : pairs_) {
      comparison_.metrics[pair.metric].values[pair.file]->difference =
          PairedDifference{pair.difference.of(ones()),
                           percentile_interval(pair.resampled, comparison_.bootstrap.level),
                           bootstrap_probability(pair.resampled),
                           wilcoxon_signed_rank(pair.difference.value),
                           1.0,
                           1.0,
                           pair.difference.user.size()};
    }
    correct();
  }

 private:
  [[nodiscard]] std::vector<std::uint32_t> ones() const { return std::vector<std::uint32_t>(users_, 1); }

  void require_users(const MetricsFile& file, std::uint64_t users) {
    if (users_ != 0 && users != users_) {
      throw DataError("{}: {} users, expected {} as in {}", file.path().string(), users, users_,
                      files_.front().path().string());
    }
    users_ = users;
  }

  void add_pair(UserMean difference, std::size_t file) {
    if (!difference.user.empty()) {
      pairs_.push_back({std::move(difference), {}, comparison_.metrics.size(), file});
    }
  }

  void correct() {
    std::vector<double> bootstrap;
    std::vector<double> wilcoxon;
    for (const auto& pair : pairs_) {
      const auto& difference = *comparison_.metrics[pair.metric].values[pair.file]->difference;
      bootstrap.push_back(difference.bootstrap);
      wilcoxon.push_back(difference.wilcoxon);
    }
    bootstrap = holm(bootstrap);
    wilcoxon = holm(wilcoxon);
    for (std::size_t number = 0; number < pairs_.size(); ++number) {
      auto& difference = *comparison_.metrics[pairs_[number].metric].values[pairs_[number].file]->difference;
      difference.bootstrap_holm = bootstrap[number];
      difference.wilcoxon_holm = wilcoxon[number];
    }
  }

  const std::vector<MetricsFile>& files_;
  Comparison& comparison_;
  std::uint64_t users_ = 0;
  std::vector<Pair> pairs_;
};

}  // namespace

Comparison compare(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& metrics,
                   const BootstrapRules& bootstrap) {
  const auto opened = open_comparable(files);
  Comparison comparison{files, bootstrap, {}};
  Comparer comparer(opened, comparison);
  for (const auto& name : chosen_metrics(opened, metrics)) {
    comparer.add(name);
  }
  comparer.test();
  return comparison;
}

}  // namespace ampcf::evaluation
