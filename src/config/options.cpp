#include "ampcf/config/options.hpp"

#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "config/description.hpp"
#include "config/text.hpp"

#include <fmt/ranges.h>
#include <boost/program_options.hpp>

#include <algorithm>

namespace ampcf::config {

namespace po = boost::program_options;

namespace {

constexpr std::size_t kUsageIndent = 9;  // behind "Usage: " and a little
constexpr const char* kConfig = "config";

template <typename T>
void require_inside(const T& value, const Range& range) {
  const auto number = static_cast<double>(value);
  if (!(number >= range.low && number <= range.high)) {
    throw UsageError("{} is out of range: expected {}", value, range.text);
  }
}

// Empty where the type of an integer ends sooner.
std::string text_of(const Range& range) { return range.high < kAny.high ? range.text : ""; }

}  // namespace

OptionTable::OptionTable(std::string program, std::string summary, std::string usage)
    : program_(std::move(program)), summary_(std::move(summary)), usage_(std::move(usage)) {
  begin_group("General");
  keep_out_of_config(add(kConfig, config_path_, "INI file with any of these options; the command line wins"));
  keep_out_of_config(add_choice("log-level", log_options_.level, LogOptions::levels(),
                                "what is said on stderr; with debug by every rank, else above rank 0 from warning on"));
  keep_out_of_config(add("log-file", log_options_.file,
                         "append it to this file too; a rank above 0 that has something to say, to FILE.rankN"));
}

void OptionTable::begin_group(std::string title) { groups_.push_back({std::move(title), {}}); }

Option& OptionTable::insert(Option option) {
  groups_.back().options.push_back(options_.size());
  options_.push_back(std::make_unique<Option>(std::move(option)));
  return *options_.back();
}

Option& OptionTable::add(const std::string& name, bool& value, const std::string& help) {
  Option option{.name = name, .placeholder = "true|false", .help = help, .default_text = value ? "true" : "false"};
  option.is_switch = true;
  option.assign = [&value](const std::string& text) { value = parse_bool(text); };
  option.text = [&value] { return value ? "true" : "false"; };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::int64_t& value, const std::string& help, const Range& range) {
  Option option{.name = name, .placeholder = "N", .help = help, .default_text = std::to_string(value)};
  option.assign = [&value, range](const std::string& text) {
    const auto parsed = parse_number<std::int64_t>(text, text_of(range));
    require_inside(parsed, range);
    value = parsed;
  };
  option.text = [&value] { return std::to_string(value); };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::uint64_t& value, const std::string& help, const Range& range) {
  Option option{.name = name, .placeholder = "N", .help = help, .default_text = std::to_string(value)};
  option.assign = [&value, range](const std::string& text) {
    const auto parsed = parse_number<std::uint64_t>(text, text_of(range));
    require_inside(parsed, range);
    value = parsed;
  };
  option.text = [&value] { return std::to_string(value); };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, double& value, const std::string& help, const Range& range) {
  Option option{.name = name, .placeholder = "X", .help = help, .default_text = fmt::format("{}", value)};
  option.assign = [&value, range](const std::string& text) {
    const auto parsed = parse_number<double>(text);
    require_inside(parsed, range);
    value = parsed;
  };
  option.text = [&value] { return fmt::format("{}", value); };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::optional<double>& value, const std::string& help,
                         const Range& range) {
  Option option{.name = name, .placeholder = "X", .help = help};
  option.assign = [&value, range](const std::string& text) {
    const auto parsed = parse_number<double>(text);
    require_inside(parsed, range);
    value = parsed;
  };
  option.text = [&value] { return value ? fmt::format("{}", *value) : ""; };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::string& value, const std::string& placeholder,
                         const std::string& help) {
  Option option{.name = name, .placeholder = placeholder, .help = help, .default_text = value};
  option.assign = [&value](const std::string& text) { value = text; };
  option.text = [&value] { return value; };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::filesystem::path& value, const std::string& help) {
  Option option{.name = name, .placeholder = "PATH", .help = help, .default_text = value.string()};
  option.is_path = true;
  option.assign = [&value](const std::string& text) {
    if (text.empty()) {
      throw UsageError("expected a path");
    }
    value = text;
  };
  option.text = [&value] { return value.string(); };
  return insert(std::move(option));
}

Option& OptionTable::add(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
                         const std::string& help) {
  Option option{.name = name, .placeholder = placeholder, .help = help};
  option.is_repeatable = true;
  option.assign = [&values](const std::string& text) { values.push_back(text); };
  option.clear = [&values] { values.clear(); };
  option.text = [&values] { return fmt::format("{}", fmt::join(values, " ")); };
  option.values = [&values] { return values; };
  return insert(std::move(option));
}

Option& OptionTable::add_duration(const std::string& name, std::uint64_t& seconds, const std::string& help) {
  Option option{.name = name,
                .placeholder = kDurationPlaceholder,
                .help = help,
                .default_text = seconds == 0 ? "" : describe_duration(seconds)};
  option.assign = [&seconds](const std::string& text) { seconds = parse_duration(text); };
  option.text = [&seconds] { return std::to_string(seconds); };
  return insert(std::move(option));
}

Option& OptionTable::add_choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                                const std::string& help) {
  const auto list = fmt::format("{}", fmt::join(choices, "|"));
  Option option{.name = name, .placeholder = list, .help = help, .default_text = value};
  option.assign = [&value, choices, list](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      throw UsageError("'{}' is unknown: expected {}", text, list);
    }
    value = text;
  };
  option.text = [&value] { return value; };
  return insert(std::move(option));
}

