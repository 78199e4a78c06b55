#include "ui/inspector/swap_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <limits>

#include "core/inspect/influence.h"
#include "ui/app_controller.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QWidget* row_of(std::initializer_list<QWidget*> parts) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  bool first = true;
  for (QWidget* part : parts) layout->addWidget(part, std::exchange(first, false) ? 1 : 0);
  return row;
}

QSpinBox* column_box(const QString& name) {
  auto* box = new QSpinBox;
  box->setRange(std::numeric_limits<int>::min() / 2, std::numeric_limits<int>::max() / 2);
  box->setAccessibleName(name);
  box->setKeyboardTracking(false);
  return box;
}

}  // namespace

SwapPage::SwapPage(Inspection* inspection, QWidget* parent)
    : InspectorPage(inspection, parent),
      from_(new QComboBox),
      detail_(new QStackedWidget),
      column_number_(column_box(tr("The other column"))),
      scene_(new QComboBox),
      file_(new QPushButton(tr("Choose…"))),
      file_column_(column_box(tr("Column of the file"))),
      dice_(tool_button(QStringLiteral("dice"), tr("Another random token"))),
      amount_(level_slider(0, 100, 100, tr("How far from the old token to the new one"))),
      percent_(new QLabel),
      blend_(new QComboBox),
      picture_(new SplitView),
      apply_(new QPushButton(icon(QStringLiteral("check")), tr("Apply"))),
      go_on_(new QPushButton(icon(QStringLiteral("regenerate")), tr("Continue from it"))) {
  make_sources();
  percent_->setFont(role_font(TextRole::mono));
  percent_->setMinimumWidth(44);
  percent_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  blend_->addItem(tr("Along the arc"), static_cast<int>(inspect::Blend::spherical));
  blend_->addItem(tr("Straight"), static_cast<int>(inspect::Blend::linear));
  blend_->setAccessibleName(tr("Way from the old token to the new one"));
  blend_->setToolTip(tr("The arc keeps the token's length; the straight line shortens it half way"));
  apply_->setToolTip(tr("Keep the token in the canvas (undo brings the old one back)"));
  go_on_->setToolTip(
      tr("Keep the token and make everything outwards of it again from it, with the same noise"));
  column()->addWidget(labelled(tr("&With"), from_));
  column()->addWidget(detail_);
  column()->addWidget(labelled(tr("&Blend"), amount_, percent_));
  column()->addWidget(labelled(tr("Wa&y"), blend_));
  column()->addWidget(picture_);
  column()->addWidget(row_of({apply_, go_on_}));

  connect(from_, &QComboBox::currentIndexChanged, this, [this] {
    detail_->setCurrentIndex(static_cast<int>(source()));
    detail_->setVisible(source() != From::mean);
    if (source() == From::file && path_.isEmpty()) return choose_file();
    ask();
  });
  connect(amount_, &QSlider::valueChanged, this, [this] {
    percent_->setText(tr("%1 %").arg(amount_->value()));
    ask();
  });
  percent_->setText(tr("%1 %").arg(amount_->value()));
  for (QComboBox* box : {scene_, blend_})
    connect(box, &QComboBox::currentIndexChanged, this, [this] { ask(); });
  for (QSpinBox* box : {column_number_, file_column_})
    connect(box, &QSpinBox::valueChanged, this, [this] { ask(); });
  connect(apply_, &QPushButton::clicked, this, [this] { keep(false); });
  connect(go_on_, &QPushButton::clicked, this, [this] { keep(true); });
  connect(inspection->app(), &AppController::engine_changed, this, &SwapPage::fill_scenes);
  fill_scenes();
  clear();
}

void SwapPage::make_sources() {
  from_->addItem(tr("another column"), static_cast<int>(From::column));
  from_->addItem(tr("another scene"), static_cast<int>(From::scene));
  from_->addItem(tr("a picture or project"), static_cast<int>(From::file));
  from_->addItem(tr("a random token"), static_cast<int>(From::random));
  from_->addItem(tr("the mean token"), static_cast<int>(From::mean));
  from_->setAccessibleName(tr("Where the other token is from"));
  scene_->setAccessibleName(tr("The other scene"));
  scene_->setToolTip(tr("The token that this scene has here with the same noise"));
  file_column_->setToolTip(tr("Column of the picture or project"));
  detail_->addWidget(labelled(tr("&Column"), column_number_));
  detail_->addWidget(labelled(tr("&Scene"), scene_));
  detail_->addWidget(labelled(tr("&File"), file_, file_column_));
  detail_->addWidget(labelled(tr("&Draw"), dice_));
  detail_->addWidget(new QWidget);
  detail_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  connect(file_, &QPushButton::clicked, this, &SwapPage::choose_file);
  connect(dice_, &QToolButton::clicked, this, [this] {
    ++draw_;
    ask();
  });
}

