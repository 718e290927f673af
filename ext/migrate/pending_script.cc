#include "migrate/pending_script.h"

#include <optional>
#include <utility>

#include "migrate/text_cache.h"
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
    pending.script_.text_hash = TextHash(*text, true);
    pending.script_.checksum = ProgramChecksum(*text);
    return pending;
  }
  Result<SqlScript> script = ReadSqlScript(migration.name, std::move(*text));
  if (!script) return script.error();
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
  if (again->text_hash() != text_hash()) {
    return MakeError(migration_.Name() +
                     " was changed while it was about to be applied; try again");
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
  for (const PendingScript& script : scripts) names.push_back(script.migration().Name());
  return names;
}

TextHashes::TextHashes()
    : may_be_known_(KnowsTextHashes()), may_remember_(MayRememberTextHashes()) {}

Result<Digest> TextHashes::Of(const Migration& migration) {
  const bool is_program = migration.kind != MigrationKind::kSql;
  if (!migration.IsInFile()) return TextHash(migration.Text(), is_program);
  const Folder& folder = *migration.home->folder;
  const char* const name = migration.NulTerminatedName();
  if (may_be_known_) {
    if (std::optional<FileStamp> stamp = folder.StampOf(name)) {
      std::optional<Digest> known = KnownTextHash(*stamp, is_program);
      if (known) return *known;
    }
  }
  if (!may_remember_) {
    Digest hash;
    Status status =
        folder.Read(name, [&](std::string_view text) { hash = TextHash(text, is_program); });
    if (!status) return status.error();
    return hash;
  }
  std::string text;
  Result<std::optional<FileStamp>> stamp = folder.ReadStamped(name, &text);
  if (!stamp) return stamp.error();
  const Digest hash = TextHash(text, is_program);
  if (*stamp) RememberTextHash(**stamp, is_program, hash);
  return hash;
}

ReadScripts ReadSoundScripts(std::span<const Migration> migrations) {
  ReadScripts scripts;
  scripts.sound.reserve(migrations.size());
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

Result<std::vector<PendingScript>> ReadPendingScripts(std::span<const Migration> migrations) {
  ReadScripts scripts = ReadSoundScripts(migrations);
  if (!scripts.rest) return scripts.rest.error();
  return std::move(scripts.sound);
}

}  // namespace fastmigrate
