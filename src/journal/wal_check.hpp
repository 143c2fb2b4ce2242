// THE WRITE-AHEAD LOG, read before SQLite reads it. SQLite ends a log at its first frame that does
// not fit, which is right for a write that a crash cut short, and drops whatever stands behind it,
// which is wrong where a byte went bad in the middle: batches that were acknowledged would be gone
// without a word. Every append is one transaction and is synced before the next, so a crash leaves
// at most one transaction unfinished. Where more stand behind the first bad frame, it is damage.
//
// The format is https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
#pragma once

#include <string>

namespace earmark::journal {

/// Whether there is a log beside `path` and no database, or an empty one. SQLite would delete the
/// log. To be asked before the database is opened.
[[nodiscard]] bool log_without_journal(const std::string& path);

/// What is wrong with the log beside the database `path`, or an empty text: sound, torn at its end
/// by a crash, or not there. Reads the log once, a frame at a time; O(bytes). Not while another
/// connection writes.
[[nodiscard]] std::string damage_of_wal(const std::string& path);

}  // namespace earmark::journal
