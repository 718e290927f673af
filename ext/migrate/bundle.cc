#include "migrate/bundle.h"

#include <utf8.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "sql/source_excerpt.h"

namespace fastmigrate {
namespace {

Error ErrorAt(std::string_view json, size_t offset, std::string_view message) {
  return MakeError(MessageAt("bundle", json, offset, message));
}

// "forbidden character after backslash", of the parser's "... - invalid string: forbidden character
// after backslash; last read: '...'". Empty when it says something else.
std::string WhatOfString(std::string_view message) {
  constexpr std::string_view kHead = " - invalid string: ";
  size_t at = message.find(kHead);
  if (at == std::string_view::npos) return "";
  message = message.substr(at + kHead.size());
  return std::string(message.substr(0, message.find("; last read: ")));
}

// Takes the files out of the parser's events, so that a name that is there twice is seen and no
// tree of values is built, whose destructor allocates.
class BundleReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit BundleReader(std::string_view json) : json_(json) {}

  Result<std::vector<BundledFile>> Read() {
    nlohmann::json::sax_parse(json_.begin(), json_.end(), this);
    if (error_) return *error_;
    return std::move(files_);
  }

  bool start_object(size_t) override {
    if (expected_ == kText) return Fail(NotAText("an object"));
    expected_ = kFirstName;
    return true;
  }

  bool key(std::string& name) override {
    if (name.empty()) return Fail(MakeError("a name in the bundle is empty"));
    if (name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      name = name.substr(0, name.find('\0'));
      return Fail(MakeError("the bundle holds '" + name +
                            "'; a name in it is that of a file, without its folder"));
    }
    files_.push_back({std::move(name), ""});
    expected_ = kText;
    return true;
  }

  bool string(std::string& text) override {
    files_.back().text = std::move(text);
    expected_ = kNextName;
    return true;
  }

  bool end_object() override {
    expected_ = kNothing;
    return true;
  }

  bool null() override { return Fail(NotAText("null")); }
  bool boolean(bool value) override { return Fail(NotAText(value ? "true" : "false")); }
  bool number_integer(int64_t) override { return Fail(NotAText("a number")); }
  bool number_unsigned(uint64_t) override { return Fail(NotAText("a number")); }
  bool number_float(double, const std::string&) override { return Fail(NotAText("a number")); }
  bool binary(nlohmann::json::binary_t&) override { return Fail(NotAText("binary")); }
  bool start_array(size_t) override { return Fail(NotAText("an array")); }
  bool end_array() override { return true; }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception& exception) override {
    const size_t offset = std::min(position - 1, json_.size());
    if (offset == json_.size()) {
      return Fail(ErrorAt(json_, offset, "the JSON of the bundle is cut off here; " + Wanted()));
    }
    const std::string what = WhatOfString(exception.what());
    return Fail(ErrorAt(json_, offset, "malformed JSON: " + (what.empty() ? Wanted() : what)));
  }

 private:
  enum Expected { kFirstName, kText, kNextName, kNothing };

  bool Fail(Error error) {
    error_ = std::move(error);
    return false;
  }

  Error NotAText(const std::string& what) const {
    return MakeError("the text of " + files_.back().name + " in the bundle is " + what +
                     "; it must be a string, the script itself");
  }

  std::string Wanted() const {
    switch (expected_) {
      case kFirstName:
        return "expected the name of a script in double quotes, or }";
      case kText:
        return "expected a colon and the text of " + files_.back().name + " in double quotes";
      case kNextName:
        return "expected } or a comma and the next name in double quotes behind the text of " +
               files_.back().name;
      case kNothing:
        break;
    }
    return "expected nothing behind the } that ends the bundle";
  }

  std::string_view json_;
  std::vector<BundledFile> files_;
  Expected expected_ = kFirstName;
  std::optional<Error> error_;
};

Status RefuseTwins(const std::vector<BundledFile>& files) {
  std::vector<std::string_view> names;
  for (const BundledFile& file : files) names.push_back(file.name);
  std::sort(names.begin(), names.end());
  auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) return {};
  return MakeError("the bundle holds " + std::string(*twin) + " twice; remove or rename one");
}

}  // namespace

bool IsBundle(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

Result<std::vector<BundledFile>> ReadBundle(std::string_view json) {
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  const auto* invalid = utf8::find_invalid(json.data(), json.data() + json.size());
  if (auto valid = static_cast<size_t>(invalid - json.data()); valid < json.size()) {
    // The bytes behind it are not text either, so the excerpt stops there.
    return ErrorAt(json.substr(0, valid), valid,
                   "this byte is not valid UTF-8, which the text of a bundle must be");
  }
  Result<std::vector<BundledFile>> files = BundleReader(json).Read();
  if (!files) return files.error();
  if (Status status = RefuseTwins(*files); !status) return status.error();
  return files;
}

}  // namespace fastmigrate
