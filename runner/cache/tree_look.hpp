// Determines the content of a folder, or of what a pattern matches below it: lists, stats, hashes
// what is not known, builds the tree objects. Iterative, one open folder per level of work, however
// deep. Knows nothing of the index's file or of memoising.
#pragma once

#include <string>
#include <string_view>

#include "runner/cache/files.hpp"
#include "runner/cache/hash_file.hpp"
#include "runner/cache/ignore.hpp"
#include "runner/cache/known_files.hpp"
#include "runner/cache/object_store.hpp"
#include "runner/cache/seen.hpp"
#include "runner/cache/signature.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

// Bytes whose second hashing would take longer than FileClock::outwait().
constexpr std::uint64_t worth_waiting = 32U << 20U;

// What a look needs of its surroundings.
struct Surroundings {
  KnownFiles* known = nullptr;
  ObjectStore* store = nullptr;
  FileClock* clock = nullptr;
  Seen* seen = nullptr;  // nullptr: nobody wants to know what the look rests on
};

// Which entries count.
struct Selection {
  const Ignore* ignore = nullptr;  // nullptr: everything counts
  std::string pattern;  // empty: all below; else what matches, and all below matched folders
};
// False for what never counts in this folder: ignored entries; in the root our own and git's
// folder.
[[nodiscard]] bool counts(const Selection& selection, const std::string& folder, const Name& name);

// The folder `folder`, open as `fd`. missing: a pattern was given and nothing matches.
// Errors name the entry: changed, permission, invalid (a pipe, socket or device).
[[nodiscard]] Result<port::Content> look_tree(const Surroundings& around,
                                              const Selection& selection, Fd fd,
                                              const std::string& folder);

// Puts a tree object into the store where it is not there; a store that cannot be written to is no
// error.
Status keep_tree(ObjectStore& store, const Digest& digest, std::string_view bytes);
// What a look rests on, where somebody wants to know. The open folder is to be listed after this.
void see_folder(Seen* seen, int fd, const std::string& folder);
void see_file(Seen* seen, const std::string& path, const Signature& signature, Trust trust);
// What stands at `name`, or that nothing does.
void see_status(Seen& seen, int at, const std::string& name, const std::string& path);
// sha256 of a link's target text.
[[nodiscard]] Result<port::Content> look_link(int at, const std::string& name,
                                              const std::string& path);
[[nodiscard]] port::Content file_content(const Signature& signature, const Digest& digest);
[[nodiscard]] tl::unexpected<Error> no_content(const std::string& path);

}  // namespace mlpipe::cache
