// Another program, run to its end.
//
// A migration script that is a program (0004-import.py, 0005-fetch.sh) is run by its interpreter:
//
//   Result<ProcessResult> run = RunProcess({"python3", path, db_path}, interrupted);
//   if (!run) return run.error();
//   if (run->exit_code != 0) return MakeError(run->error_tail);
//
// We are a guest in a host of any kind (Python, Node, Java, many threads), so that:
// - posix_spawn, not fork: it runs no handler of the host between fork and exec, and copies nothing
//   of a big heap;
// - the child gets standard input and output from /dev/null, standard error into our pipe, and no
//   other descriptor of the host, all signals at their default and none blocked;
// - it leads its own session, and with it its own process group: an interrupt ends all of it and
//   nothing else, and a prompt for a password fails at once, where a background process that asks
//   the terminal would be stopped, and we wait for ever;
// - the host's signal handlers and mask are neither read nor changed, and only our own child is
//   waited for.
//
// What it does not do: no shell and no quoting (argv is passed as it is), no time limit, no output,
// no environment of its own. What the program leaves running in the background is let live when the
// program itself has ended; its standard error then leads nowhere (SIGPIPE), so a daemon must
// redirect it. An interrupt does not reach what left the group (setsid). When the host dies, the
// program goes on, and with it what it was given to hold (kept_descriptor).
//
// On Windows, RunProcess always returns an error that says so.

#ifndef FASTMIGRATE_BASE_SUBPROCESS_H_
#define FASTMIGRATE_BASE_SUBPROCESS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace fastmigrate {

#ifdef _WIN32
inline constexpr bool kHasPrograms = false;
#else
inline constexpr bool kHasPrograms = true;
#endif

inline constexpr std::size_t kErrorTailBytes = 4096;

struct ProcessResult {
  int exit_code;  // -1 when a signal ended it
  int signal;     // 0 when it exited
  // The last kErrorTailBytes of standard error, from the start of a line where there is one,
  // without line ends at the end; NUL and what is not UTF-8 replaced by U+FFFD.
  std::string error_tail;
};

// Runs argv[0], looked up in PATH, with the whole of argv, and waits until it has ended. An error
// when it cannot be started, or when how it ended cannot be known (the host ignores SIGCHLD, or
// reaps all children).
//
// `interrupted` is asked before the start and then about every 20 ms. When it returns true, the
// program and all of its group get SIGTERM, what is left half a second later SIGKILL, and the error
// has kCodeInterrupt.
//
// The program inherits `kept_descriptor` too, unless it is -1: that of a lock (file_lock.h), so
// that the lock is held for as long as the program runs, even when this process is killed.
Result<ProcessResult> RunProcess(const std::vector<std::string>& argv,
                                 const std::function<bool()>& interrupted,
                                 int kept_descriptor = -1);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_SUBPROCESS_H_
