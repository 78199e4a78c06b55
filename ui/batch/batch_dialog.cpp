#include "ui/batch/batch_dialog.h"

#include <QDesktopServices>
#include <QHeaderView>
#include <QLocale>
#include <QUrl>
#include <climits>

#include "ui/app_controller.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kRowHeight = QueueModel::kThumbnailHeight + Space::s;

QString rough_time(double seconds) {
  const auto minutes = static_cast<qint64>(seconds / 60 + 0.5);
  if (minutes < 1) return BatchDialog::tr("less than a minute left");
  if (minutes < 120) return BatchDialog::tr("about %L1 min left").arg(minutes);
  return BatchDialog::tr("about %L1 h left").arg(seconds / 3600, 0, 'f', 1);
}

}  // namespace

BatchDialog::BatchDialog(AppController* app, BatchHost* host, QWidget* parent)
    : HouseDialog(tr("Batch"), parent),
      app_(app),
      host_(host),
      model_(new QueueModel(host, this)),
      pages_(new QStackedWidget),
      form_(new PlanForm(app)) {
  set_heading(tr("Make many panoramas"));
  resize(900, 620);
  pages_->addWidget(form_);
  pages_->addWidget(make_queue_page());
  content()->addWidget(pages_, 1);
  auto* buttons = add_buttons(QDialogButtonBox::Close);
  start_ = buttons->addButton(tr("&Start"), QDialogButtonBox::ActionRole);
  start_->setDefault(true);
  pause_ = buttons->addButton(tr("&Pause"), QDialogButtonBox::ActionRole);
  folder_ = buttons->addButton(tr("Open &folder"), QDialogButtonBox::ActionRole);
  other_ = buttons->addButton(tr("&New batch…"), QDialogButtonBox::ResetRole);
  for (QPushButton* button : {pause_, folder_, other_}) button->setAutoDefault(false);
  connect(start_, &QPushButton::clicked, this, &BatchDialog::begin);
  connect(pause_, &QPushButton::clicked, this,
          [this] { host_->running() ? host_->pause() : host_->resume(); });
  connect(other_, &QPushButton::clicked, host_, &BatchHost::close);
  connect(folder_, &QPushButton::clicked, this,
          [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(from_path(host_->plan().folder))); });
  connect(form_, &PlanForm::changed, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::opened, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::rows_changed, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::progress_changed, this, &BatchDialog::update_status);
  connect(host_, &BatchHost::failed, this, [this](const Error& error) {
    const ErrorText text = describe(error);
    form_->problem()->setText(text.title + QStringLiteral(" ") + text.detail);
    form_->problem()->show();
  });
  show_page();
}

QToolButton* BatchDialog::tool(const char* icon_name, const QString& text, std::function<void()> work) {
  auto* button = new QToolButton;
  button->setIcon(icon(QLatin1String(icon_name)));
  button->setText(text);
  button->setToolTip(text);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setAutoRaise(true);
  connect(button, &QToolButton::clicked, this, std::move(work));
  return button;
}

