#pragma once

#include "ampcf/core/log_options.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ampcf::config {

/// Closed interval that a number must lie in; the text is what --help and errors say of it.
struct Range {
  double low;
  double high;
  std::string text;
};

inline const Range kAny{-1e300, 1e300, ""};
inline const Range kPositive{1e-300, 1e300, "above 0"};
inline const Range kNotNegative{0.0, 1e300, "0 or more"};
inline const Range kFraction{0.0, 1.0, "0 to 1"};
inline const Range kAtLeastOne{1.0, 1e300, "1 or more"};

/// One row of an option table: where the value goes, how it is read from text and written back.
struct Option {
  std::string name{};         // as on the command line, without dashes
  std::string placeholder{};  // N, X, PATH, true|false, a|b
  std::string help{};
  std::string default_text{};  // empty: none
  bool is_switch = false;      // bare means true
  bool is_repeatable = false;
  bool takes_many = false;  // several values may follow it on the command line: --name A B C
  bool is_required = false;
  bool is_path = false;     // or paths: --log-file is none of them
  bool is_resolved = true;  // part of resolved(), that is of config.ini; false for --resume and its like
  std::function<void(const std::string&)> assign{};    // throws UsageError("expected ...") on bad text
  std::function<void()> clear{};                       // of a repeatable one: forgets its values
  std::function<std::string()> text{};                 // present value, as assign() reads it
  std::function<std::vector<std::string>()> values{};  // of a repeatable one: its present values
  std::vector<std::string> own_files{};  // of a directory: the files there that are ours, *.h5 for all that end so
};

/// Throws UsageError where `output`, the value of --output, leads to the same file as the value `other` of the option
/// `name`, be it there yet or not.
void require_other_file(const std::filesystem::path& output, const std::string& name,
                        const std::filesystem::path& other);

/// Throws UsageError where `log`, the value of --log-file, leads to the same file as the value `other` of an option.
void require_other_log(const std::filesystem::path& log, const std::string& name, const std::filesystem::path& other);

/// The one table that feeds command line, INI file, --help and the checkpoint's `config`.
/// A default is what the bound variable holds when it is added, so it is written once, in the options struct of its
/// room.
class OptionTable {
 public:
  OptionTable(std::string program, std::string summary, std::string usage);

  void begin_group(std::string title);
  Option& add(const std::string& name, bool& value, const std::string& help);
  Option& add(const std::string& name, std::int64_t& value, const std::string& help, const Range& range = kAny);
  Option& add(const std::string& name, std::uint64_t& value, const std::string& help,
              const Range& range = kNotNegative);
  Option& add(const std::string& name, double& value, const std::string& help, const Range& range = kAny);
  Option& add(const std::string& name, std::optional<double>& value, const std::string& help,
              const Range& range = kAny);
  Option& add(const std::string& name, std::string& value, const std::string& placeholder, const std::string& help);
  Option& add(const std::string& name, std::filesystem::path& value, const std::string& help);
  Option& add(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
              const std::string& help);
  /// A length of time in whole seconds, written 90, 90s, 10m, 1h30m or HH:MM:SS; 0 is none.
  Option& add_duration(const std::string& name, std::uint64_t& seconds, const std::string& help);
  Option& add_choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                     const std::string& help);
  /// A switch or path of this run alone, kept out of resolved().
  static void keep_out_of_config(Option& option) { option.is_resolved = false; }
  /// Whether an option is known, and kept out.
  [[nodiscard]] bool is_kept_out_of_config(const std::string& name) const;

  /// Reads the command line and, before it in precedence, the file of --config. Returns false when --help, --version
  /// or --describe FORM was asked for and printed to stdout (only where `is_printer`). Throws UsageError, also where
  /// --log-file is the file of another option or one of its own_files.
  [[nodiscard]] bool parse(int argc, const char* const* argv, bool is_printer = true);

  /// Reads INI text (`key = value`, `#` or `;` comments, no sections), any option but --config; `source` is the name in
  /// errors. Throws UsageError beginning `SOURCE:LINE: `.
  void read_ini(const std::string& text, const std::string& source);

  /// Whether the command line or an INI file gave this option.
  [[nodiscard]] bool is_given(const std::string& name) const;

  /// Throws UsageError for the first of these options that is given: "--NAME REASON".
  void refuse_given(const std::vector<std::string>& names, const std::string& reason) const;

  /// require_other_file() for every path of every other option.
  void require_other_files(const std::filesystem::path& output) const;

  /// All resolved options as INI text that read_ini accepts.
  [[nodiscard]] std::string resolved() const;

  [[nodiscard]] std::string help() const;

  /// The same for other readers, what --describe prints: `form` is man (a manual page), markdown (the tables of the
  /// program's page) or bash (a completion). Throws UsageError.
  [[nodiscard]] std::string described(const std::string& form) const;

  [[nodiscard]] const std::string& program() const { return program_; }
  /// Of --log-level and --log-file, which every program has.
  [[nodiscard]] const LogOptions& log_options() const { return log_options_; }

 private:
  Option& insert(Option option);
  Option* find(const std::string& name);
  [[nodiscard]] std::vector<std::string> known_names() const;
  [[nodiscard]] std::string unknown(const std::string& name) const;
  void assign(Option& option, const std::string& text, const std::string& prefix);
  void refuse_option_as_value(const std::string& name, const std::vector<std::string>& words);
  void require_all_given() const;
  void settle_log_file();

  struct Group {
    std::string title;
    std::vector<std::size_t> options;
  };
  std::string program_;
  std::string summary_;
  std::string usage_;
  std::filesystem::path config_path_;
  LogOptions log_options_;
  std::vector<std::unique_ptr<Option>> options_;
  std::vector<Group> groups_;
  std::vector<std::string> given_;
};

}  // namespace ampcf::config
