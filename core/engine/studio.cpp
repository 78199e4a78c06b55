#include "core/engine/studio.h"

#include "core/engine/difference.h"
#include "core/engine/studio_impl.h"
#include "core/media/photo.h"

namespace equi::engine {

using jobs::Priority;

void Studio::Impl::change(std::string name, Change body, Done done) {
  stop_building();
  jobs::JobSpec spec;
  spec.name = std::move(name);
  spec.priority = Priority::preview;
  const auto self = shared_from_this();
  spec.run = [self, body = std::move(body)](const jobs::Context&) {
    self->end_stopped_extensions();
    body();
    self->state_changed();
  };
  spec.on_end = [self, done = std::move(done)](const std::optional<Error>& error) {
    if (done) {
      done(error);
    } else if (error && self->callbacks.failed) {
      self->callbacks.failed(*error);
    }
  };
  queue->submit(std::move(spec));
}

Session& Studio::Impl::need_session() {
  if (!session)
    throw Error(ErrorKind::bad_input, "canvas", "none is open", "choose a scene or a photo first");
  return *session;
}

void Studio::Impl::publish() {
  std::shared_ptr<Snapshot> made;
  if (session) {
    auto& document = session->document();
    made = std::make_shared<Snapshot>();
    made->state = document.state();
    made->extent = session->extent();
    made->settled = session->settled();
    made->history = document.history();
    made->cursor = document.cursor();
    made->can_undo = document.can_undo();
    made->can_redo = document.can_redo();
    made->project = document.file().path();
    made->revision = revision;
    shown = made->state;
  }
  {
    const std::scoped_lock lock(mutex);
    snapshot = made;
  }
  if (callbacks.changed) callbacks.changed(made);
}

void Studio::Impl::state_changed() {
  if (session && session->state() != shown) {
    const auto changed =
        changed_columns(shown, session->state(), session->engine().manifest().window_columns);
    if (changed.size() > 0) {
      ++revision;
      tiles->mark_stale(changed.begin, changed.end);
    }
    tiles->keep_range(session->extent().begin, session->extent().end);
  }
  publish();
  schedule_tiles();
}

Studio::Studio(std::shared_ptr<jobs::JobQueue> queue, std::shared_ptr<TileCache> tiles, Callbacks callbacks)
    : queue_(std::move(queue)),
      impl_(std::make_shared<Impl>(queue_.get(), std::move(tiles), std::move(callbacks))) {}

// The session goes on the worker, like everything that touches it; nothing calls back after that.
Studio::~Studio() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->closing = true;
    impl_->request.reset();
    for (const auto& job : impl_->other_runs) job.cancel();
  }
  stop();
  jobs::JobSpec spec;
  spec.name = "close";
  spec.priority = Priority::preview;
  spec.run = [impl = impl_](const jobs::Context&) { impl->session.reset(); };
  impl_->queue->submit(std::move(spec)).wait();
}

void Studio::create(std::shared_ptr<const Engine> engine, std::filesystem::path project,
                    canvas::NewPanorama first, std::function<void(std::optional<Error>)> done) {
  impl_->stop_extensions();
  const auto body = [impl = impl_.get(), engine = std::move(engine), project = std::move(project), first] {
    auto made = Session::create(engine, project, first);
    impl->session = std::move(made);
    impl->tiles->clear();
    ++impl->revision;
  };
  impl_->change("new panorama", body, std::move(done));
}

void Studio::open(std::shared_ptr<const Engine> engine, std::filesystem::path project, bool any_model,
                  std::function<void(std::optional<Error>)> done) {
  impl_->stop_extensions();
  const auto body = [impl = impl_.get(), engine = std::move(engine), project = std::move(project),
                     any_model] {
    // The same file once more, with another engine: what is in memory goes into it first.
    if (impl->session && impl->session->document().file().path() == project)
      impl->session->finish_extension();
    auto opened = Session::open(engine, project, any_model);
    impl->session = std::move(opened);
    impl->tiles->clear();
    ++impl->revision;
  };
  impl_->change("open", body, std::move(done));
}

void Studio::close() {
  impl_->stop_extensions();
  impl_->change("close", [impl = impl_.get()] {
    if (impl->session) impl->session->finish_extension();
    impl->session.reset();
    impl->tiles->clear();
    ++impl->revision;
  });
}

void Studio::import_photo(std::filesystem::path picture, canvas::NewPanorama panorama,
                          std::int64_t blend_pixels) {
  impl_->stop_extensions();
  impl_->change("photo", [impl = impl_.get(), picture = std::move(picture), panorama, blend_pixels] {
    Session& session = impl->need_session();
    const auto fitted =
        media::read_photo(picture, session.engine().picture_height(), session.engine().column_pixels());
    session.import_photo(fitted.width, fitted.height, fitted.pixels, panorama, blend_pixels);
  });
}

void Studio::execute(canvas::Command command) {
  const bool only_tokens = std::holds_alternative<canvas::EditToken>(command) ||
                           std::holds_alternative<canvas::EditTokens>(command);
  if (!only_tokens) impl_->stop_extensions();
  impl_->change("change", [impl = impl_.get(), command = std::move(command)] {
    impl->need_session().execute(command);
  });
}

void Studio::undo() {
  impl_->stop_extensions();
  impl_->change("undo", [impl = impl_.get()] { impl->need_session().undo(); });
}

void Studio::redo() {
  impl_->stop_extensions();
  impl_->change("redo", [impl = impl_.get()] { impl->need_session().redo(); });
}

void Studio::go_to_history(std::int64_t entry) {
  impl_->stop_extensions();
  impl_->change("history", [impl = impl_.get(), entry] { impl->need_session().go_to_history(entry); });
}

void Studio::save_copy(std::filesystem::path target, std::function<void(std::optional<Error>)> done) {
  impl_->change(
      "save",
      [impl = impl_.get(), target = std::move(target)] { impl->need_session().document().save_copy(target); },
      std::move(done));
}

std::shared_ptr<const Snapshot> Studio::snapshot() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->snapshot;
}

jobs::Job Studio::run(jobs::JobSpec spec_without_run,
                      std::function<void(Session*, const jobs::Context&)> work) {
  auto spec = std::move(spec_without_run);
  const bool preview = spec.priority == Priority::preview;
  spec.run = [impl = impl_, work = std::move(work)](const jobs::Context& context) {
    const auto look = [&] {
      if (impl->session && impl->session->state() != impl->shown) impl->state_changed();
    };
    try {
      work(impl->session.get(), context);
    } catch (...) {
      look();  // it may have got half way
      throw;
    }
    look();
  };
  if (preview) impl_->stop_building();  // it goes on afterwards from where it was
  const auto job = impl_->queue->submit(std::move(spec));
  const std::scoped_lock lock(impl_->mutex);
  auto& runs = preview ? impl_->previews : impl_->other_runs;
  std::erase_if(runs, [](const jobs::Job& each) { return each.state() == jobs::State::finished; });
  runs.push_back(job);
  return job;
}

}  // namespace equi::engine
