// One dvc.yaml from its document to resolved stages: vars, foreach, matrix, templates. Internal to
// resolve_file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/spec/dvc/repository.hpp"
#include "runner/spec/dvc/template.hpp"

namespace mlpipe::spec::dvc {

class Resolver {
 public:
  Resolver(const std::string& root, const std::string& path, const Config& config, Loaded& loaded);
  [[nodiscard]] Resolved run();

 private:
  using Shadows = std::vector<std::pair<std::string, Value>>;

  [[nodiscard]] bool read_document();
  void load_globals();
  bool load_vars(const Value& vars, const std::string& where, const std::string& folder,
                 const Shadows& shadows, Context& context);
  Status load_file(const std::string& item, const std::string& folder, Context& context);
  void top_level();
  void stages(const Value& stages);
  void foreach_stages(const Value& name, const Value& definition);
  void matrix_stages(const Value& name, const Value& definition);
  void instance(const Value& name, const std::string& full_name, const Value& body,
                const Shadows& shadows);
  void warn_of_shadows(const Value& name, bool with_key);

  // Parts of one stage.
  struct Part {
    const Context* context = nullptr;
    std::string where;   // "stages.build@1"
    std::string folder;  // the resolved wdir
  };
  void command(const Part& part, const Value& body, Stage& stage);
  void deps(const Part& part, const Value& body, Stage& stage);
  void params(const Part& part, const Value& body, Stage& stage);
  void outs(const Part& part, const Value& body, std::string_view section, OutKind kind,
            Stage& stage);
  void out(const Part& part, std::string_view section, const Value& path, const Value* flags,
           OutKind kind, Stage& stage);
  bool text(const Part& part, std::string_view key, const Value& value, std::string& result);

  void report(const Value& value, const std::string& where, const Error& error);
  [[nodiscard]] Mark mark(const Value& value) const { return {file_, value.line, value.column}; }

  const std::string& root_;
  const std::string& path_;
  std::string folder_;
  Loaded& loaded_;
  FlagStyle style_;
  std::uint32_t file_ = 0;
  Value document_;
  Context globals_;
  Resolved out_;
};

}  // namespace mlpipe::spec::dvc
