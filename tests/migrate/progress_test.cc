#include "migrate/progress.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <mutex>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace fastmigrate {
namespace {

// What was written; a reader can wait for a text in it.
class Screen {
 public:
  Progress::Output Output(bool is_terminal) {
    return {[this](std::string_view text) {
              std::lock_guard<std::mutex> lock(mutex_);
              text_ += text;
              written_.notify_all();
            },
            is_terminal, std::chrono::milliseconds(1)};
  }
  void WaitFor(const std::string& text) {
    std::unique_lock<std::mutex> lock(mutex_);
    written_.wait(lock, [&] { return text_.find(text) != std::string::npos; });
  }
  // With every time as 0.
  std::string Text() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::regex_replace(text_, std::regex("[0-9.]+ s"), "0 s");
  }

 private:
  std::mutex mutex_;
  std::condition_variable written_;
  std::string text_;
};

TEST(Progress, IsALineWhenAScriptBeginsAndOneWhenItEnds) {
  Screen screen;
  Progress progress({"0002-a.sql", "0003-b.py"}, screen.Output(false));
  EXPECT_EQ(screen.Text(), "");
  progress.Begin("0002-a.sql", 2);
  EXPECT_EQ(screen.Text(), "fastmigrate: 0002-a.sql (1 of 2) begins\n");
  progress.AtStatement(1);
  progress.End(true);
  progress.Begin("0003-b.py", 0);
  progress.End(false);
  EXPECT_EQ(screen.Text(),
            "fastmigrate: 0002-a.sql (1 of 2) begins\n"
            "fastmigrate: 0002-a.sql (1 of 2) ended after 0 s\n"
            "fastmigrate: 0003-b.py (2 of 2) begins\n"
            "fastmigrate: 0003-b.py (2 of 2) failed after 0 s\n");
}

TEST(Progress, OnATerminalIsALineThatReplacesItselfToo) {
  Screen screen;
  {
    Progress progress({"0002-a.sql", "0003-b.py"}, screen.Output(true));
    progress.Begin("0002-a.sql", 3);
    progress.AtStatement(1);
    screen.WaitFor("\r\x1B[Kfastmigrate: 0002-a.sql (1 of 2), statement 2 of 3, 0 s");
    progress.End(true);
    screen.WaitFor("\r\x1B[Kfastmigrate: 0002-a.sql (1 of 2) ended after ");
    progress.Begin("0003-b.py", 0);
    screen.WaitFor("\r\x1B[Kfastmigrate: 0003-b.py (2 of 2), 0 s");
    progress.End(true);
  }
  EXPECT_TRUE(screen.Text().ends_with("\r\x1B[Kfastmigrate: 0003-b.py (2 of 2) ended after 0 s\n"));
}

TEST(Progress, WritesNothingBetweenScripts) {
  Screen screen;
  {
    Progress progress({"0002-a.sql"}, screen.Output(true));
    progress.End(true);
  }
  EXPECT_EQ(screen.Text(), "");
}

TEST(Progress, GivesATerminalNothingThatItWouldObey) {
  Screen screen;
  Progress progress({"0002-\x1B[2J\n.sql"}, screen.Output(false));
  progress.Begin("0002-\x1B[2J\n.sql", 1);
  EXPECT_EQ(screen.Text(), "fastmigrate: 0002-?[2J?.sql (1 of 1) begins\n");
}

TEST(Progress, IsAskedForByTheEnvironment) {
  auto names = [] { return std::vector<std::string>{"0002-a.sql"}; };
  unsetenv("FASTMIGRATE_PROGRESS");
  EXPECT_EQ(Progress::FromEnvironment(names), nullptr);
  setenv("FASTMIGRATE_PROGRESS", "0", 1);
  EXPECT_EQ(Progress::FromEnvironment(names), nullptr);
  setenv("FASTMIGRATE_PROGRESS", "1", 1);
  EXPECT_NE(Progress::FromEnvironment(names), nullptr);
  unsetenv("FASTMIGRATE_PROGRESS");
}

}  // namespace
}  // namespace fastmigrate
