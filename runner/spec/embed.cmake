# cmake -DIN=file -DOUT=file.cpp -P embed.cmake: the bytes of IN as the value of embedded::pipeline_schema().
# An array, not a literal: compilers need not take literals of more than 64 KiB.
file(READ "${IN}" bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE "${OUT}" "#include \"runner/spec/embedded.hpp\"

namespace mlpipe::spec::embedded {

std::string_view pipeline_schema() {
  static constexpr char bytes[] = {${bytes}};
  return {bytes, sizeof bytes};
}

}  // namespace mlpipe::spec::embedded
")
