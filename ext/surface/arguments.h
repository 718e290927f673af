// The arguments of a call, checked.

#ifndef FASTMIGRATE_SURFACE_ARGUMENTS_H_
#define FASTMIGRATE_SURFACE_ARGUMENTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sqlite/sqlite_api.h"

namespace fastmigrate {

// By position from 0; one that was left out is absent, which is not the same as NULL. An error
// names the argument and what it must be.
class Arguments {
 public:
  explicit Arguments(std::vector<sqlite3_value*> values) : values_(std::move(values)) {}

  size_t size() const { return values_.size(); }
  bool Has(size_t index) const { return index < values_.size() && values_[index] != nullptr; }

  // A non-empty text without NUL characters.
  Result<std::string> Text(size_t index, const std::string& name) const;
  // As Text(), of the argument dir: a folder, or a bundle, which is big and so not copied; it lasts
  // as long as the call. 'migrations' when it was left out.
  Result<std::string_view> FolderOrBundle(size_t index) const;
  // The same for `function`, which works on the folder itself: an error when it is a bundle.
  Result<std::string> Folder(size_t index, const std::string& function) const;
  // A whole number from 0 to 9999, of whatever type a driver binds it: 2, 2.0, '2'.
  Result<int> Version(size_t index, const std::string& name) const;
  Result<std::optional<int>> OptionalVersion(size_t index, const std::string& name) const;

 private:
  Result<std::string_view> View(size_t index, const std::string& name) const;

  std::vector<sqlite3_value*> values_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_ARGUMENTS_H_
