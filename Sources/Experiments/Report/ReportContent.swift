// What a report says: plain values, without a word on how they are drawn.
import Running

/// Everything on one report page. A part that is nil or empty does not appear.
public struct ReportContent: Sendable {
  public var title: String
  /// One line under the title: what was run, where, when.
  public var subtitle: String
  /// Up to six figures set large under the title: real-time factor, neurons, synapses, mean rate.
  public var highlights: [Fact] = []
  /// Key and value pairs: seed, ranks, versions, hashes.
  public var facts: [Fact] = []
  /// Sentences worth reading first; plain text.
  public var notes: [String] = []
  public var raster: Raster?
  public var rates: RateTraces?
  public var rateDistribution: Distribution?
  /// Coefficients of variation of interspike intervals.
  public var cvDistribution: Distribution?
  /// A line per population under the spike figures.
  public var populations: [PopulationRow] = []
  /// [ms] Bins of their synchrony.
  public var synchronyWidth = 3.0
  /// Rows of the performance table, the rest last.
  public var phases: [PerformanceTable.Row] = []
  /// Further figures in their order: learning curves, spectra, scaling, confusion.
  public var figures: [Figure] = []
  /// The resolved configuration as YAML.
  public var configuration = ""
  /// The last line: program, version, commit.
  public var footer = ""

  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  public struct Fact: Sendable, Equatable {
    public var key: String
    public var value: String
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Spikes of some neurons of each population over a span of time.
  public struct Raster: Sendable {
    public var populations: [Population]
    /// [ms] Shown span, half-open.
    public var start, stop: Double
    /// One neuron in so many is shown; 1 if all are.
    public var every: Int
    public init(populations: [Population], start: Double, stop: Double, every: Int = 1) {
      self.populations = populations
      self.start = start
      self.stop = stop
      self.every = every
    }

    public struct Population: Sendable {
      public var name: String
      public var colour: SeriesColour
      /// Size of the population; indices of points are below it.
      public var neurons: Int
      public var points: [Point]
      /// Spikes of the whole population in the span, shown or not.
      public var spikes: Int
      public init(name: String, colour: SeriesColour, neurons: Int, points: [Point], spikes: Int) {
        self.name = name
        self.colour = colour
        self.neurons = neurons
        self.points = points
        self.spikes = spikes
      }
    }

    public struct Point: Sendable, Equatable {
      /// [ms]
      public var time: Float
      /// Index within the population.
      public var neuron: Int32
      public init(time: Float, neuron: Int32) {
        self.time = time
        self.neuron = neuron
      }
    }
  }

  /// Mean rate of each population in bins of equal width.
  public struct RateTraces: Sendable {
    /// [ms] Start of the first bin, and width of a bin.
    public var start, bin: Double
    public var traces: [Trace]
    public init(start: Double, bin: Double, traces: [Trace]) {
      self.start = start
      self.bin = bin
      self.traces = traces
    }
    public struct Trace: Sendable {
      public var name: String
      public var colour: SeriesColour
      /// [Hz] Spikes per neuron and second, one per bin.
      public var values: [Double]
      public init(name: String, colour: SeriesColour, values: [Double]) {
        self.name = name
        self.colour = colour
        self.values = values
      }
    }
  }

  /// How a quantity is spread over the neurons of each population.
  public struct Distribution: Sendable {
    public var rows: [Row]
    /// What the caption says beyond the obvious: which neurons count.
    public var remark: String
    public init(rows: [Row], remark: String = "") {
      self.rows = rows
      self.remark = remark
    }
    public struct Row: Sendable {
      public var name: String
      public var colour: SeriesColour
      public var histogram: Histogram
      public init(name: String, colour: SeriesColour, histogram: Histogram) {
        self.name = name
        self.colour = colour
        self.histogram = histogram
      }
    }
  }

  /// One population in the table of spike statistics; nil shows as a dash.
  public struct PopulationRow: Sendable {
    public var name: String
    public var colour: SeriesColour
    public var neurons: Int
    public var spikes: Int
    /// [Hz] mean; share of silent neurons 0...1; median CV; variance over mean of the population's spike counts in 3 ms.
    public var meanRate: Double
    public var silent: Double?
    public var medianCV: Double?
    public var synchrony: Double?
    public init(
      name: String, colour: SeriesColour, neurons: Int, spikes: Int, meanRate: Double, silent: Double? = nil, medianCV: Double? = nil,
      synchrony: Double? = nil
    ) {
      self.name = name
      self.colour = colour
      self.neurons = neurons
      self.spikes = spikes
      self.meanRate = meanRate
      self.silent = silent
      self.medianCV = medianCV
      self.synchrony = synchrony
    }
  }

  public enum Figure: Sendable {
    case lines(LineFigure)
    case heatMap(HeatMap)
    case bars(BarFigure)
  }
}
