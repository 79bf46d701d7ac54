// A repository with dvc.yaml opened as a workspace whose book is dvc.lock.
#pragma once

#include "runner/engine/workspace.hpp"

namespace mlpipe::engine::dvc {

class DvcBook;

// Whether these options mean a DVC project: asked for, or there and no pipeline of our own.
[[nodiscard]] bool is_meant(const OpenOptions& options);
[[nodiscard]] Result<Opened> open_workspace(const OpenOptions& options, const Host& host);
// The book of a workspace opened above; nullptr for any other.
[[nodiscard]] DvcBook* book_of(Workspace& workspace);

}  // namespace mlpipe::engine::dvc
