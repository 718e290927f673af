#include "faults/memory_injection.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

namespace fastmigrate {
namespace {

constexpr int kMostFrames = 48;

struct {
  bool armed = false;
  FaultPlan plan{};
  int64_t count = 0;
  bool failed = false;
  uint64_t generation = 0;  // of ArmFaults(): which allocations LiveNewBytes() means
  int64_t live_bytes = 0;
  bool remember_place = false;
  void* frames[kMostFrames];
  int frame_count = 0;
} state;

sqlite3_mem_methods default_methods;

bool Fails(FaultSource source) {
  if (!state.armed || state.plan.source != source) return false;
  ++state.count;
  if (state.plan.point == 0) return false;
  bool fails = state.plan.persistence == Persistence::kOnce ? state.count == state.plan.point
                                                            : state.count >= state.plan.point;
  if (fails && !state.failed && state.remember_place) {
    state.frame_count = backtrace(state.frames, kMostFrames);
  }
  state.failed = state.failed || fails;
  return fails;
}

void* SqliteMalloc(int size) {
  return Fails(FaultSource::kSqlite) ? nullptr : default_methods.xMalloc(size);
}

void* SqliteRealloc(void* memory, int size) {
  return Fails(FaultSource::kSqlite) ? nullptr : default_methods.xRealloc(memory, size);
}

// In front of each piece of memory.
struct alignas(std::max_align_t) Header {
  size_t size;
  uint64_t generation;  // 0: made while nothing was armed
};

void* New(size_t size) {
  if (Fails(FaultSource::kNew)) return nullptr;
  auto* header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) return nullptr;
  header->size = size;
  header->generation = state.armed ? state.generation : 0;
  if (state.armed) state.live_bytes += static_cast<int64_t>(size);
  return header + 1;
}

void* NewOrThrow(size_t size) {
  void* memory = New(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Delete(void* memory) {
  if (memory == nullptr) return;
  Header* header = static_cast<Header*>(memory) - 1;
  if (header->generation != 0 && header->generation == state.generation) {
    state.live_bytes -= static_cast<int64_t>(header->size);
  }
  std::free(header);
}

// Behind the place where this program was loaded; -1 when it is in a library.
ptrdiff_t OffsetInProgram(void* frame) {
  Dl_info program;
  Dl_info info;
  if (dladdr(&state, &program) == 0 || dladdr(frame, &info) == 0) return -1;
  if (info.dli_fbase != program.dli_fbase) return -1;
  // One less: the call, not what stands behind it.
  return static_cast<char*>(frame) - static_cast<char*>(info.dli_fbase) - 1;
}

bool PrintNameInProgram(void* frame) {
  ptrdiff_t offset = OffsetInProgram(frame);
  if (offset < 0) return false;
  char command[128];
  std::snprintf(command, sizeof command, "addr2line -Cfspe /proc/%d/exe 0x%tx 2>/dev/null",
                static_cast<int>(getpid()), offset);
  std::printf("    ");
  std::fflush(stdout);
  return std::system(command) == 0;
}

void PrintFrames(void* const* frames, int count) {
  for (int i = 0; i < count; ++i) {
    if (PrintNameInProgram(frames[i])) continue;
    std::fflush(stdout);
    backtrace_symbols_fd(frames + i, 1, STDOUT_FILENO);
  }
}

}  // namespace

void InstallSqliteAllocator(Lookaside lookaside) {
  sqlite3_shutdown();
  if (default_methods.xMalloc == nullptr) {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &default_methods);
  }
  sqlite3_mem_methods methods = default_methods;
  methods.xMalloc = SqliteMalloc;
  methods.xRealloc = SqliteRealloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  bool on = lookaside == Lookaside::kOn;
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, on ? 1200 : 0, on ? 40 : 0);
  sqlite3_initialize();
}

void ArmFaults(const FaultPlan& plan) {
  state.plan = plan;
  state.count = 0;
  state.failed = false;
  state.frame_count = 0;
  ++state.generation;
  state.live_bytes = 0;
  state.armed = true;
}

FaultReport DisarmFaults() {
  state.armed = false;
  return {state.count, state.failed};
}

int64_t LiveNewBytes() { return state.live_bytes; }

void RememberFaultPlace(bool on) {
  // The first call loads a library.
  if (on) backtrace(state.frames, kMostFrames);
  state.remember_place = on;
}

void PrintFaultPlace() { PrintFrames(state.frames, state.frame_count); }

void PrintPresentPlace() {
  void* frames[kMostFrames];
  PrintFrames(frames, backtrace(frames, kMostFrames));
}

void WriteProgramFrames(FILE* to) {
  void* frames[kMostFrames];
  int count = backtrace(frames, kMostFrames);
  for (int i = 0; i < count; ++i) {
    if (ptrdiff_t offset = OffsetInProgram(frames[i]); offset >= 0)
      std::fprintf(to, "0x%tx ", offset);
  }
}

std::vector<std::string> FunctionNames(const std::string& offsets) {
  std::vector<std::string> names;
  std::string command =
      "addr2line -Cfse /proc/" + std::to_string(getpid()) + "/exe " + offsets + " 2>/dev/null";
  FILE* lines = popen(command.c_str(), "r");
  if (lines == nullptr) return names;
  char* line = nullptr;
  size_t size = 0;
  // Each has two lines, its name and its place.
  for (int i = 0; getline(&line, &size, lines) > 0; ++i) {
    std::string name(line);
    constexpr std::string_view kAnonymous = "(anonymous namespace)::";
    for (size_t at; (at = name.find(kAnonymous)) != std::string::npos;) {
      name.erase(at, kAnonymous.size());
    }
    if (i % 2 == 0) names.push_back(name.substr(0, name.find_first_of("([\n")));
  }
  std::free(line);
  pclose(lines);
  return names;
}

}  // namespace fastmigrate

void* operator new(size_t size) { return fastmigrate::NewOrThrow(size); }
void* operator new[](size_t size) { return fastmigrate::NewOrThrow(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return fastmigrate::New(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return fastmigrate::New(size); }
void operator delete(void* memory) noexcept { fastmigrate::Delete(memory); }
void operator delete[](void* memory) noexcept { fastmigrate::Delete(memory); }
void operator delete(void* memory, size_t) noexcept { fastmigrate::Delete(memory); }
void operator delete[](void* memory, size_t) noexcept { fastmigrate::Delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { fastmigrate::Delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  fastmigrate::Delete(memory);
}
