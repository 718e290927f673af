// Virtual tables in a drafted script. Their rows are in tables that the module makes, in a table of
// the user's, or nowhere.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_
#define FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_

#include <string>
#include <vector>

#include "author/draft_writer.h"
#include "base/result.h"
#include "schema/schema.h"

namespace fastmigrate {

Status DropVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                        const VirtualTable& table);

// The statements that rename it, and nothing of the user's with it.
std::vector<std::string> RenamesOf(const Schema& present, const Schema& wanted_schema,
                                   const VirtualTable& table, const Name& to);

// A full-text index of the rows of another table is filled from it. False: not yet, since what it
// is made of is not there; FillIndex() is to be tried again.
Result<bool> MakeVirtualTable(DraftWriter* writer, const VirtualTable& wanted);
Result<bool> FillIndex(DraftWriter* writer, const VirtualTable& table);

// With its rows, where both the old one and the new one hold them. False as MakeVirtualTable().
Result<bool> RemakeVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                                const VirtualTable& old, const VirtualTable& wanted);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_