void SwapPage::fill_scenes() {
  const auto engine = inspection()->app()->engine();
  scene_->clear();
  if (!engine) return;
  for (const auto& each : engine->manifest().class_names) scene_->addItem(QString::fromStdString(each));
}

void SwapPage::choose_file() {
  const QString path = QFileDialog::getOpenFileName(
      this, tr("Take tokens from"), inspection()->app()->settings().folder(),
      tr("Pictures and projects (%1)")
          .arg(QStringLiteral("*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.equi")));
  if (!path.isEmpty()) set_file(path);
}

void SwapPage::set_file(const QString& path) {
  path_ = path;
  const QFileInfo info(path);
  file_->setText(fontMetrics().elidedText(info.fileName(), Qt::ElideMiddle, 150));
  file_->setToolTip(path);
  if (source() != From::file) {
    from_->setCurrentIndex(from_->findData(static_cast<int>(From::file)));  // asks
  } else {
    ask();
  }
}

std::function<inspect::Token(Inspection::Context&, std::int64_t)> SwapPage::finder() const {
  using Context = Inspection::Context;
  switch (source()) {
    case From::column:
      return [other = std::int64_t{column_number_->value()}](Context& c, std::int64_t) {
        return inspect::token_of(c.row, other);
      };
    case From::scene:
      return [scene = std::int64_t{scene_->currentIndex()}](Context& c, std::int64_t column) {
        return inspect::token_in_other_scene(c.session, column, scene, c.stop());
      };
    case From::file: {
      const auto engine = inspection()->app()->engine();
      return [engine, path = to_path(path_), at = std::int64_t{file_column_->value()}](
                 Context& c, std::int64_t) { return c.memory.of_file(engine, path, at); };
    }
    case From::random:
      return [draw = draw_](Context& c, std::int64_t column) {
        return inspect::random_token(c.memory.best(c.session, c.row), draw, column);
      };
    case From::mean:
      break;
  }
  return [](Context& c, std::int64_t) { return c.memory.best(c.session, c.row).mean; };
}

void SwapPage::clear() {
  tokens_.clear();
  picture_->clear();
  apply_->setEnabled(false);
  go_on_->setEnabled(false);
}

void SwapPage::refresh() {
  if (source() == From::file && path_.isEmpty()) {
    clear();
    picture_->set_hint(tr("Drop a picture or a project here, or choose one."));
    return;
  }
  const ColumnRange columns = inspection()->columns();
  const double amount = amount_->value() / 100.0;
  const auto blend = static_cast<inspect::Blend>(blend_->currentData().toInt());
  const auto work = [this, columns, amount, blend,
                     find = finder()](Inspection::Context& c) -> Inspection::Show {
    const auto other = find(c, columns.begin);
    auto tokens = inspect::blend_into(c.row, columns, other, amount, blend);
    const auto own = inspect::token_of(c.row, columns.begin);
    const auto shown = inspect::affected_by(c.row, columns);
    const auto before = to_image(inspect::to_rgb(c.memory.before(c.session, c.row, shown, c.stop())));
    const auto after = to_image(inspect::to_rgb(c.row.decode(shown, tokens, c.stop())));
    const QString text = tr("Distance %1, cosine %2.")
                             .arg(inspect::distance(own, other), 0, 'f', 2)
                             .arg(inspect::cosine(own, other), 0, 'f', 2);
    return [this, shown, before, after, text, tokens = std::move(tokens)] {
      show_swap(shown, before, after, text, tokens);
    };
  };
  inspection()->preview("swap", this, work, [this](const Error& error) {
    clear();
    show_failure(error);
  });
}

void SwapPage::show_swap(ColumnRange shown, const QImage& before, const QImage& after, const QString& text,
                         std::vector<inspect::Replacement> tokens) {
  tokens_ = std::move(tokens);
  const int px = after.width() / static_cast<int>(shown.size());
  const ColumnRange columns{tokens_.front().column, tokens_.back().column + 1};
  picture_->show_pictures(before, after);
  picture_->set_marked(static_cast<int>(columns.begin - shown.begin) * px,
                       static_cast<int>(columns.end - shown.begin) * px);
  const bool can = !inspection()->in_photo();
  apply_->setEnabled(can);
  go_on_->setEnabled(can);
  show_text(can ? text : text + QLatin1Char(' ') + tr("The photo's own columns cannot be changed."));
  show_on_canvas(shown, after);
}

void SwapPage::keep(bool go_on) {
  if (!tokens_.empty()) inspection()->apply(tokens_, go_on);
}

}  // namespace equi::ui
