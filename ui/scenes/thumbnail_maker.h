#pragma once

#include <QHash>
#include <QImage>
#include <QObject>
#include <deque>
#include <memory>
#include <optional>
#include <set>

#include "core/engine/engine.h"
#include "core/jobs/job_queue.h"

namespace equi::ui {

// Pictures of scenes, made by the model itself: asked for one at a time in the background, kept on disk by
// the model's hash. While the panorama grows nothing is made (`set_paused`).
class ThumbnailMaker : public QObject {
  Q_OBJECT

 public:
  ThumbnailMaker(std::shared_ptr<jobs::JobQueue> device, std::shared_ptr<jobs::JobQueue> files, QString cache,
                 QObject* parent);

  // Another model, or none: forgets the pictures of the one before.
  void set_engine(std::shared_ptr<const engine::Engine> engine);
  void set_paused(bool paused);

  // The picture, or a null image and it is put on the list. `ready` tells when it is there.
  QImage thumbnail(std::int64_t scene);
  // What is on the list but is not seen any more may go.
  void forget_wishes();

 Q_SIGNALS:
  void ready(qint64 scene);

 private:
  void look_on_disk(std::int64_t scene);
  void take(std::int64_t scene, const QImage& image);
  void work();
  QString file_of(std::int64_t scene) const;

  std::shared_ptr<jobs::JobQueue> device_, files_;
  QString cache_;
  std::shared_ptr<const engine::Engine> engine_;
  QHash<qint64, QImage> images_;
  std::set<std::int64_t> looked_;    // for which the disk has been asked
  std::deque<std::int64_t> wishes_;  // not on disk, to be made
  std::optional<jobs::Job> job_;     // the one being made
  bool paused_ = false;
  std::uint64_t generation_ = 0;  // rises with the model: late answers are dropped
};

}  // namespace equi::ui
