#include "ui/theme/icons.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

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

void draw(QPainter& painter, const QString& name, const QRectF& where, const QColor& color) {
  QByteArray text = svg_text(name);
  if (text.isEmpty()) return;
  text.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
  QSvgRenderer renderer(text);
  renderer.render(&painter, where);
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
    QRectF square(0, 0, side, side);
    square.moveCenter(QRectF(rect).center());
    draw(*painter, name_, square, color_for(mode, state));
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

QPixmap icon_pixmap(const QString& name, int size, const QColor& color, double ratio) {
  QPixmap picture(QSize(size, size) * ratio);
  picture.setDevicePixelRatio(ratio);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  draw(painter, name, QRectF(0, 0, size, size), color);
  return picture;
}

}  // namespace equi::ui
