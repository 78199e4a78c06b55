#include "core/stream/streaming_decoder.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace equi::stream {
namespace {

constexpr std::size_t kKeptWindows = 4;  // beyond those of the batch at hand

std::string key_of(const torch::Tensor& tokens) {
  const auto flat = tokens.to(torch::kCPU).contiguous();
  const auto* data = static_cast<const std::byte*>(flat.const_data_ptr());
  return sha256_hex({data, flat.nbytes()});
}

void require_finite(const torch::Tensor& pixels, ColumnRange window) {
  if (torch::isfinite(pixels).all().item<bool>()) return;
  throw Error(ErrorKind::numeric, fmt::format("columns {} to {}", window.begin, window.end - 1),
              "the decoded pixels are not finite");
}

void require_inside(ColumnRange extent, ColumnRange span) {
  if (span.begin >= extent.begin && span.end <= extent.end && span.size() >= 1) return;
  throw Error(
      ErrorKind::bad_input, "columns",
      fmt::format("{} to {} are not within {} to {}", span.begin, span.end, extent.begin, extent.end));
}

}  // namespace

StreamingDecoder::StreamingDecoder(model::Tokenizer tokenizer, double vae_norm, const WindowLayout& layout,
                                   std::int64_t windows_per_batch)
    : StreamingDecoder(std::make_shared<WindowDecoder>(std::move(tokenizer)), vae_norm, layout,
                       windows_per_batch) {}

StreamingDecoder::StreamingDecoder(std::shared_ptr<WindowDecoder> windows, double vae_norm,
                                   const WindowLayout& layout, std::int64_t windows_per_batch)
    : windows_(std::move(windows)),
      vae_norm_(vae_norm),
      layout_(layout),
      windows_per_batch_(windows_per_batch) {
  validate(layout);
  if (windows_per_batch < 1) {
    throw Error(ErrorKind::bad_input, "decoder", fmt::format("{} windows at a time", windows_per_batch));
  }
}

// Tokens of windows of one length.
void StreamingDecoder::decode_batch(const std::vector<Request>& requests) {
  std::vector<torch::Tensor> rows;
  for (const auto& request : requests) rows.push_back(request.tokens);
  const auto batch = std::make_shared<DecodedWindows>(windows_->decode(torch::stack(rows) / vae_norm_));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    cache_.push_front({requests[i].key, batch, static_cast<std::int64_t>(i), {}});
    ++windows_decoded_;
  }
}

// The pixels of a window that is asked for; what its batch still holds of others is let go.
const torch::Tensor& StreamingDecoder::settle(ColumnRange window, CachedWindow& cached) {
  if (!cached.pixels.defined()) {
    const auto& all = cached.batch->pixels();
    const auto own = all.size(0) == 1 ? all[0] : all[cached.index].clone();
    require_finite(own, window);
    cached.pixels = own;
    cached.batch.reset();
  }
  return cached.pixels;
}

// Decodes what is not in the cache in batches of windows of equal length.
void StreamingDecoder::prepare(const std::vector<ColumnRange>& windows, const TokenSource& tokens,
                               const std::stop_token& stop,
                               const std::function<void(ColumnRange, CachedWindow&)>& found) {
  std::vector<Request> waiting;
  const auto look = [&](const std::string& key) {
    const auto at = std::ranges::find(cache_, key, &CachedWindow::key);
    if (at != cache_.end()) cache_.splice(cache_.begin(), cache_, at);
    return at != cache_.end();
  };
  const auto flush = [&] {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    if (!waiting.empty()) decode_batch(waiting);
    for (const auto& request : waiting) {
      look(request.key);
      found(request.window, cache_.front());
    }
    waiting.clear();
  };
  for (const auto& window : windows) {
    Request request{window, tokens(window).to(torch::kFloat32), {}};
    request.key = key_of(request.tokens);
    if (look(request.key)) {
      found(window, cache_.front());
      continue;
    }
    const bool fits = static_cast<std::int64_t>(waiting.size()) < windows_per_batch_ &&
                      (waiting.empty() || waiting.front().window.size() == window.size());
    if (!fits) flush();
    waiting.push_back(std::move(request));
  }
  flush();
  while (cache_.size() > kKeptWindows + static_cast<std::size_t>(windows_per_batch_)) cache_.pop_back();
}

