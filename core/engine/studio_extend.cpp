// Extensions of a studio: slices on the worker, so that tiles and changes get in between.
#include "core/engine/studio_impl.h"

namespace equi::engine {
namespace {

constexpr double kSliceSeconds = 0.08;

}  // namespace

void Studio::extend(FrameId frame, std::int64_t count) {
  auto extension = std::make_shared<Impl::Extension>(Impl::Extension{
      {frame, count}, 0, jobs::ProgressMeter(count, jobs::steady_seconds()), std::stop_source{}});
  {
    const std::scoped_lock lock(impl_->mutex);
    // What goes on until it is stopped ends when something else is wanted.
    for (const auto& each : impl_->extensions) {
      if (each->entry.asked == 0) each->stop.request_stop();
    }
    impl_->extensions.push_back(std::move(extension));
  }
  impl_->schedule_slice();
}

void Studio::stop() {
  impl_->stop_extensions();
  impl_->stop_building();
  {
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& job : impl_->previews) job.cancel();
    impl_->previews.clear();
  }
  jobs::JobSpec spec;
  spec.name = "stop";
  spec.priority = jobs::Priority::preview;
  spec.run = [impl = impl_](const jobs::Context&) { impl->end_stopped_extensions(); };
  impl_->queue->submit(std::move(spec));
}

bool Studio::extending() const {
  const std::scoped_lock lock(impl_->mutex);
  for (const auto& each : impl_->extensions) {
    if (!each->stop.stop_requested()) return true;
  }
  return false;
}

void Studio::Impl::stop_extensions() {
  const std::scoped_lock lock(mutex);
  for (const auto& each : extensions) each->stop.request_stop();
}

void Studio::Impl::schedule_slice() {
  {
    const std::scoped_lock lock(mutex);
    if (slice_waiting || extensions.empty()) return;
    slice_waiting = true;
  }
  jobs::JobSpec spec;
  spec.name = "extend";
  spec.priority = jobs::Priority::normal;
  const auto self = shared_from_this();
  spec.run = [self](const jobs::Context& context) { self->slice(context); };
  spec.on_end = [self](const std::optional<Error>& error) {
    {
      const std::scoped_lock lock(self->mutex);
      self->slice_waiting = false;
    }
    const auto extension = self->front();
    if (error && extension) self->end_extension(extension, error);
    self->schedule_slice();
  };
  queue->submit(std::move(spec));
}

std::shared_ptr<Studio::Impl::Extension> Studio::Impl::front() const {
  const std::scoped_lock lock(mutex);
  return extensions.empty() ? nullptr : extensions.front();
}

void Studio::Impl::slice(const jobs::Context& context) {
  end_stopped_extensions();
  const auto extension = front();
  if (!extension) return;
  Session& canvas = need_session();
  const std::stop_callback both(context.stop(), [&] { extension->stop.request_stop(); });
  const auto stop = extension->stop.get_token();
  const double begin = jobs::steady_seconds();
  const bool first = extension->made == 0;
  const auto left = [&] { return extension->entry.asked == 0 || extension->made < extension->entry.asked; };
  // The very first column is shown as soon as it is there.
  do {
    extension->made += canvas.extend_slice(extension->entry, 1, {}, stop);
    canvas.decode_ahead(extension->entry.frame);
  } while (left() && !first && !stop.stop_requested() && jobs::steady_seconds() - begin < kSliceSeconds);
  canvas.flush_if_due();
  const auto progress = extension->meter.update(extension->made, jobs::steady_seconds());
  if (callbacks.extending) callbacks.extending(progress);
  if (stop.stop_requested() || !left()) return end_extension(extension, std::nullopt);
  publish();
  schedule_tiles();
}

void Studio::Impl::end_extension(const std::shared_ptr<Extension>& extension, std::optional<Error> error) {
  {
    const std::scoped_lock lock(mutex);
    std::erase(extensions, extension);
  }
  try {
    if (session) session->finish_extension();
  } catch (const Error& failure) {
    if (!error) error = failure;
  }
  publish();
  schedule_tiles();
  if (callbacks.extended) callbacks.extended(extension->made, error);
}

void Studio::Impl::end_stopped_extensions() {
  for (auto extension = front(); extension && extension->stop.stop_requested(); extension = front())
    end_extension(extension, std::nullopt);
}

}  // namespace equi::engine
