// The report of a training run, made from what lies in its folder.
import Running
import Storage

enum TrainingReport {
  /// Learning curves from `run.jsonl`, confusion and figures from `summary.json`.
  static func content(_ folder: RunFolder, _ summary: JSONValue) throws -> ReportContent {
    func number(_ key: String) -> Double { summary[key]?.double ?? 0 }
    let ranks = summary["ranks"]?.int ?? 1
    var content = ReportContent(
      title: summary["title"]?.string ?? "Training",
      subtitle: "\(Int(number("epochs"))) epochs on \(ranks) rank\(ranks == 1 ? "" : "s"), seed \(summary["seed"]?.int ?? 0)")
    content.highlights = [
      .init("Test accuracy", HumanUnits.fixed(100 * number("test_accuracy"), 1) + " %"),
      .init("Most frequent answer", HumanUnits.fixed(100 * number("test_chance"), 1) + " %"),
      .init("Training loss", HumanUnits.significant(number("train_loss"))),
      .init("Samples per second", HumanUnits.significant(number("samples_per_s"))),
      .init("Parameters", HumanUnits.count(Int(number("parameters")))),
      .init("Memory", HumanUnits.bytes(Int64(number("peak_memory_bytes")))),
    ]
    content.notes = summary["notes"]?.array?.compactMap(\.string) ?? []
    let facts = [
      "dataset", "task_type", "seq_len", "model_type", "seed", "data_seed", "precision", "batch_size", "micro_batch", "ranks", "nodes",
      "steps", "best_epoch", "run_s", "test_loss", "test_precision", "test_recall", "test_spike_probability", "weights_hash",
    ]
    for key in facts {
      if let value = summary[key] { content.facts.append(.init(key, value.string ?? HumanUnits.significant(value.double ?? 0, 6))) }
    }
    for (name, row) in summary["phases"]?.object?.members ?? [] {
      func value(_ key: String) -> Double { row[key]?.double ?? 0 }
      content.phases.append(
        .init(
          name: String(name.map { $0 == "_" ? " " : $0 }), minimum: value("min_s"), mean: value("mean_s"), maximum: value("max_s"),
          share: value("share"), waits: name == "sum"))
    }
    let (metrics, unread) = try metrics(folder)
    if unread > 0 { content.notes.append("\(unread) lines of run.jsonl cannot be read; the curves lack what they held") }
    content.figures = curves(metrics)
    if let confusion = confusion(summary) { content.figures.append(.heatMap(confusion)) }
    if RunFolder.exists(folder.example) {
      try TrainingExampleFigures.add(to: &content, folder.example, classNames: summary["class_names"]?.array?.compactMap(\.string) ?? [])
    }
    content.configuration = (try? WholeFile.text(folder.configuration)) ?? ""
    content.footer = ProgramVersion.text(of: summary)
    return content
  }

  /// The `metrics` lines of the folder's last run, the last one of each epoch: a resumed run repeats what its checkpoint did not hold.
  private static func metrics(_ folder: RunFolder) throws -> (lines: [JSONValue], unread: Int) {
    var lines: [JSONValue] = []
    var unread = 0
    guard RunFolder.exists(folder.log) else { return ([], 0) }
    for text in String(decoding: try WholeFile.read(folder.log), as: UTF8.self).split(separator: "\n") {
      // A line that a crash or an editor spoilt costs its point of the curves, not the report.
      guard let line = try? JSONValue.parse(String(text), path: folder.log) else {
        unread += 1
        continue
      }
      if line["event"]?.string == "run.start" { lines = [] }
      if line["event"]?.string == "metrics" {
        lines.removeAll { ($0["epoch"]?.int ?? 0) >= (line["epoch"]?.int ?? 0) }
        lines.append(line)
      }
    }
    return (lines, unread)
  }

  private static func curves(_ metrics: [JSONValue]) -> [ReportContent.Figure] {
    guard !metrics.isEmpty else { return [] }
    func figure(
      _ id: String, _ title: String, _ caption: String, _ y: ReportContent.Axis, _ keys: [(name: String, key: String, scale: Double)]
    ) -> ReportContent.Figure? {
      let series = keys.enumerated().compactMap { place, curve -> ReportContent.LineFigure.Series? in
        let points = metrics.compactMap { line in
          line["epoch"]?.double.flatMap { epoch in line[curve.key]?.double.map { ReportContent.LineFigure.Point(epoch, curve.scale * $0) } }
        }
        return points.isEmpty ? nil : .init(name: curve.name, colour: SeriesColour(hue: place), style: .lineWithPoints, points: points)
      }
      if series.isEmpty { return nil }
      return .lines(.init(id: id, title: title, caption: caption, x: .init("Epoch"), y: y, series: series))
    }
    return [
      figure(
        "loss", "Loss",
        "Training: mean over the epoch's batches with the spike cost, each before its step. Validation: after the epoch, without.",
        .init("Loss"), [("training", "train_loss", 1), ("validation", "validation_loss", 1)]),
      figure(
        "accuracy", "Accuracy", "", .init("Accuracy", unit: "%"),
        [("training", "train_accuracy", 100), ("validation", "validation_accuracy", 100)]),
      figure(
        "gradient-norm", "Gradient norm", "Mean over the epoch's batches, before clipping.", .init("Norm", isLogarithmic: true),
        [("norm", "gradient_norm", 1)]),
      figure(
        "spike-probability", "Activity of the hidden layer", "", .init("Spikes per unit and 100 steps"),
        [("training", "spike_probability", 100)]),
    ].compactMap { $0 }
  }

  private static func confusion(_ summary: JSONValue) -> ReportContent.HeatMap? {
    guard let rows = summary["confusion"]?.array, let names = summary["class_names"]?.array?.compactMap(\.string) else { return nil }
    let values = rows.map { ($0.array ?? []).map { $0.double ?? 0 } }
    guard values.count == names.count, values.allSatisfy({ $0.count == names.count }) else { return nil }
    return .init(
      id: "confusion", title: "Confusion on the test part", caption: "Number of decisions.", rowAxis: .init("True"),
      columnAxis: .init("Decided"), rows: names, columns: names, values: values)
  }
}
