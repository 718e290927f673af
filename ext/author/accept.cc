#include "author/accept.h"

#include <string>

#include "migrate/ledger.h"
#include "migrate/pending_script.h"
#include "migrate/script_status.h"
#include "migrate/text_seal.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

Status AcceptEdit(const Database& db, int version, const Source& source) {
  const Migration* migration = source.Find(version);
  if (migration == nullptr) return source.HasNone(version);
  Result<PendingScript> script = PendingScript::Read(*migration, false);
  if (!script) return script.error();
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (version > ledger->version.value_or(0)) {
    return MakeError(migration->Name() +
                     " has not been applied, so that there is nothing to accept");
  }
  const HistoryRecord* record = ledger->Find(version);
  if (record == nullptr && IsLate(*ledger, *migration)) {
    return MakeError(migration->Name() +
                     " is late: the database passed its version without it, so that there is "
                     "nothing to accept; give it a number above the last script's");
  }
  if (record == nullptr) {
    return MakeError("there is no record of version " + std::to_string(version) +
                     " (another program brought the database there), so that no edit of " +
                     migration->Name() + " is noticed and none needs to be accepted");
  }
  HistoryRecord accepted = *record;
  accepted.name = migration->Name();
  accepted.checksum = Text(script->checksum());
  accepted.text_hash = Text(script->text_hash());
  if (Status status = CreateLedger(db); !status) return status;
  if (Status status = RecordText(db, accepted); !status) return status;
  if (Status status = SealTexts(db, *ledger->version); !status) return status;
  return transaction->Commit();
}

}  // namespace fastmigrate