Option* OptionTable::find(const std::string& name) {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const auto& o) { return o->name == name; });
  return found == options_.end() ? nullptr : found->get();
}

std::vector<std::string> OptionTable::known_names() const {
  std::vector<std::string> names{"help", "version"};
  for (const auto& option : options_) {
    names.push_back(option->name);
  }
  return names;
}

std::string OptionTable::unknown(const std::string& name) const {
  const auto begin = name.substr(0, 80);
  return fmt::format("unknown option '{}'; the nearest known one is '{}' (--help lists all)", begin,
                     nearest(begin, known_names()));
}

void OptionTable::assign(Option& option, const std::string& text, const std::string& prefix) {
  try {
    option.assign(text);
  } catch (const UsageError& error) {
    throw UsageError("{}{}: {}", prefix, option.name, error.what());
  }
}

bool OptionTable::is_kept_out_of_config(const std::string& name) const {
  return std::any_of(options_.begin(), options_.end(),
                     [&](const auto& option) { return option->name == name && !option->is_resolved; });
}

bool OptionTable::is_given(const std::string& name) const {
  return std::find(given_.begin(), given_.end(), name) != given_.end();
}

void OptionTable::refuse_given(const std::vector<std::string>& names, const std::string& reason) const {
  for (const auto& name : names) {
    if (is_given(name)) {
      throw UsageError("--{} {}", name, reason);
    }
  }
}

bool OptionTable::parse(int argc, const char* const* argv, bool is_printer) {
  po::options_description description;
  for (const auto& option : options_) {
    auto* value = po::value<std::vector<std::string>>()->composing();
    if (option->is_switch) {
      value->implicit_value({"true"}, "true");
    }
    description.add_options()(option->name.c_str(), value);
  }
  description.add_options()("help", "")("version", "")("describe", po::value<std::vector<std::string>>());
  namespace style = po::command_line_style;
  const int words = style::allow_long | style::long_allow_adjacent | style::long_allow_next;  // no guessing, no -x
  const auto parsed = [&] {
    try {
      return po::command_line_parser(argc, argv).options(description).style(words).allow_unregistered().run();
    } catch (const po::error& error) {
      throw UsageError("{}", error.what());
    }
  }();

  const Option* before = nullptr;  // what a word without an option of its own follows
  for (const auto& item : parsed.options) {
    refuse_option_as_value(item.string_key, item.original_tokens);
    const bool is_bare = item.string_key.empty() || item.position_key >= 0;
    if (is_bare && !item.unregistered && before != nullptr && before->takes_many) {
      continue;
    }
    before = is_bare ? nullptr : find(item.string_key);
    if (item.unregistered || is_bare) {
      const auto& word = item.original_tokens.front();
      if (word.rfind("--", 0) == 0) {
        throw UsageError("{}", unknown(word.substr(2, word.find('=') - 2)));
      }
      throw UsageError("'{}' is not an option: every value follows its option, as in --seed 1", word);
    }
  }
  for (const auto& item : parsed.options) {
    const bool is_description = item.string_key == "describe";
    if (item.string_key == "help" || item.string_key == "version" || is_description) {
      const auto text = is_description              ? described(item.value.front())
                        : item.string_key == "help" ? help()
                                                    : fmt::format("{} {} (revision {}, {})\n", program_, version(),
                                                                  revision(), instruction_set());
      if (is_printer) {
        fmt::print("{}", text);
      }
      return false;
    }
  }
  for (const auto& item : parsed.options) {
    if (item.string_key == kConfig) {
      const auto& path = item.value.front();
      read_ini(read_text(path, "configuration file"), path);
    }
  }
  std::vector<std::string> on_command_line;
  for (const auto& item : parsed.options) {
    const bool is_bare = item.string_key.empty() || item.position_key >= 0;
    auto& option = *find(is_bare ? on_command_line.back() : item.string_key);
    const bool is_repeated = std::count(on_command_line.begin(), on_command_line.end(), option.name) > 0;
    if (is_repeated && !option.is_repeatable) {
      throw UsageError("--{} is given twice", option.name);
    }
    if (!is_repeated && option.clear) {
      option.clear();  // of what an INI file gave
    }
    on_command_line.push_back(option.name);
    assign(option, item.value.empty() ? "true" : item.value.front(), "--");
    given_.push_back(option.name);
  }
  require_all_given();
  settle_log_file();
  return true;
}

