#include "migrate/pending_script.h"

#include <optional>
#include <utility>

#include "base/files.h"
#include "migrate/checksum_cache.h"
#include "migrate/source.h"
#include "sql/checksum.h"

namespace fastmigrate {
namespace {

constexpr size_t kKeptBytes = 4 << 20;

}  // namespace

Result<PendingScript> PendingScript::Read(const Migration& migration, bool keep_text) {
  Result<std::string> text = ReadText(migration);
  if (!text) return text.error();
  PendingScript pending;
  pending.migration_ = migration;
  if (pending.IsProgram()) {
    pending.checksum_ = ProgramChecksum(*text);
    return pending;
  }
  pending.text_hash_ = TextHash(*text);
  Result<SqlScript> script = ReadSqlScript(migration.name, std::move(*text));
  if (!script) return script.error();
  pending.checksum_ = script->checksum;
  pending.script_ = std::move(*script);
  pending.has_text_ = true;
  if (!keep_text) pending.DropText();
  return pending;
}

void PendingScript::DropText() {
  script_.text = std::string();
  has_text_ = false;
}

// Only the text: the steps point to the rest.
Status PendingScript::LoadText() {
  if (has_text_ || IsProgram()) return {};
  Result<PendingScript> again = Read(migration_, true);
  if (!again) return again.error();
  if (again->text_hash_ != text_hash_) {
    return MakeError(migration_.name + " was changed while it was about to be applied; try again");
  }
  script_.text = std::move(again->script_.text);
  has_text_ = true;
  return {};
}

void PendingScript::PlanWith(PragmaValues* values, bool has_file) {
  if (!IsProgram()) steps_ = PlanSteps(script_, values, has_file);
}

std::string ReachesOtherFile(const PendingScript& script) {
  for (const SpecialStatement& statement : script.sql().specials) {
    if (statement.kind == StatementKind::kAttach) return "ATTACH";
    if (statement.kind == StatementKind::kVacuum && statement.name == "into") return "VACUUM INTO";
  }
  return "";
}

std::vector<std::string> NamesOf(std::span<const PendingScript> scripts) {
  std::vector<std::string> names;
  for (const PendingScript& script : scripts) names.push_back(script.migration().name);
  return names;
}

Result<std::string> ReadChecksum(const Migration& migration) {
  std::optional<FileStamp> stamp;
  if (!migration.text) stamp = StampOf(migration.path);
  if (stamp) {
    std::optional<std::string> known = KnownChecksum(*stamp, migration.kind);
    if (known) return *known;
  }
  Result<PendingScript> script = PendingScript::Read(migration, false);
  if (!script) return script.error();
  // Not while it was read, either.
  if (stamp && StampOf(migration.path) == stamp) {
    RememberChecksum(*stamp, migration.kind, script->checksum());
  }
  return script->checksum();
}

ReadScripts ReadSoundScripts(const std::vector<Migration>& migrations) {
  ReadScripts scripts;
  size_t kept = 0;
  for (const Migration& migration : migrations) {
    Result<PendingScript> script = PendingScript::Read(migration, true);
    if (!script) {
      scripts.rest = script.error();
      break;
    }
    kept += script->sql().text.size();
    if (kept > kKeptBytes && !scripts.sound.empty()) {
      kept -= script->sql().text.size();
      script->DropText();
    }
    scripts.sound.push_back(std::move(*script));
  }
  return scripts;
}

Result<std::vector<PendingScript>> ReadPendingScripts(const std::vector<Migration>& migrations) {
  ReadScripts scripts = ReadSoundScripts(migrations);
  if (!scripts.rest) return scripts.rest.error();
  return std::move(scripts.sound);
}

}  // namespace fastmigrate
