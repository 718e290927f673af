// Virtual tables in a drafted script. Their rows are in tables that the module makes, in a table of
// the user's, or nowhere.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_
#define FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_

#include "author/draft_writer.h"
#include "base/result.h"
#include "schema/schema.h"

namespace fastmigrate {

Status DropVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                        const VirtualTable& table);

// A full-text index of the rows of another table is filled from it.
Status MakeVirtualTable(DraftWriter* writer, const VirtualTable& wanted);

// With its rows, where both the old one and the new one hold them.
Status RemakeVirtualTable(DraftWriter* writer, const Schema& wanted_schema, const VirtualTable& old,
                          const VirtualTable& wanted);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_VIRTUAL_TABLE_H_
