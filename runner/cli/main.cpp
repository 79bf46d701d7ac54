// The binary: the verb is looked at first, so that no verb pays for another.
#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::puts("mlpipe " MLPIPE_VERSION);
    return 0;
  }
  std::fputs("usage: mlpipe VERB [ARGUMENT...]\n", stderr);
  return 2;
}
