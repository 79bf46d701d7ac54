// Each type names its fields once, for writing and reading alike, so that the two cannot differ.
// That no field is forgotten is tested: what is read back must equal the original.
#include "runner/spec/compiled.hpp"

#include <chrono>
#include <concepts>
#include <cstring>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mlpipe::spec {
namespace {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class Writer {
 public:
  template <class... Fields>
  void operator()(Fields&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <Plain T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void put(std::chrono::milliseconds& time) { put(time.count()); }
  template <class Tag>
  void put(Id<Tag>& id) {
    put(id.value);
  }
  template <class T>
  void put(std::vector<T>& items) {
    put(static_cast<std::uint32_t>(items.size()));
    for (T& item : items) {
      put(item);
    }
  }
  template <class T>
  void put(std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  template <class A, class B>
  void put(std::pair<A, B>& both) {
    put(both.first);
    put(both.second);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(T& value) { fields(*this, value); }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class... Fields>
  void operator()(Fields&... values) {
    (get(values), ...);
  }
  // Everything was there, and nothing more.
  [[nodiscard]] bool complete() const { return whole_ && rest_.empty(); }

 private:
  std::string_view cut(std::size_t size) {
    whole_ = whole_ && size <= rest_.size();
    const std::string_view bytes = rest_.substr(0, whole_ ? size : 0);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  template <Plain T>
  void get(T& value) {
    if (const std::string_view bytes = cut(sizeof value); whole_) {
      std::memcpy(&value, bytes.data(), sizeof value);
    }
  }
  void get(std::string& text) {
    std::uint32_t size = 0;
    get(size);
    text = cut(size);
  }
  void get(std::chrono::milliseconds& time) {
    std::chrono::milliseconds::rep count = 0;
    get(count);
    time = std::chrono::milliseconds(count);
  }
  template <class Tag>
  void get(Id<Tag>& id) {
    get(id.value);
  }
  template <class T>
  void get(std::vector<T>& items) {
    std::uint32_t count = 0;
    get(count);
    whole_ = whole_ && count <= rest_.size();  // each item takes a byte at least
    items.resize(whole_ ? count : 0);
    for (T& item : items) {
      get(item);
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (there && whole_) {
      get(value.emplace());
    }
  }
  template <class A, class B>
  void get(std::pair<A, B>& both) {
    get(both.first);
    get(both.second);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& value) { fields(*this, value); }

  std::string_view rest_;
  bool whole_ = true;
};

template <class Archive>
void fields(Archive& archive, Mark& v) {
  archive(v.file, v.line, v.column);
}
template <class Archive>
void fields(Archive& archive, Node::Key& v) {
  archive(v.text, v.mark);
}
template <class Archive>
void fields(Archive& archive, Node& v) {
  archive(v.kind, v.quoted, v.mark, v.text, v.keys, v.items);
}
template <class Archive>
void fields(Archive& archive, Out& v) {
  archive(v.path, v.role, v.caching, v.persist, v.mark);
}
template <class Archive>
void fields(Archive& archive, Dep& v) {
  archive(v.path, v.notebook, v.mark);
}
template <class Archive>
void fields(Archive& archive, Param& v) {
  archive(v.file, v.key, v.value);
}
template <class Archive>
void fields(Archive& archive, RetryOn& v) {
  archive(v.cause, v.exit_code);
}
template <class Archive>
void fields(Archive& archive, Retry& v) {
  archive(v.retries, v.on, v.backoff);
}
template <class Archive>
void fields(Archive& archive, Resources& v) {
  archive(v.cpus, v.memory, v.gpus);
}
template <class Archive>
void fields(Archive& archive, Checkpoint& v) {
  archive(v.path, v.keep);
}
template <class Archive>
void fields(Archive& archive, When::EnvIs& v) {
  archive(v.name, v.equals);
}
template <class Archive>
void fields(Archive& archive, When::StageIs& v) {
  archive(v.stage, v.states);
}
template <class Archive>
void fields(Archive& archive, When& v) {
  archive(v.branch, v.tag, v.changed, v.env, v.stage, v.mark);
}
template <class Archive>
void fields(Archive& archive, EnvSpec& v) {
  archive(v.pass, v.set, v.count);
}
template <class Archive>
void fields(Archive& archive, EnvironmentSpec& v) {
  archive(v.python, v.lock, v.tools, v.mark);
}
template <class Archive>
void fields(Archive& archive, Secret& v) {
  archive(v.name, v.source, v.from, v.optional, v.mark);
}
template <class Archive>
void fields(Archive& archive, Stage& v) {
  archive(v.name, v.group, v.pipeline, v.kind, v.mark, v.cmd, v.shell, v.working_dir, v.deps,
          v.outs, v.params, v.needs, v.needs_marks, v.env, v.environment, v.secrets, v.when,
          v.timeout, v.grace, v.retry, v.resources, v.checkpoint, v.max_age, v.seed, v.owners,
          v.desc, v.tags, v.cache, v.always_run, v.allow_failure, v.config);
}
template <class Archive>
void fields(Archive& archive, Storing& v) {
  archive(v.max_size, v.link, v.commit);
}
template <class Archive>
void fields(Archive& archive, Pipeline& v) {
  archive(v.name, v.path, v.lock_path, v.owners, v.params_file, v.params_json, v.profile,
          v.storing);
}
template <class Archive>
void fields(Archive& archive, Project& v) {
  archive(v.pipelines, v.stages);
}

}  // namespace

std::string compile(const Loaded& loaded) {
  std::vector<std::string> sources;
  for (const Sources::File& file : loaded.sources.files()) {
    sources.push_back(file.path);
  }
  // A writer changes nothing: the fields are named once for both directions.
  auto& project = const_cast<Project&>(loaded.project);
  auto& read = const_cast<std::vector<std::string>&>(loaded.files_read);
  auto& absent = const_cast<std::vector<std::string>&>(loaded.files_absent);
  Writer writer;
  bool reads_clock = loaded.reads_clock;
  writer(project, sources, read, absent, reads_clock);
  return writer.take();
}

std::optional<Loaded> load_compiled(std::string_view bytes) {
  Loaded loaded;
  std::vector<std::string> sources;
  Reader reader(bytes);
  reader(loaded.project, sources, loaded.files_read, loaded.files_absent, loaded.reads_clock);
  if (!reader.complete()) {
    return std::nullopt;
  }
  for (std::string& path : sources) {
    (void)loaded.sources.add(std::move(path), {});
  }
  return loaded;
}

}  // namespace mlpipe::spec
