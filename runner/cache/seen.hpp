// What looks at the disk rested on: for each path its stat signature, or that nothing stood there.
// While all of that stands, the same looks give the same answers. Knows nothing of contents.
#pragma once

#include <string>
#include <vector>

#include "runner/cache/signature.hpp"

namespace mlpipe::cache {

class Seen {
 public:
  struct Entry {
    std::string path;     // relative to the root, or absolute
    Signature signature;  // of the entry itself, links not followed; all zero: nothing stands there
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // From now on. `temp_folder` lies in the state folder, whose file system tells the time.
  explicit Seen(std::string temp_folder) : clock_(std::move(temp_folder)) { clock_.tick(); }

  // Whose content was proven to belong to this signature.
  void proven(std::string path, const Signature& signature);
  // Was looked at after this record began: it stands for what was seen where it is old enough not
  // to have changed since. `fd`: open on the same file system.
  void present(std::string path, const Signature& signature, int fd);
  void absent(std::string path);
  // Something was seen that no signature can vouch for.
  void doubt() { sound_ = false; }

  // Sorted by path, each once. Empty where anything is in doubt, also a path that was seen in two
  // states.
  [[nodiscard]] std::vector<Entry> take();

 private:
  FileClock clock_;
  std::vector<Entry> entries_;
  bool sound_ = true;
};

}  // namespace mlpipe::cache
