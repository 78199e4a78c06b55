#include "core/engine/session_impl.h"

#include <cstring>

namespace equi::engine {

Strip to_strip(const torch::Tensor& picture, ColumnRange columns, ColumnRange settled) {
  Strip result;
  result.columns = columns;
  result.settled = intersect(settled, columns);
  result.height = static_cast<int>(picture.size(0));
  result.width = static_cast<int>(picture.size(1));
  const auto bytes = picture.contiguous();
  result.pixels.resize(static_cast<std::size_t>(bytes.numel()));
  std::memcpy(result.pixels.data(), bytes.const_data_ptr(), result.pixels.size());
  return result;
}

void Session::Impl::changed() {
  open_entry.reset();
  for (auto& each : makers) each.forget();
}

void Session::Impl::open(const canvas::Extend& entry) {
  if (open_entry) return;
  document->execute(entry);
  open_entry = entry;
  open_made = 0;
}

void Session::Impl::make_column(const canvas::Extend& entry, FrameId frame, const std::stop_token& stop) {
  const auto token = maker(frame).next(state(), state().frame(frame).columns(), tokens_of(frame), stop);
  open(entry);
  document->append(frame, token);
}

bool Session::Impl::needs_context(FrameId frame) const {
  return !state().frame(frame).started() && (frame == FrameId::mirrored || state().photo.has_value());
}

void Session::Impl::make_context(const canvas::Extend& entry, const std::stop_token& stop) {
  if (!needs_context(entry.frame)) return;
  while (!state().photo && state().forward.columns() < composer.columns_before_mirroring())
    make_column(entry, FrameId::forward, stop);
  const auto context = composer.context_tokens(entry.frame, stop).contiguous();
  open(entry);
  document->append_context(entry.frame,
                           {context.const_data_ptr<float>(), static_cast<std::size_t>(context.numel())});
}

}  // namespace equi::engine
