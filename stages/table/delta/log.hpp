// The names of runner/delta, which reads the log without an engine, for the parts that need one.
#pragma once

#include "runner/delta/action.hpp"
#include "runner/delta/at.hpp"
#include "runner/delta/location.hpp"
#include "runner/delta/log_folder.hpp"
#include "runner/delta/replay.hpp"
#include "runner/delta/vector_path.hpp"

namespace mlpipe::stages::table::delta {

using mlpipe::delta::Action;
using mlpipe::delta::Add;
using mlpipe::delta::At;
using mlpipe::delta::AtTime;
using mlpipe::delta::AtVersion;
using mlpipe::delta::Checkpoint;
using mlpipe::delta::CommitInfo;
using mlpipe::delta::comparable_path;
using mlpipe::delta::decode_z85;
using mlpipe::delta::Latest;
using mlpipe::delta::list_log;
using mlpipe::delta::local_path;
using mlpipe::delta::LogFolder;
using mlpipe::delta::Metadata;
using mlpipe::delta::More;
using mlpipe::delta::parse_action;
using mlpipe::delta::parse_at;
using mlpipe::delta::Protocol;
using mlpipe::delta::read_commit;
using mlpipe::delta::Replay;
using mlpipe::delta::Sidecar;
using mlpipe::delta::split_at;
using mlpipe::delta::vector_path;
using mlpipe::delta::VectorDescriptor;

}  // namespace mlpipe::stages::table::delta
