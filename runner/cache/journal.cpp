#include "runner/cache/journal.hpp"

#include <fmt/core.h>

#include "runner/cache/action_codec.hpp"
#include "runner/cache/journal_file.hpp"

namespace mlpipe::cache {

struct Journal::Impl {
  JournalFile file;
  Durability durability;
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::open(const std::string& state_dir, Durability durability) {
  auto impl = std::make_unique<Impl>(Impl{JournalFile(state_dir), durability});
  TRY_OK(impl->file.load());
  return Journal(std::move(impl));
}

std::optional<Action> Journal::find(const Digest& fingerprint) const {
  return impl_->file.find(fingerprint);
}

std::optional<Action> Journal::last_of(const std::string& stage) const {
  return impl_->file.last_of(stage);
}

std::optional<std::chrono::milliseconds> Journal::last_wall(const std::string& stage) const {
  const auto wall = impl_->file.last_wall_ms(stage);
  return wall ? std::optional(std::chrono::milliseconds(*wall)) : std::nullopt;
}

Status Journal::append(const Action& action) {
  const std::string payload = encode(action);
  if (payload.size() > max_payload) {
    return fail(Code::invalid,
                fmt::format("the result of stage {} is too large for the journal ({} bytes); "
                            "declare folders instead of that many single files",
                            action.stage, payload.size()));
  }
  TRY_OK(impl_->file.append(payload));
  return impl_->durability == Durability::power ? flush() : Status();
}

Status Journal::refresh() {
  return impl_->file.refresh();
}

Result<std::size_t> Journal::keep_only(const std::function<bool(const Action&)>& wanted) {
  return impl_->file.keep_only(wanted);
}

Status Journal::flush() {
  return impl_->file.flush();
}

std::vector<Action> Journal::all() const {
  return impl_->file.all();
}

std::vector<std::string> Journal::warnings() const {
  return impl_->file.warnings();
}

}  // namespace mlpipe::cache