// Boost takes the next word as a value whatever it is, and so the next option where a value was forgotten.
void OptionTable::refuse_option_as_value(const std::string& name, const std::vector<std::string>& words) {
  const auto* option = find(name);
  if (option == nullptr || words.size() < 2 || !words[1].starts_with("--")) {
    return;
  }
  const auto found = words[1].substr(2, words[1].find('=') - 2);
  const auto names = known_names();
  if (std::find(names.begin(), names.end(), found) != names.end()) {
    throw UsageError("--{}: expected {}, found the option --{}", name, option->placeholder, found);
  }
}

void OptionTable::require_all_given() const {
  std::vector<std::string> missing;
  for (const auto& option : options_) {
    if (option->is_required && !is_given(option->name)) {
      missing.push_back(
          fmt::format("--{} is missing: expected {} {}", option->name, option->placeholder, option->help));
    }
  }
  if (!missing.empty()) {
    throw UsageError("{}", fmt::join(missing, "; "));
  }
}

void OptionTable::read_ini(const std::string& text, const std::string& source) {
  std::vector<std::string> seen;
  for (const auto& entry : parse_ini(text, source)) {
    const auto place = fmt::format("{}:{}: ", source, entry.line);
    auto* option = find(entry.key);
    if (option == nullptr) {
      throw UsageError("{}{}", place, unknown(entry.key));
    }
    if (entry.key == kConfig) {
      throw UsageError("{}'{}' stands on the command line alone: one file does not read another", place, entry.key);
    }
    if (!option->is_repeatable && std::count(seen.begin(), seen.end(), entry.key) > 0) {
      throw UsageError("{}'{}' is given twice", place, entry.key);
    }
    seen.push_back(entry.key);
    assign(*option, entry.value, place);
    given_.push_back(entry.key);
  }
}

std::string OptionTable::resolved() const {
  std::string text;
  for (const auto& option : options_) {
    const auto value = option->text();
    const bool is_unset = value.empty() && option->default_text.empty();
    if (option->is_resolved && !option->is_repeatable && !is_unset) {
      text += fmt::format("{} = {}\n", option->name, ini_value(value));
    }
  }
  return text;
}

std::string OptionTable::help() const {
  auto text = wrapped(fmt::format("{}: {}", program_, summary_), 0) + "\n" + wrapped("Usage: " + usage_, kUsageIndent);
  std::size_t width = 0;
  for (const auto& option : options_) {
    width = std::max(width, std::min<std::size_t>(34, option->name.size() + option->placeholder.size() + 5));
  }
  for (const auto& group : groups_) {
    text += "\n" + wrapped(group.title + ":", 2);
    for (const auto index : group.options) {
      const auto& option = *options_[index];
      const auto head = fmt::format("--{} {}", option.name, option.placeholder);
      auto body = option.help;
      if (option.is_required) {
        body += " (required)";
      } else if (!option.default_text.empty()) {
        body += fmt::format(" (default {})", option.default_text);
      }
      text += describe(head, body, width);
    }
    if (&group == &groups_.front()) {
      text += describe("--help", kHelpOfHelp, width) + describe("--version", kHelpOfVersion, width);
    }
  }
  const bool has_durations =
      std::any_of(options_.begin(), options_.end(), [](const auto& option) { return takes_duration(*option); });
  if (has_durations) {
    text += "\n" + wrapped(fmt::format("{} is written {}.", kDurationPlaceholder, kDurationForms), 0);
  }
  return text;
}

}  // namespace ampcf::config
