// The figures of `example.h5`: raster, readout against target, apical potential, gain curves.
import Storage

enum TrainingExampleFigures {
  /// - Parameter classNames: of the task, for the curves of a readout with several outputs.
  static func add(to content: inout ReportContent, _ path: String, classNames: [String]) throws {
    let file = try HDF5File.open(path)
    let step = try file.attribute("step_ms", as: Double.self)?.first ?? 1
    let units = try file.attribute("units", as: Int64.self)?.first.map(Int.init) ?? 0
    let shape = try file.shape(of: "readout"), target = try file.read("target", as: Double.self)
    if shape.count == 2, shape[0] > 0, shape[1] > 0, target.count == shape[0] {
      let steps = try file.read("spikes/step", as: Int32.self), ids = try file.read("spikes/unit", as: Int32.self)
      content.raster = ReportContent.Raster(
        populations: [
          .init(
            name: "hidden", colour: SeriesColour(hue: 0), neurons: units,
            points: zip(steps, ids).map { .init(time: Float(Double($0) * step), neuron: $1) }, spikes: steps.count)
        ], start: 0, stop: Double(shape[0]) * step)
      content.figures.append(.lines(readout(try file.read("readout", as: Double.self), outputs: shape[1], target, step, classNames)))
      let apical = try file.read("apical", as: Double.self)
      if !apical.isEmpty {
        content.figures.append(
          .lines(
            .init(
              id: "apical", title: "Apical potential in the example", caption: "Mean over the hidden units.", x: .init("Time", unit: "ms"),
              y: .init("Apical potential"),
              series: [.init(name: "mean", colour: SeriesColour(hue: 3), points: course(apical, step))])))
      }
    }
    try addGain(to: &content, file)
  }

  private static func course(_ values: [Double], _ step: Double) -> [ReportContent.LineFigure.Point] {
    values.enumerated().map { .init(Double($0) * step, $1) }
  }

  /// The readout of the example; the target as 0 or 1, or the true class drawn strong among the others.
  private static func readout(
    _ values: [Double], outputs: Int, _ target: [Double], _ step: Double, _ classNames: [String]
  ) -> ReportContent.LineFigure {
    func output(_ index: Int) -> [Double] { stride(from: index, to: values.count, by: outputs).map { values[$0] } }
    var series: [ReportContent.LineFigure.Series] = []
    var caption = "The pooled readout decides: yes above 0."
    if outputs == 1 {
      series = [
        .init(name: "readout", colour: SeriesColour(hue: 0), points: course(output(0), step)),
        .init(name: "target", colour: SeriesColour(hue: 1), style: .dashed, points: course(target, step)),
      ]
    } else {
      let truth = Int(target.first ?? 0)
      caption = "The greatest mean decides; the true class is dashed."
      series = (0..<outputs).map { index in
        .init(
          name: classNames.indices.contains(index) ? classNames[index] : "\(index)",
          colour: SeriesColour(hue: index, isSoft: index >= SeriesColour.hues), style: index == truth ? .dashed : .line,
          points: course(output(index), step))
      }
    }
    return .init(
      id: "example-readout", title: "Readout of one test sample", caption: caption, x: .init("Time", unit: "ms"), y: .init("Readout"),
      series: series)
  }

  private static func addGain(to content: inout ReportContent, _ file: borrowing HDF5File) throws {
    let soma = try file.read("gain/soma", as: Double.self), apical = try file.read("gain/apical", as: Double.self)
    let rates = try file.read("gain/rate", as: Double.self)
    guard !soma.isEmpty, rates.count == soma.count * apical.count else { return }
    let series = apical.indices.map { level in
      ReportContent.LineFigure.Series(
        name: apical.count > 1 ? "apical \(apical[level])" : "cell", colour: SeriesColour(hue: level),
        points: soma.indices.map { .init(soma[$0], rates[level * soma.count + $0]) })
    }
    content.figures.append(
      .lines(
        .init(
          id: "gain", title: "Gain modulation of the cell",
          caption: "One cell under constant currents; \(GainCurves.counted) steps after \(GainCurves.settling) to settle.",
          x: .init("Somatic current"), y: .init("Spikes per step"), series: series)))
  }
}
