// Every pipeline of the corpus: the good ones pass in silence, the bad ones are refused with
// exactly the expected words.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "runner/spec/schema.hpp"
#include "tests/spec/corpus.hpp"

namespace mlpipe::spec {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pipelines(const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry :
       fs::directory_iterator(fs::path(MLPIPE_SOURCE_DIR) / "tests/golden/pipelines" / folder)) {
    if (entry.path().extension() == ".yaml") {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(Corpus, GoodPipelinesPassInSilence) {
  const auto files = pipelines("good");
  EXPECT_GE(files.size(), 40U);
  for (const fs::path& path : files) {
    EXPECT_TRUE(judge(path).silent) << judge(path).rendered;
  }
}

TEST(Corpus, BadPipelinesAreRefusedInTheExpectedWords) {
  std::size_t count = 0;
  for (const char* folder : {"bad/schema", "bad/beyond"}) {
    for (const fs::path& path : pipelines(folder)) {
      const Judged judged = judge(path);
      EXPECT_TRUE(judged.refused) << path;
      fs::path expected = path;
      expected.replace_extension(".expected");
      ASSERT_TRUE(fs::exists(expected)) << expected << "\n" << judged.rendered;
      EXPECT_EQ(judged.rendered, file_text(expected)) << path;
      ++count;
    }
  }
  EXPECT_GE(count, 80U);
}

// Editors show the description of a property, also where it is a reference.
void expect_described(const nlohmann::json& document, const nlohmann::json& schema,
                      const std::string& where) {
  if (!schema.is_object()) {
    return;
  }
  const nlohmann::json properties = schema.value("properties", nlohmann::json::object());
  const nlohmann::json parts = schema.value("anyOf", nlohmann::json::array());
  for (const auto& [key, property] : properties.items()) {
    const nlohmann::json* target = &property;
    if (property.contains("$ref")) {
      const std::string ref = property["$ref"].get<std::string>();
      target = &document["definitions"].at(ref.substr(ref.rfind('/') + 1));
    }
    const bool condition = target->contains("const") && !target->contains("type");
    EXPECT_TRUE(condition || target->contains("description")) << where << "." << key;
    expect_described(document, property, where + "." + key);
  }
  for (const char* keyword : {"items", "additionalProperties"}) {
    if (schema.contains(keyword)) {
      expect_described(document, schema[keyword], where + "." + keyword);
    }
  }
  for (const auto& part : parts) {
    expect_described(document, part, where);
  }
}

TEST(PipelineSchema, EveryPropertyIsDescribed) {
  const auto document = nlohmann::json::parse(pipeline_schema());
  expect_described(document, document, "file");
  for (const auto& [name, definition] : document["definitions"].items()) {
    expect_described(document, definition, name);
  }
}

TEST(PipelineSchema, EveryMapWithNamedKeysRefusesOthers) {
  const auto document = nlohmann::json::parse(pipeline_schema());
  const auto walk = [](const auto& self, const nlohmann::json& node) -> void {
    if (node.is_object() && node.contains("properties") && node.value("type", "") == "object" &&
        !node.contains("if")) {
      EXPECT_TRUE(node.contains("additionalProperties")) << node.dump().substr(0, 200);
    }
    if (node.is_structured()) {
      for (const auto& child : node) {
        self(self, child);
      }
    }
  };
  walk(walk, document);
}

TEST(PipelineSchema, EveryDefinitionIsReached) {
  const auto document = nlohmann::json::parse(pipeline_schema());
  const auto set = SchemaSet::parse(pipeline_schema());
  ASSERT_TRUE(set) << set.error().message;
  for (const auto& [name, definition] : document["definitions"].items()) {
    EXPECT_NE(set->definition(name), nullptr) << name;
  }
}

TEST(PipelineSchema, IsTheFileOfTheSourceTree) {
  EXPECT_EQ(pipeline_schema(),
            file_text(fs::path(MLPIPE_SOURCE_DIR) / "schemas/pipeline.schema.json"));
}

TEST(Schema, RefusesWhatItDoesNotCheck) {
  for (const char* text :
       {R"({"uniqueItems": true})", R"({"$ref": "#/definitions/x"})", R"({"type": "date"})",
        R"({"pattern": "a{2}"})", R"({"pattern": "[a"})", R"({"enum": [1.5]})", "[", "true"}) {
    EXPECT_FALSE(SchemaSet::parse(text)) << text;
  }
}

}  // namespace
}  // namespace mlpipe::spec
