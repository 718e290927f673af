// Runs many points in child processes, and tells what came of them: for each function and kind of
// fault how many points were tried, which checks were violated, at which points first.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_CAMPAIGN_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_CAMPAIGN_H_

#include <functional>
#include <string>
#include <vector>

#include "faults/fault_check.h"

namespace fastmigrate {

struct CampaignOptions {
  bool all = false;  // every point, without a stride
  std::string only;  // a function
  std::string kind;
  int point = 0;  // one alone, verbosely

  // Ends the process when the arguments are wrong.
  static CampaignOptions Parse(int argc, char** argv);
  bool Wants(const std::string& function) const { return only.empty() || only == function; }
  bool WantsKind(const std::string& name) const { return kind.empty() || kind == name; }
};

struct Point {
  std::string function;
  std::string kind;
  int number;  // from 1
  std::function<std::vector<Violation>(const std::string& work, bool verbose)> run;
};

// A folder in memory when there is one, removed at the end; TMPDIR is in it.
class CampaignFolder {
 public:
  CampaignFolder();
  ~CampaignFolder();
  CampaignFolder(const CampaignFolder&) = delete;
  CampaignFolder& operator=(const CampaignFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Of the numbers 1 to count, `most` at even distances, the first and the last among them.
std::vector<int> Spread(int count, int most);

// Prints the summary, and "N passed, N failed" as its last line. The exit code of the process.
int RunCampaign(const CampaignOptions& options, const std::vector<Point>& points,
                const std::string& folder);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_CAMPAIGN_H_
