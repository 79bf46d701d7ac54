# cmake -DIN=file -DOUT=file.cpp -P embed.cmake: the bytes of IN as the value of embedded::pipeline_schema().
file(READ "${IN}" text)
file(WRITE "${OUT}" "#include \"runner/spec/embedded.hpp\"

namespace mlpipe::spec::embedded {

std::string_view pipeline_schema() {
  return R\"schema_text(${text})schema_text\";
}

}  // namespace mlpipe::spec::embedded
")
