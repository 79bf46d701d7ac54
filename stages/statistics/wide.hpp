// Integers of 128 bits, for sums of ranks: exact where doubles would cancel.
#pragma once

namespace mlpipe::stages::statistics {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

}  // namespace mlpipe::stages::statistics
