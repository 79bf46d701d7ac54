#include "runner/engine/book.hpp"

namespace mlpipe::engine {

void BookDeleter::operator()(Book* book) const {
  delete book;
}

}  // namespace mlpipe::engine
