#include <fmt/format.h>

#include "core/base/error.h"
#include "core/engine/session_impl.h"

namespace equi::engine {
namespace {

constexpr std::int64_t kShowEvery = 4;  // columns between two looks at a continuation

// One continuation that is tried.
struct Candidate {
  stream::StreamingDecoder decoder;
  stream::GeneratorState state;
  std::vector<float> tokens;  // [made * E]
};

// The tokens before the column where the continuations part, from the document or from a context that no
// extension has taken in yet.
FrameTokens known_tokens(Session::Impl& impl, FrameId frame, const std::stop_token& stop) {
  if (!impl.needs_context(frame)) return impl.tokens_of(frame);
  const std::int64_t needed = impl.composer.columns_before_mirroring();
  if (!impl.state().photo && impl.state().forward.columns() < needed) {
    throw Error(ErrorKind::bad_input, "variations",
                fmt::format("the left end needs {} columns on its right first", needed));
  }
  const auto context = impl.composer.context_tokens(frame, stop).contiguous();
  return [context](std::int64_t first, std::int64_t count) {
    const float* begin = context.const_data_ptr<float>();
    return std::vector<float>(begin + first * context.size(1), begin + (first + count) * context.size(1));
  };
}

}  // namespace

void Session::variations(std::int64_t column, std::int64_t count, std::span<const std::uint32_t> takes,
                         const std::function<void(std::size_t candidate, const Strip&)>& show,
                         const std::stop_token& stop) {
  auto& impl = *impl_;
  canvas::apply_command(state(), canvas::Regenerate{column, 1});  // throws where it cannot be
  if (count < 1 || count > canvas::kMaxColumns || takes.empty())
    throw Error(ErrorKind::bad_input, "variations", fmt::format("{} of {} columns", takes.size(), count));
  const FrameId frame = canvas::frame_of(column);
  const std::int64_t first = state().to_frame(frame, column);
  const stream::FrameMap map{state().frame_origin(frame), frame == FrameId::mirrored};
  const std::int64_t width = engine().token_width();
  const auto known = known_tokens(impl, frame, stop);
  auto& maker = impl.maker(frame);
  const auto start = maker.bookmark(state(), first, known, stop);

  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < takes.size(); ++i) {
    candidates.push_back(
        {{engine().model().tokenizer, engine().manifest().vae_norm, impl.composer.layout()}, start, {}});
  }
  const auto look = [&](Candidate& candidate, std::int64_t made) {
    const auto tokens = [&](ColumnRange c) {
      std::vector<float> row;
      if (c.begin < first) row = known(c.begin, std::min(c.end, first) - c.begin);
      const std::int64_t from = std::max<std::int64_t>(0, c.begin - first), to = c.end - first;
      if (to > from)
        row.insert(row.end(), candidate.tokens.begin() + from * width, candidate.tokens.begin() + to * width);
      return torch::from_blob(row.data(), {c.size(), width}).clone();
    };
    const auto columns = map.to_document(ColumnRange{first, first + made});
    const auto picture =
        stream::decode_document(candidate.decoder, map, first + made, columns, tokens, stop).pixels;
    return to_strip(picture, columns, {columns.begin, columns.begin});
  };
  for (std::int64_t made = 1; made <= count; ++made) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      auto& candidate = candidates[i];
      const auto token = maker.next_from(candidate.state, state(), first + made - 1, takes[i], stop);
      candidate.state = maker.remembered();
      candidate.tokens.insert(candidate.tokens.end(), token.begin(), token.end());
      const bool show_it = made == 1 || made == count || made % kShowEvery == 0;
      if (show_it && show) show(i, look(candidate, made));
    }
  }
}

}  // namespace equi::engine
