#include "ui/theme/icons.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <QtMath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QByteArray svg_text(const QString& name) {
  static QHash<QString, QByteArray> known;
  const auto found = known.constFind(name);
  if (found != known.constEnd()) return *found;
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  QByteArray text;
  if (file.open(QIODevice::ReadOnly)) text = file.readAll();
  known.insert(name, text);
  return text;
}

QColor color_for(QIcon::Mode mode, QIcon::State state) {
  if (mode == QIcon::Disabled) return colors().text_faint;
  if (state == QIcon::On) return colors().accent;
  return colors().text;
}

class LineIconEngine : public QIconEngine {
 public:
  explicit LineIconEngine(QString name) : name_(std::move(name)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const int side = std::min(rect.width(), rect.height());
    QRect square(0, 0, side, side);
    square.moveCenter(rect.center());
    const double ratio = painter->device()->devicePixelRatioF();
    painter->drawPixmap(square.topLeft(), icon_pixmap(name_, side, color_for(mode, state), ratio));
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap picture(size);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return picture;
  }

  QIconEngine* clone() const override { return new LineIconEngine(name_); }
  bool isNull() override { return svg_text(name_).isEmpty(); }
  QString key() const override { return QStringLiteral("equicanvas-line"); }

 private:
  QString name_;
};

}  // namespace

QIcon icon(const QString& name) {
  if (svg_text(name).isEmpty()) return {};
  return QIcon(new LineIconEngine(name));
}

// Drawn from its text once for each colour and size: painting a window asks for dozens of them.
QPixmap icon_pixmap(const QString& name, int size, const QColor& color, double ratio) {
  const int side = qCeil(size * ratio);
  const QString key =
      QStringLiteral("equicanvas-icon/%1/%2/%3/%4").arg(name, color.name()).arg(side).arg(ratio);
  QPixmap picture;
  if (QPixmapCache::find(key, &picture)) return picture;
  picture = QPixmap(side, side);
  picture.setDevicePixelRatio(ratio);
  picture.fill(Qt::transparent);
  QByteArray text = svg_text(name);
  if (!text.isEmpty()) {
    text.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
    QSvgRenderer renderer(text);
    QPainter painter(&picture);
    renderer.render(&painter, QRectF(0, 0, size, size));
  }
  QPixmapCache::insert(key, picture);
  return picture;
}

}  // namespace equi::ui
