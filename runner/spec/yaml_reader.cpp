#include "runner/spec/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string>

#include "runner/spec/yaml_builder.hpp"
#include "runner/spec/yaml_text.hpp"

namespace mlpipe::spec {
namespace {

// Thrown through the library's parser by our own handler when going on makes no sense; caught in
// read_yaml.
struct Stop {};

class Handler final : public YAML::EventHandler {
 public:
  explicit Handler(YamlBuilder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    go_on(builder_.start_document(place(mark)));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.null(place(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.alias(place(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    builder_.scalar(place(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    go_on(builder_.open(NodeKind::list, place(mark), tag, anchor));
  }
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    go_on(builder_.open(NodeKind::map, place(mark), tag, anchor));
  }
  void OnMapEnd() override { builder_.close(); }

  static YamlBuilder::Place place(const YAML::Mark& mark) {
    const auto whole = [](int value) { return static_cast<std::uint32_t>(value < 0 ? 0 : value); };
    return {whole(mark.pos), whole(mark.line) + 1, whole(mark.column) + 1};
  }

 private:
  static void go_on(bool wanted) {
    if (!wanted) {
      throw Stop{};
    }
  }
  YamlBuilder& builder_;
};

// The library's messages in words that say what to do.
struct Explained {
  std::string_view library;
  std::string_view message;
  std::string_view hint;
};
const Explained explanations[] = {
    {YAML::ErrorMsg::MAP_VALUE, "a `:` that cannot start a value here",
     "put quotes around text that holds `: `, or check the indentation of this line and the one "
     "above"},
    {YAML::ErrorMsg::MAP_KEY, "a key cannot stand here", "check the indentation of this line"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list item cannot stand here",
     "put it on a line of its own, indented with blanks to where the list belongs"},
    {YAML::ErrorMsg::END_OF_MAP, "this line does not belong to the map above it",
     "a key needs a `:` after it, and all keys of a map need the same indentation"},
    {YAML::ErrorMsg::END_OF_SEQ, "this line does not belong to the list above it",
     "items start with `- `, all at the same indentation"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a `{` is not closed", "add the missing `}` or `,`"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a `[` is not closed", "add the missing `]` or `,`"},
    {YAML::ErrorMsg::FLOW_END, "a closing bracket that does not match the one opened before it",
     "`[` is closed by `]`, `{` by `}`"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "no value can start with this character",
     "put quotes around the whole value"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation", "indent with blanks"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted text is not closed", "add the closing quote"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a document marker inside a quoted text",
     "add the closing quote before it"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "no anchor of this name stands before this alias",
     "define it first with `&name`, or put quotes around text that begins with `*`"},
    {YAML::ErrorMsg::INVALID_UNICODE, "an escape for a character that does not exist", ""},
    {YAML::ErrorMsg::INVALID_HEX, "an escape with a character that is no hexadecimal digit", ""},
    {YAML::ErrorMsg::INVALID_ESCAPE, "an unknown escape in double quotes",
     "write `\\\\` for a backslash, or use single quotes, where nothing is escaped"},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "two anchors on one value", "keep one of them"},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "two tags on one value", "keep one of them"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "a YAML version that is not known",
     "mlpipe reads YAML 1.2; remove the `%YAML` line"},
};

void explain(const YAML::Exception& error, const YamlBuilder& builder, std::uint32_t file,
             Diagnostics& diagnostics) {
  const YamlBuilder::Place place = Handler::place(error.mark);
  const bool placed = !error.mark.is_null();
  Mark mark = placed ? builder.mark(place) : Mark{file, 1, 1};
  if (placed && builder.tab_indents(place)) {
    diagnostics.error(mark, "a tab in the indentation", "YAML is indented with blanks only");
    return;
  }
  if (const auto reference = placed ? builder.bare_reference(place) : std::nullopt) {
    diagnostics.error(*reference, "`${...}` in a list or map in brackets needs quotes",
                      "write `\"${...}\"`, or put the entries on lines of their own");
    return;
  }
  const bool unclosed =
      error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  if (const auto opened = builder.open_flow(); unclosed && opened) {
    mark = *opened;
  }
  for (const Explained& known : explanations) {
    if (error.msg.starts_with(known.library)) {
      diagnostics.error(mark, std::string(known.message), std::string(known.hint));
      return;
    }
  }
  diagnostics.error(mark, fmt::format("not valid YAML: {}", error.msg));
}

}  // namespace

Node read_yaml(std::uint32_t file, std::string_view text, Diagnostics& diagnostics,
               const YamlLimits& limits) {
  if (!check_yaml_text(file, text, diagnostics)) {
    return Node{NodeKind::null, false, Mark{file, 1, 1}, {}, {}, {}};
  }
  YamlBuilder builder(file, text, limits, diagnostics);
  std::istringstream stream{std::string(text)};
  Handler handler(builder);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Stop&) {
    return builder.finish();
  } catch (const YAML::Exception& error) {
    explain(error, builder, file, diagnostics);
  }
  return builder.finish();
}

}  // namespace mlpipe::spec
