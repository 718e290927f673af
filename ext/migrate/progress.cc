#include "migrate/progress.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "base/environment.h"

#ifdef _WIN32
#include "base/windows.h"
#else
#include <unistd.h>
#endif

namespace fastmigrate {
namespace {

#ifdef _WIN32
using windows::StandardErrorIsTerminal;
#else
bool StandardErrorIsTerminal() { return isatty(STDERR_FILENO) == 1; }
#endif

void WriteToStandardError(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// A name is a file's, and may hold what a terminal would obey.
std::string Printable(std::string_view name) {
  std::string printable(name);
  std::replace_if(
      printable.begin(), printable.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; },
      '?');
  return printable;
}

std::string Seconds(Progress::Clock::duration passed, int digits) {
  char text[32];
  const double seconds = std::chrono::duration<double>(passed).count();
  std::snprintf(text, sizeof text, "%.*f s", digits, seconds);
  return text;
}

}  // namespace

std::unique_ptr<Progress> Progress::FromEnvironment(
    const std::function<std::vector<std::string>()>& names) {
  if (EnvironmentVariable("FASTMIGRATE_PROGRESS") != "1") return nullptr;
  return std::make_unique<Progress>(names(),
                                    Output{WriteToStandardError, StandardErrorIsTerminal()});
}

Progress::Progress(std::vector<std::string> names, Output output)
    : names_(std::move(names)), output_(std::move(output)) {
  if (!output_.is_terminal) return;
  try {
    ticker_ = std::make_unique<Ticker>(output_.tick, [this] { WriteLive(); });
  } catch (const std::exception&) {
    // Without it there is no live line.
  }
}

void Progress::Begin(std::string_view name, size_t statements) noexcept {
  try {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto place = std::find(names_.begin(), names_.end(), name) - names_.begin() + 1;
    label_ = Printable(name) + " (" + std::to_string(place) + " of " +
             std::to_string(names_.size()) + ")";
    statements_ = statements;
    statement_ = 0;
    began_ = Clock::now();
    WriteLine(label_ + " begins");
  } catch (const std::exception&) {
    label_.clear();
  }
}

void Progress::End(bool succeeded) noexcept {
  try {
    std::lock_guard<std::mutex> lock(mutex_);
    if (label_.empty()) return;
    std::string line = label_ + (succeeded ? " ended after " : " failed after ");
    label_.clear();
    WriteLine(line + Seconds(Clock::now() - began_, 2));
  } catch (const std::exception&) {
    label_.clear();
  }
}

// Replaces the live line, if there is one.
void Progress::WriteLine(const std::string& text) {
  output_.write((is_live_line_shown_ ? "\r\x1B[K" : "") + ("fastmigrate: " + text + "\n"));
  is_live_line_shown_ = false;
}

// Called by the ticker's thread.
void Progress::WriteLive() noexcept {
  std::lock_guard<std::mutex> lock(mutex_);
  if (label_.empty()) return;
  try {
    std::string line = label_;
    if (statements_ > 0) {
      line += ", statement " + std::to_string(statement_.load(std::memory_order_relaxed) + 1) +
              " of " + std::to_string(statements_);
    }
    output_.write("\r\x1B[Kfastmigrate: " + line + ", " + Seconds(Clock::now() - began_, 0));
    is_live_line_shown_ = true;
  } catch (const std::exception&) {
    // The next one may succeed.
  }
}

}  // namespace fastmigrate
