#include "runner/delta/location.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "runner/base/text.hpp"

namespace mlpipe::delta {
namespace {

constexpr std::string_view file_scheme = "file:";

// The length of "s3:" in "s3://bucket/a"; 0 where no scheme stands in front (RFC 3986, 3.1).
std::size_t scheme_length(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return 0;
  }
  const std::string_view name = uri.substr(0, colon);
  const bool is_name =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") ==
      std::string_view::npos;
  const bool letter_first = name.find_first_of("0123456789+-.") != 0;
  return is_name && letter_first ? colon + 1 : 0;
}

}  // namespace

std::string decode_uri(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* hex = text.data() + i + 1;
    if (text[i] == '%' && text.size() - i > 2 &&
        std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string comparable_path(std::string_view uri) {
  if (uri.starts_with(file_scheme)) {
    uri.remove_prefix(file_scheme.size());
    // The host of a file URI is empty or this machine.
    if (uri.starts_with("//")) {
      uri.remove_prefix(2);
      uri.remove_prefix(std::min(uri.find('/'), uri.size()));
    }
  }
  return decode_uri(uri);
}

Result<std::string> local_path(const std::string& root, const std::string& uri) {
  const auto scheme = scheme_length(uri);
  if (scheme > 0 && !uri.starts_with(file_scheme)) {
    return fail(Code::refused,
                fmt::format("the table refers to {}, and only files of this machine can be read; "
                            "copy the table here with its files",
                            printable(uri)));
  }
  return (std::filesystem::path(root) / comparable_path(uri)).lexically_normal().string();
}

}  // namespace mlpipe::delta
