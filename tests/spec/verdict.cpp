// verdict FILE...: "accepted FILE" or "refused FILE" for each, from the YAML reader and the
// validator alone. verdict --render FILE: what people are shown instead.
#include <cstdio>
#include <string>
#include <vector>

#include "tests/spec/corpus.hpp"

int main(int count, char** arguments) {
  const std::vector<std::string> files(arguments + 1, arguments + count);
  const bool render = !files.empty() && files[0] == "--render";
  for (std::size_t i = render ? 1 : 0; i < files.size(); ++i) {
    const mlpipe::spec::Judged judged = mlpipe::spec::judge(files[i]);
    if (render) {
      std::fputs(judged.rendered.c_str(), stdout);
    } else {
      std::printf("%s %s\n", judged.refused ? "refused" : "accepted", files[i].c_str());
    }
  }
  return 0;
}
