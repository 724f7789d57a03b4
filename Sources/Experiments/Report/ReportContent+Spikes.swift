// From spike statistics to the parts of a report that show them.

extension ReportContent {
  /// Fills rates over time, both distributions and the table of populations from finished statistics.
  ///
  /// - Parameters:
  ///   - statistics: one per population, over the same span and with the same fine bins.
  ///   - colours: one per population; chosen by name if nil.
  ///   - maximumBins: fine bins are grouped so that at most so many bins of rates are drawn.
  public mutating func addSpikes(_ statistics: [SpikeStatistics], colours: [SeriesColour]? = nil, maximumBins: Int = 400) {
    guard let first = statistics.first else { return }
    let colours = colours ?? SeriesColour.assign(to: statistics.map(\.name))
    let wanted = (first.stop - first.start) / Double(maximumBins)
    let factor = max(1, Int((AxisScale.niceStep(max(wanted, first.bin)) / first.bin).rounded(.up)))
    rates = RateTraces(
      start: first.start, bin: first.bin * Double(factor),
      traces: zip(statistics, colours).map { .init(name: $0.name, colour: $1, values: $0.rates(grouping: factor, leavingOutBelow: 0.5)) })

    let least = 3
    let followed = statistics.map(\.every).max() ?? 1
    let which = followed > 1 ? " Of the largest populations every \(SpikeFigures.ordinal(followed)) neuron counts." : ""
    let variations = statistics.map { $0.intervalVariations(atLeast: least) }
    func rows(_ histograms: [Histogram]) -> [Distribution.Row] {
      zip(zip(statistics, colours), histograms).map { .init(name: $0.0.name, colour: $0.1, histogram: $1) }
    }
    // A rate is a whole number of spikes over the span: bins narrower than one spike would leave gaps.
    let rateSets = statistics.map(\.neuronRates)
    rateDistribution = Distribution(rows: rows(Self.rateHistograms(rateSets, span: first.stop - first.start)), remark: which)
    if variations.contains(where: { !$0.isEmpty }) {
      cvDistribution = Distribution(
        rows: rows(Histogram.common(variations, bins: 50)), remark: "Neurons with at least \(least) intervals count; 1 is Poisson.\(which)")
    }
    if let spectra = Self.spectra(statistics, colours) { figures.insert(.lines(spectra), at: 0) }
    synchronyWidth = first.synchronyWidth()
    populations = zip(zip(statistics, colours), variations).map { pair, variations in
      .init(
        name: pair.0.name, colour: pair.1, neurons: pair.0.neurons, spikes: pair.0.spikes, meanRate: pair.0.meanRate,
        silent: pair.0.silentShare,
        medianCV: Histogram.quantile(0.5, ofSorted: variations.sorted()), synchrony: pair.0.synchrony())
    }
  }

  /// Power spectra of the population rates; nil if the span is too short for one.
  static func spectra(_ statistics: [SpikeStatistics], _ colours: [SeriesColour]) -> LineFigure? {
    let (shown, remark) = SpikeFigures.selection(Array(zip(statistics, colours)))
    let series = shown.compactMap { s, colour -> LineFigure.Series? in
      guard s.spikes > 0, let spectrum = PowerSpectrum(s.rates(leavingOutBelow: 0.999), step: s.bin) else { return nil }
      return .init(name: s.name, colour: colour, points: spectrum.smoothed().map { .init($0.frequency, $0.density) })
    }
    guard !series.isEmpty else { return nil }
    return LineFigure(
      id: "spectra", title: "Spectra of population rates",
      caption:
        "Power spectral density after Welch. For independent Poisson neurons it is flat at twice the mean rate over the number of neurons.\(remark)",
      x: .init("Frequency", unit: "Hz", isLogarithmic: true), y: .init("Power", unit: "Hz²/Hz", isLogarithmic: true), series: series)
  }

  /// Histograms over a common span whose bins are whole multiples of one spike in `span` ms.
  static func rateHistograms(_ sets: [[Double]], span: Double) -> [Histogram] {
    let rough = Histogram.common(sets, bins: 1)
    guard let upper = rough.first?.upper else { return [] }
    let oneSpike = 1e3 / span
    let width = oneSpike * max(1, (upper / 60 / oneSpike).rounded(.up))
    let bins = max(1, Int((upper / width).rounded(.up)))
    // Half a spike to the left, so that a whole number of spikes never falls on an edge.
    let offset = -oneSpike / 2
    return sets.map { Histogram($0, lower: offset, upper: offset + Double(bins) * width, bins: bins) }
  }
}
