// General figures a report can hold: lines, heat map, bars. Plain values.

extension ReportContent {
  /// What an axis shows.
  public struct Axis: Sendable {
    public var label: String
    /// Unit in brackets after the label; empty if there is none.
    public var unit: String
    public var isLogarithmic: Bool
    public init(_ label: String, unit: String = "", isLogarithmic: Bool = false) {
      self.label = label
      self.unit = unit
      self.isLogarithmic = isLogarithmic
    }
    var title: String { unit.isEmpty ? label : "\(label) (\(unit))" }
  }

  /// Curves over a common horizontal axis: learning curves, spectra, scaling.
  public struct LineFigure: Sendable {
    /// Element id on the page: letters, digits, hyphens.
    public var id: String
    public var title: String
    public var caption: String
    public var x, y: Axis
    public var series: [Series]
    public init(id: String, title: String, caption: String = "", x: Axis, y: Axis, series: [Series]) {
      self.id = id
      self.title = title
      self.caption = caption
      self.x = x
      self.y = y
      self.series = series
    }

    public enum Style: Sendable { case line, dashed, points, lineWithPoints }
    public struct Series: Sendable {
      public var name: String
      public var colour: SeriesColour
      public var style: Style
      /// Sorted by x. A point that is not finite (or not positive on a logarithmic axis) breaks the line.
      public var points: [Point]
      public init(name: String, colour: SeriesColour, style: Style = .line, points: [Point]) {
        self.name = name
        self.colour = colour
        self.style = style
        self.points = points
      }
    }
    public struct Point: Sendable, Equatable {
      public var x, y: Double
      /// Half-widths of the error band below and above y; 0 if there is none.
      public var below, above: Double
      public init(_ x: Double, _ y: Double, below: Double = 0, above: Double = 0) {
        self.x = x
        self.y = y
        self.below = below
        self.above = above
      }
    }
  }

  /// A matrix in colours: a confusion matrix (rows true, columns predicted), a weight matrix.
  public struct HeatMap: Sendable {
    public var id: String
    public var title: String
    public var caption: String
    public var rowAxis, columnAxis: Axis
    /// One name per row and per column.
    public var rows, columns: [String]
    /// `values[row][column]`; not finite shows as empty.
    public var values: [[Double]]
    public init(
      id: String, title: String, caption: String = "", rowAxis: Axis, columnAxis: Axis, rows: [String], columns: [String],
      values: [[Double]]
    ) {
      self.id = id
      self.title = title
      self.caption = caption
      self.rowAxis = rowAxis
      self.columnAxis = columnAxis
      self.rows = rows
      self.columns = columns
      self.values = values
    }
  }

  /// Horizontal bars, one group per category; stacked or side by side.
  public struct BarFigure: Sendable {
    public var id: String
    public var title: String
    public var caption: String
    public var axis: Axis
    public var categories: [String]
    public var series: [Series]
    public var isStacked: Bool
    public init(
      id: String, title: String, caption: String = "", axis: Axis, categories: [String], series: [Series], isStacked: Bool = false
    ) {
      self.id = id
      self.title = title
      self.caption = caption
      self.axis = axis
      self.categories = categories
      self.series = series
      self.isStacked = isStacked
    }
    public struct Series: Sendable {
      public var name: String
      public var colour: SeriesColour
      /// One per category, not negative.
      public var values: [Double]
      public init(name: String, colour: SeriesColour, values: [Double]) {
        self.name = name
        self.colour = colour
        self.values = values
      }
    }
  }
}
