// A pipe for this process: no program that is started inherits an end of it, and reading it does
// not block. Not on Windows.

#ifndef FASTMIGRATE_BASE_PIPE_H_
#define FASTMIGRATE_BASE_PIPE_H_

#ifndef _WIN32

#include <utility>

#include "base/result.h"

namespace fastmigrate {

// Of a file; the destructor closes it.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { Close(); }

  void Close();
  int value() const { return value_; }  // -1 when closed

 private:
  int value_;
};

struct Pipe {
  Descriptor read_end;  // does not block
  Descriptor write_end;
};

Result<Pipe> OpenPipe();

}  // namespace fastmigrate

#endif  // _WIN32

#endif  // FASTMIGRATE_BASE_PIPE_H_
