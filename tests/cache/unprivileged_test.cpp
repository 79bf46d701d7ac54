// What happens where the operating system refuses: the checks run in a child without root's rights
// and few descriptors.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::View;
using port::Content;

constexpr uid_t nobody = 65534;

// Runs `check` in a child process; it returns what was wrong, empty for nothing.
void in_child(const std::function<std::string()>& check) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string wrong = check();
    (void)!write(ends[1], wrong.data(), wrong.size());
    _exit(wrong.empty() ? 0 : 1);
  }
  close(ends[1]);
  const cache::Fd reading(ends[0]);
  const auto wrong = cache::read_all(reading.get(), "pipe");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << *wrong << " (status " << status << ")";
}

std::string become_nobody() {
  if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0)) {
    return "cannot drop root's rights";
  }
  return {};
}

std::string expect_permission(const Result<Content>& result, const std::string& named) {
  if (result) {
    return "no error";
  }
  const bool good = result.error().code == Code::permission &&
                    result.error().message.find(named) != std::string::npos;
  return good ? std::string() : result.error().message;
}

void open_to_all(const Workspace& space) {
  chmod(space.root().c_str(), 0755);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(space.root().c_str(), nobody, nobody), 0);
  }
}

TEST(Unprivileged, UnreadableEntriesAreNamed) {
  const Workspace space;
  space.write("files/secret", "s");
  space.write("folders/secret/x", "s");
  chmod(space.at("files/secret").c_str(), 0);
  chmod(space.at("folders/secret").c_str(), 0);
  open_to_all(space);
  in_child([&] {
    if (auto wrong = become_nobody(); !wrong.empty()) {
      return wrong;
    }
    auto store = space.store();
    cache::Index index(space.state(), space.root(), store);
    for (const auto& [path, named] :
         {std::pair("files", "files/secret"), std::pair("files/secret", "files/secret"),
          std::pair("folders", "folders/secret"), std::pair("files/*", "files/secret")}) {
      if (auto wrong = expect_permission(index.look(path, View::dependency), named);
          !wrong.empty()) {
        return std::string(path) + ": " + wrong;
      }
    }
    return std::string();
  });
  chmod(space.at("folders/secret").c_str(), 0700);
}

TEST(Unprivileged, ReadOnlyFolderKeepsItsFiles) {
  const Workspace space;
  space.write("readonly/out", "old");
  auto store = space.store();
  const auto digest = store.put("new");
  ASSERT_TRUE(digest);
  chmod(space.at("readonly").c_str(), 0555);
  open_to_all(space);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(space.at(".mlpipe/tmp").c_str(), nobody, nobody), 0);
  }
  in_child([&] {
    if (auto wrong = become_nobody(); !wrong.empty()) {
      return wrong;
    }
    const auto restored = store.restore("readonly/out", {port::EntryType::file, *digest, 3});
    if (restored || restored.error().code != Code::permission) {
      return restored ? std::string("restored") : restored.error().message;
    }
    return space.count(".mlpipe/tmp") == 0 ? std::string() : std::string("left a temporary file");
  });
  EXPECT_EQ(space.read("readonly/out"), "old");
}

// A cache that belongs to somebody else and cannot be written to still serves.
TEST(Unprivileged, ReadOnlyCacheServes) {
  const Workspace space;
  space.write("d/x", "data");
  auto store = space.store();
  const Content content = space.look("d");
  ASSERT_TRUE(store.put_path("d", content));
  std::filesystem::remove_all(space.at(".mlpipe/tmp"));
  open_to_all(space);
  in_child([&] {
    if (auto wrong = become_nobody(); !wrong.empty()) {
      return wrong;
    }
    cache::Index index(space.state(), space.root(), store);
    const auto again = index.look("d", View::output);
    if (!again || *again != content) {
      return again ? std::string("another content") : again.error().message;
    }
    return store.has_all(content) ? std::string() : std::string("not all there");
  });
}

TEST(Unprivileged, FewDescriptorsAreEnough) {
  const Workspace space;
  for (int i = 0; i < 200; ++i) {
    space.write("d/" + std::to_string(i) + "/a/b/c/x", std::to_string(i));
  }
  in_child([&] {
    const rlimit few{40, 40};
    if (setrlimit(RLIMIT_NOFILE, &few) != 0) {
      return std::string("cannot limit descriptors");
    }
    auto store = space.store();
    cache::Index index(space.state(), space.root(), store);
    const auto content = index.look("d", View::output);
    if (!content) {
      return content.error().message;
    }
    for (const Status& status :
         {store.put_path("d", *content), store.restore("copy", *content), index.save()}) {
      if (!status) {
        return status.error().message;
      }
    }
    const auto copy = index.look("copy", View::output);
    return copy && *copy == *content ? std::string() : std::string("the copy differs");
  });
}

}  // namespace
}  // namespace mlpipe
