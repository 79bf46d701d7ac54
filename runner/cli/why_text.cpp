#include "runner/cli/why_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "runner/base/text.hpp"
#include "runner/engine/line_diff.hpp"
#include "runner/report/line.hpp"
#include "runner/report/words.hpp"

namespace mlpipe::cli {
namespace {

using engine::Explanation;
using engine::Freshness;
using engine::Workspace;
using plan::Change;
using plan::ChangeKind;
using plan::ItemKind;
using report::clean_text;
using report::counted;

std::string moved(const std::string& then, const std::string& now) {
  return then.empty() ? now : now.empty() ? then : then + " -> " + now;
}

std::string ago(std::int64_t unix_ms, std::chrono::milliseconds now) {
  const auto age = now - std::chrono::milliseconds(unix_ms);
  constexpr std::chrono::milliseconds minute(60'000);
  constexpr std::chrono::hours day(24);
  if (age < std::chrono::milliseconds(0)) {
    return "by a clock that is ahead of this one";
  }
  if (age >= 2 * day) {
    return fmt::format("{} days ago", age / day);
  }
  return age < minute ? "less than a minute ago" : format_duration(age) + " ago";
}

std::string run_text(const cache::Action& action, const std::string& label,
                     std::chrono::milliseconds now) {
  std::string text = fmt::format("{} ({}), ", utc_text(action.time_ms), ago(action.time_ms, now));
  if (action.origin == cache::Origin::accepted) {
    return text + "accepted by hand: " + clean_text(action.note);
  }
  text += fmt::format("run {}, {} in {}", action.run_id, action.state,
                      format_duration(std::chrono::milliseconds(action.wall_ms)));
  return action.stage == label ? text : text + ", as stage " + clean_text(action.stage);
}

class Writer {
 public:
  Writer(const Workspace& workspace, const Explanation& explanation, std::chrono::milliseconds now)
      : workspace_(workspace),
        why_(explanation),
        label_(workspace.label(explanation.preview.id)),
        now_(now) {}

  std::string write() {
    head();
    if (why_.preview.freshness == Freshness::missing) {
      for (const std::string& path : why_.preview.restore) {
        line(2, path);
      }
    } else if (why_.preview.freshness != Freshness::blocked) {
      for (const Change& reason : why_.preview.reasons) {
        tell(reason);
      }
    }
    chains();
    tail();
    return std::move(text_);
  }

 private:
  void line(std::size_t indent, const std::string& text) {
    text_ += std::string(indent, ' ') + clean_text(text) + "\n";
  }

  void head() {
    const auto& preview = why_.preview;
    const bool own =
        std::any_of(preview.reasons.begin(), preview.reasons.end(),
                    [](const Change& reason) { return reason.kind != ItemKind::upstream; });
    switch (preview.freshness) {
      case Freshness::up_to_date:
        return line(0, why_.reused
                           ? fmt::format("{} is up to date since {}", label_,
                                         run_text(*why_.reused, label_, now_))
                           : fmt::format("{} is up to date: the lock file records this very result",
                                         label_));
      case Freshness::missing:
        return line(0, fmt::format("{} is up to date, but not all of its outputs are in place; a "
                                   "run writes them back:",
                                   label_));
      case Freshness::blocked:
        return line(0, fmt::format("{} cannot run: {}", label_, preview.problem));
      case Freshness::never_run:
        return line(0, fmt::format("{} would run: no good run of it is recorded here", label_));
      case Freshness::stale:
        return line(
            0, own ? fmt::format("{} would run:", label_)
                   : fmt::format("{} may run, if what lies above it brings anything new:", label_));
    }
  }

  void tell(const Change& reason) {
    switch (reason.kind) {
      case ItemKind::upstream:
        return;  // the chains say it
      case ItemKind::record:
        if (why_.preview.freshness != Freshness::never_run) {
          line(2, "no result of exactly these inputs is recorded");
        }
        return;
      case ItemKind::dep:
        return tell_dep(reason);
      case ItemKind::environment:
        return tell_environment(reason);
      case ItemKind::command:
        return tell_command(reason);
      case ItemKind::config:
      case ItemKind::env:
      case ItemKind::out:
        return line(2, with_values(report::reason_text(reason), reason));
      case ItemKind::force:
        return line(2, reason.item == "always_run"
                           ? "it always runs: `always_run`, or its kind asks for it"
                           : report::reason_text(reason));
      default:
        return line(2, report::reason_text(reason));
    }
  }

  static std::string with_values(const std::string& text, const Change& reason) {
    const std::string values = moved(reason.old_value, reason.new_value);
    return values.empty() ? text : text + ": " + values;
  }

  void tell_dep(const Change& reason) {
    const auto found =
        std::find_if(why_.deps.begin(), why_.deps.end(),
                     [&](const engine::DepChange& change) { return change.dep == reason.item; });
    if (found == why_.deps.end()) {
      return line(2, report::reason_text(reason));
    }
    const engine::TreeDiff& diff = found->diff;
    const std::string writer =
        found->written_by ? fmt::format(", which {} writes", workspace_.label(*found->written_by))
                          : "";
    if (diff.unread.empty() && diff.files.size() == 1 && diff.files[0].path == reason.item) {
      return line(2, fmt::format("{}{}: {}", report::reason_text(reason), writer,
                                 moved(diff.files[0].old_value, diff.files[0].new_value)));
    }
    line(2, fmt::format("{}{}: {} differ{}", report::reason_text(reason), writer,
                        counted(diff.count, "file"), diff.count == 1 ? "s" : ""));
    for (const engine::FileChange& file : diff.files) {
      line(4, fmt::format("{:<8}  {}  {}", plan::name(file.change), file.path,
                          moved(file.old_value, file.new_value)));
    }
    if (diff.count > diff.files.size()) {
      line(4, fmt::format("and {} more (--json names up to 1000)", diff.count - diff.files.size()));
    }
    for (const std::string& folder : diff.unread) {
      line(4, fmt::format("{}: its earlier listing is not in the store any more, so its files "
                          "cannot be compared",
                          folder));
    }
  }

  void tell_environment(const Change& reason) {
    for (const engine::PackageChange& change : why_.packages) {
      if (reason.item != "lock:" + change.lock) {
        continue;
      }
      if (change.moved.empty()) {
        return line(2, fmt::format("{} changed: {}", change.lock, change.unknown));
      }
      line(2, fmt::format("{} changed: {} moved", change.lock,
                          counted(change.moved.size(), "package")));
      for (const engine::Moved& package : change.moved) {
        line(4, fmt::format("{} {}", package.package,
                            package.old_version.empty() ? package.new_version + " (new)"
                            : package.new_version.empty()
                                ? package.old_version + " (gone)"
                                : package.old_version + " -> " + package.new_version));
      }
      return;
    }
    line(2, with_values("environment " + reason.item + " changed", reason));
  }

  void tell_command(const Change& reason) {
    if (reason.item != "cmd" || !why_.command) {
      return line(2, report::reason_text(reason));
    }
    line(2, "command changed:");
    for (const engine::DiffLine& one : engine::diff_lines(why_.command->then, why_.command->now)) {
      using Side = engine::DiffLine::Side;
      line(4, (one.side == Side::both ? "  " : one.side == Side::then ? "- " : "+ ") + one.text);
    }
  }

  void chains() {
    for (const engine::Chain& chain : why_.chains) {
      std::string text;
      for (const engine::Link& link : chain.links) {
        const std::string above = workspace_.label(link.above);
        text += link.through.empty()
                    ? fmt::format("it needs {0}: {0} runs first, because ", above)
                    : fmt::format("{} may change: {} runs first, because ", link.through, above);
      }
      text += !chain.problem.empty() ? "it is blocked: " + chain.problem : cause_text(chain);
      line(2, text);
    }
    if (why_.chain_count > why_.chains.size()) {
      line(2, fmt::format("and {} above with reasons of their own",
                          counted(why_.chain_count - why_.chains.size(), "more stage")));
    }
  }

  static std::string cause_text(const engine::Chain& chain) {
    if (chain.reasons.size() == 1 && chain.reasons[0].kind == ItemKind::record) {
      return "no good run of it is recorded";
    }
    std::vector<Change> reasons = chain.reasons;
    for (Change& reason : reasons) {
      if (reason.kind == ItemKind::environment) {  // a digest means nothing to a person
        reason.item = reason.item.rfind("lock:", 0) == 0 ? reason.item.substr(5) : reason.item;
        reason.old_value.clear();
        reason.new_value.clear();
      }
    }
    return report::reasons_text(reasons);
  }

  void tail() {
    const auto& preview = why_.preview;
    if (preview.freshness == Freshness::up_to_date || preview.freshness == Freshness::missing) {
      return;
    }
    if (workspace_.lowered[preview.id.index()].deploys) {
      line(2, "a deployment is decided by what its target holds: see `mlpipe deploy plan`");
    }
    if (!preview.key && preview.waits_for) {
      line(2, fmt::format("what else changed can be said once {} has run",
                          workspace_.label(*preview.waits_for)));
    }
    if (why_.last_unreadable) {
      line(2, "what it ran with cannot be read: it was recorded by another version");
    }
    if (why_.last) {
      line(2, "last good run: " + run_text(*why_.last, label_, now_));
    } else if (why_.locked) {
      line(2, "the lock file has a result of it, for other inputs than the present ones");
    }
  }

  const Workspace& workspace_;
  const Explanation& why_;
  const std::string& label_;
  std::chrono::milliseconds now_;
  std::string text_;
};

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string why_text(const Workspace& workspace, const Explanation& explanation,
                     std::chrono::milliseconds now) {
  return Writer(workspace, explanation, now).write();
}

}  // namespace mlpipe::cli
