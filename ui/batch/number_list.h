#pragma once

#include <QString>
#include <cstdint>
#include <vector>

namespace equi::ui {

// Lists of numbers as people write them: "1, 5, 9-20". Throw Error(bad_input) that names the piece that is no
// number, lies outside first .. last, or a list longer than `most`.
std::vector<std::int64_t> parse_numbers(const QString& text, std::int64_t first, std::int64_t last,
                                        std::int64_t most);
std::vector<std::uint64_t> parse_seeds(const QString& text, std::int64_t most);
std::vector<double> parse_decimals(const QString& text, double first, double last, std::int64_t most);

}  // namespace equi::ui
