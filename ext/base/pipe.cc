#include "base/pipe.h"

#ifndef _WIN32

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"

namespace fastmigrate {

void Descriptor::Close() {
  if (value_ >= 0) close(std::exchange(value_, -1));
}

Result<Pipe> OpenPipe() {
  int ends[2];
#ifdef __APPLE__  // has no pipe2
  bool open = pipe(ends) == 0;
  if (open) {
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  }
#else
  bool open = pipe2(ends, O_CLOEXEC) == 0;
#endif
  if (!open) return Error{kCodeIoError, "cannot open a pipe: " + Reason(errno)};
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
    return Error{kCodeIoError, "cannot set up a pipe: " + Reason(errno)};
  }
  return pipe;
}

}  // namespace fastmigrate

#endif  // _WIN32