void StreamingDecoder::decode_ahead(ColumnRange extent, ColumnRange span, const TokenSource& tokens) {
  const torch::InferenceMode inference;
  const WindowPlan plan(layout_, extent);
  require_inside(extent, span);
  const ColumnRange settled{span.begin, std::min(span.end, plan.settled_end())};
  if (settled.size() < 1) return;
  prepare(plan.windows(settled), tokens, {}, [](ColumnRange, CachedWindow&) {});
}

const torch::Tensor& StreamingDecoder::find(ColumnRange window) const {
  return std::ranges::find(ready_, window, [](const auto& pair) { return pair.first; })->second;
}

torch::Tensor StreamingDecoder::compose(const Piece& piece) const {
  const std::int64_t px = windows_->config().column_pixels();
  const auto cut = [&](ColumnRange window) {
    return find(window).narrow(2, (piece.columns.begin - window.begin) * px, piece.columns.size() * px);
  };
  auto shown = cut(piece.window);
  if (!piece.fades()) return shown;
  // The middle of pixel x of a ramp of n pixels has weight (x + 1/2) / n.
  const std::int64_t first = (piece.columns.begin - piece.fade.begin) * px;
  const auto weight = (torch::arange(first, first + shown.size(2), torch::kFloat32) + 0.5) /
                      static_cast<double>(piece.fade.size() * px);
  const auto previous = cut(piece.previous);
  return previous + (shown - previous) * weight.to(shown.device());
}

DecodedSpan StreamingDecoder::decode(ColumnRange extent, ColumnRange span, const TokenSource& tokens,
                                     const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const WindowPlan plan(layout_, extent);
  require_inside(extent, span);
  const std::int64_t px = windows_->config().column_pixels();
  DecodedSpan result{span.begin, std::clamp(plan.settled_end(), span.begin, span.end), span.end, {}};
  // A long span goes in stretches of one batch of windows, so that only its result is as long as it is.
  const std::int64_t stretch = windows_per_batch_ * layout_.hop;
  for (std::int64_t at = span.begin; at < span.end; at += stretch) {
    const ColumnRange part{at, std::min(span.end, at + stretch)};
    ready_.clear();
    prepare(plan.windows(part), tokens, stop, [&](ColumnRange window, CachedWindow& cached) {
      ready_.emplace_back(window, settle(window, cached));
    });
    for (const auto& piece : plan.pieces(part)) {
      const auto pixels = compose(piece);
      if (!result.pixels.defined()) {
        result.pixels = torch::empty({pixels.size(0), pixels.size(1), span.size() * px}, pixels.options());
      }
      result.pixels.narrow(2, (piece.columns.begin - span.begin) * px, pixels.size(2)).copy_(pixels);
    }
  }
  ready_.clear();
  return result;
}

torch::Tensor to_bytes(const torch::Tensor& pixels) {
  const torch::InferenceMode inference;
  return pixels.clamp(-1.0, 1.0)
      .add(1.0)
      .mul(127.5)
      .round()
      .to(torch::kUInt8)
      .permute({1, 2, 0})
      .contiguous()
      .to(torch::kCPU);
}

torch::Tensor from_bytes(const torch::Tensor& bytes) {
  const torch::InferenceMode inference;
  return bytes.to(torch::kFloat32).permute({2, 0, 1}).div(127.5).sub(1.0).contiguous();
}

torch::Tensor decode_full_width(const model::Tokenizer& tokenizer, double vae_norm,
                                const torch::Tensor& tokens) {
  const torch::InferenceMode inference;
  const auto row = tokens.to(tokenizer->post_quant_layer->weight.options()).unsqueeze(0) / vae_norm;
  return tokenizer->decode(row)[0].to(torch::kFloat32);
}

}  // namespace equi::stream