QWidget* BatchDialog::make_queue_page() {
  queue_page_ = new QWidget;
  auto* layout = new QVBoxLayout(queue_page_);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  status_ = new QLabel;
  note_ = new QLabel;
  note_->setProperty("role", "warning");
  note_->setWordWrap(true);
  bar_ = new QProgressBar;
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  table_ = new QTableView;
  table_->setModel(model_);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setIconSize({QueueModel::kThumbnailWidth, QueueModel::kThumbnailHeight});
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTabKeyNavigation(false);
  table_->setAccessibleName(tr("Queue"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->verticalHeader()->setMinimumSectionSize(kRowHeight);
  auto* header = table_->horizontalHeader();
  header->setHighlightSections(false);
  header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const int widths[] = {QueueModel::kThumbnailWidth + Space::l, 170, 90, 60, 70, 76, 56, 160};
  for (int i = 0; i < QueueModel::column_count; ++i) header->resizeSection(i, widths[i]);
  header->setStretchLastSection(true);
  cancel_ = tool("close", tr("Cancel"), [this] {
    host_->change([items = selected()](batch::Queue& queue) {
      for (const auto item : items) queue.cancel(item);
    });
  });
  retry_ = tool("refresh", tr("Retry"), [this] {
    host_->change([items = selected()](batch::Queue& queue) {
      if (items.empty()) queue.retry_failed();
      for (const auto item : items) queue.retry(item);
    });
  });
  retry_->setToolTip(tr("The selected items wait again; without a selection all that failed"));
  top_ = tool("first", tr("To the top"), [this] { move_selected(INT_MIN); });
  up_ = tool("minus", tr("Up"), [this] { move_selected(-1); });
  down_ = tool("plus", tr("Down"), [this] { move_selected(1); });
  up_->setArrowType(Qt::UpArrow);
  down_->setArrowType(Qt::DownArrow);
  auto* tools = new QHBoxLayout;
  tools->setSpacing(Space::xs);
  for (QToolButton* button : {cancel_, retry_, top_, up_, down_}) tools->addWidget(button);
  tools->addStretch();
  layout->addWidget(status_);
  layout->addWidget(bar_);
  layout->addWidget(note_);
  layout->addLayout(tools);
  layout->addWidget(table_, 1);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &BatchDialog::update_tools);
  connect(model_, &QAbstractItemModel::modelReset, this, &BatchDialog::update_tools);
  return queue_page_;
}

void BatchDialog::begin() {
  if (const auto plan = form_->plan()) host_->begin(*plan);
}

std::vector<std::int64_t> BatchDialog::selected() const {
  std::vector<std::int64_t> items;
  for (const auto& index : table_->selectionModel()->selectedRows())
    items.push_back(model_->row(index.row()).number);
  return items;
}

// The selection goes along.
void BatchDialog::move_selected(int by) {
  const auto rows = table_->selectionModel()->selectedRows();
  if (rows.size() != 1) return;
  const int from = rows.front().row();
  const int to = by == INT_MIN ? 0 : std::clamp(from + by, 0, model_->rowCount() - 1);
  const std::int64_t item = model_->row(from).number;
  host_->change([item, place = to > from ? to + 1 : to](batch::Queue& queue) { queue.move(item, place); });
  table_->selectRow(to);
}

void BatchDialog::show_page() {
  const bool queue = host_->is_open();
  pages_->setCurrentWidget(queue ? queue_page_ : static_cast<QWidget*>(form_));
  start_->setVisible(!queue);
  start_->setEnabled(form_->plan().has_value() && !host_->opening());
  pause_->setVisible(queue);
  folder_->setVisible(queue);
  other_->setVisible(queue);
  other_->setEnabled(!host_->running());
  if (!queue) return;
  pause_->setText(host_->running() && !host_->paused() ? tr("&Pause") : tr("&Resume"));
  pause_->setEnabled(host_->counts().left() > 0);
  const QString reason = host_->pause_reason();
  note_->setText(host_->paused() ? tr("Paused: %1").arg(reason) : QString());
  note_->setVisible(host_->paused());
  update_status();
  update_tools();
}

void BatchDialog::update_status() {
  if (!host_->is_open()) return;
  const auto& c = host_->counts();
  const auto& p = host_->progress();
  QStringList parts = {tr("%L1 of %L2 pictures").arg(c.done).arg(c.all())};
  if (c.failed + c.set_aside > 0) parts << tr("%L1 failed").arg(c.failed + c.set_aside);
  if (c.cancelled > 0) parts << tr("%L1 cancelled").arg(c.cancelled);
  if (host_->running() && p.columns_per_second > 0) {
    parts << tr("%L1 columns/s").arg(p.columns_per_second, 0, 'f', 1);
    if (const auto left = host_->seconds_left()) parts << rough_time(*left);
  } else if (c.left() == 0) {
    parts << tr("finished");
  }
  status_->setText(parts.join(QStringLiteral("  ·  ")));
  const double running = p.total > 0 ? static_cast<double>(p.done) / static_cast<double>(p.total) : 0;
  const double done = static_cast<double>(c.done) + running * static_cast<double>(c.running);
  bar_->setValue(c.all() > 0 ? static_cast<int>(1000 * done / static_cast<double>(c.all())) : 0);
}

void BatchDialog::update_tools() {
  const auto rows = table_->selectionModel()->selectedRows();
  const auto any = [&](std::initializer_list<batch::ItemState> states) {
    return std::ranges::any_of(rows, [&](const QModelIndex& index) {
      return std::ranges::find(states, model_->row(index.row()).state) != states.end();
    });
  };
  using State = batch::ItemState;
  cancel_->setEnabled(any({State::waiting, State::running}));
  retry_->setEnabled(rows.isEmpty()
                         ? host_->is_open() && host_->counts().failed + host_->counts().set_aside > 0
                         : any({State::failed, State::cancelled, State::set_aside}));
  const bool one = rows.size() == 1;
  top_->setEnabled(one && rows.front().row() > 0);
  up_->setEnabled(one && rows.front().row() > 0);
  down_->setEnabled(one && rows.front().row() + 1 < model_->rowCount());
}

}  // namespace equi::ui
