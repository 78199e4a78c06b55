#pragma once

#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <utility>

namespace equi::ui {

// Runs `work` on the thread of `context` (the GUI's) as soon as it gets there; not at all when `context` is
// gone by then. The way for a worker's results into the window. `context` must outlive the worker: the
// AppController does.
template <class Work>
void post(QObject* context, Work&& work) {
  QMetaObject::invokeMethod(context, std::forward<Work>(work), Qt::QueuedConnection);
}

// The same for an object that may go earlier: made on the GUI thread, called on a worker.
template <class Target, class Work>
auto posted(QObject* context, Target* target, Work work) {
  return [context, target = QPointer<Target>(target), work = std::move(work)](const auto&... values) {
    post(context, [target, work, values...] {
      if (target) work(values...);
    });
  };
}

}  // namespace equi::ui
