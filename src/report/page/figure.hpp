#pragma once

#include "report/chart/gnuplot.hpp"
#include "report/input/subjects.hpp"
#include "report/page/html.hpp"

namespace ampcf::report {

/// Makes figures of charts: caption, drawing, and the numbers as a table that unfolds.
class Sketchbook {
 public:
  /// `most_points` of a curve are drawn.
  Sketchbook(Gnuplot& gnuplot, std::size_t most_points) : gnuplot_(gnuplot), most_points_(most_points) {}

  /// Nothing of a chart without a number.
  [[nodiscard]] Html figure(const Chart& chart, const std::string& note = "");

  /// The same with a table of its own in place of numbers().
  [[nodiscard]] Html figure(const Chart& chart, const std::string& note, const Table& table);

 private:
  Gnuplot& gnuplot_;
  std::size_t most_points_;
};

/// Figures beside each other, as many as there is room for; nothing where all are empty.
[[nodiscard]] Html gallery(const std::vector<Html>& figures);

/// The numbers of a chart: a row for each place on the axis of what is given (a selection of those of long curves), a
/// column for each series.
[[nodiscard]] Table numbers(const Chart& chart);

/// The subject's point and letter, in its colour.
[[nodiscard]] Html mark(const Subject& subject);

/// Mark and label.
[[nodiscard]] Html marked_name(const Subject& subject);

/// A figure of all subjects under each other with its intervals, the first on top.
[[nodiscard]] Chart forest(const std::vector<const Subject*>& subjects, const std::string& group,
                           const std::string& name);

/// A figure and below it its interval.
[[nodiscard]] Html with_interval(const Measured& figure);

/// A paragraph of our own words.
[[nodiscard]] Html paragraph(std::string_view words);

/// Four decimals, fewer from 10 on; four with a sign; integers with thousands parted; a probability, never 0; NaN as a
/// dash.
[[nodiscard]] std::string decimal(double value);
[[nodiscard]] std::string signed_decimal(double value);
[[nodiscard]] std::string grouped(double value);
[[nodiscard]] std::string probability(double value);

/// "hr@10" of "full" as people say it: "HR@10, full ranking".
[[nodiscard]] std::string spoken(const std::string& group, const std::string& name);

}  // namespace ampcf::report
