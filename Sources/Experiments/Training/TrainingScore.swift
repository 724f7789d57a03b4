// What an evaluation found, as numbers for logs, summaries and people.
import Parallel
import Running
import Storage
import Training

/// Loss and metrics over one part of the data, with the confusion of classes: rows true, columns decided.
public struct TrainingScore: Sendable {
  public let tally: Tally
  public let confusion: [[Int]]
  public let classNames: [String]

  /// Runs a trainer over a data set. Collective.
  init<S: TrainingScalar, T: GradientTransport>(
    _ trainer: Trainer<S, T>, _ data: any Dataset, classNames: [String], _ communicator: borrowing Communicator
  ) throws where T.Scalar == S {
    let classes = classNames.count
    var counts = Array(repeating: 0, count: classes * classes)
    tally = try trainer.evaluate(data) { _, sample, pooled in
      guard case .label(let label) = sample.target, let outputs = pooled.first else { return }
      let decision = outputs.indices.reduce(0) { outputs[$1] > outputs[$0] ? $1 : $0 }
      counts[label * classes + decision] += 1
    }
    try communicator.sum(&counts)
    let binary = tally.binary
    if binary.total > 0 {
      counts = [binary.trueNegatives, binary.falsePositives, binary.falseNegatives, binary.truePositives].map { Int($0) }
    }
    confusion = (0..<classes).map { row in Array(counts[row * classes..<(row + 1) * classes]) }
    self.classNames = classNames
  }

  /// Puts a score back together.
  init(tally: Tally, confusion: [[Int]], classNames: [String]) {
    self.tally = tally
    self.confusion = confusion
    self.classNames = classNames
  }

  public var loss: Double { tally.loss }
  public var accuracy: Double { tally.accuracy }
  /// Of the answer yes, or the mean over the classes that samples have or decisions name; one that is never decided counts 0.
  public var precision: Double { tally.binary.total > 0 ? tally.binary.precision : mean(\.decided, of: { $0.decided + $0.samples > 0 }) }
  /// Of the answer yes, or the mean over the classes that samples have.
  public var recall: Double { tally.binary.total > 0 ? tally.binary.recall : mean(\.samples, of: { $0.samples > 0 }) }

  private struct ClassCounts {
    let right: Int
    let samples: Int
    let decided: Int
  }

  /// The mean over some classes of right decisions over a number per class.
  private func mean(_ total: KeyPath<ClassCounts, Int>, of isCounted: (ClassCounts) -> Bool) -> Double {
    let counts = confusion.indices.map { row in
      ClassCounts(
        right: confusion[row][row], samples: confusion[row].reduce(0, +), decided: confusion.reduce(0) { $0 + $1[row] })
    }
    let shares = counts.filter(isCounted).map { Double($0.right) / Double(max($0[keyPath: total], 1)) }
    return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
  }

  /// Accuracy of always giving the most frequent answer.
  public var chance: Double {
    let rows = confusion.map { $0.reduce(0, +) }
    let total = rows.reduce(0, +)
    return total > 0 ? Double(rows.max() ?? 0) / Double(total) : 0
  }
  /// Spikes per unit and step.
  public var spikeProbability: Double { tally.samples > 0 ? tally.rate / tally.samples : 0 }

  /// The numbers under names that begin with the part's.
  func fields(_ part: String) -> [(key: String, value: JSONValue)] {
    var fields: [(key: String, value: JSONValue)] = [
      ("\(part)_loss", JSONValue(loss)), ("\(part)_accuracy", JSONValue(accuracy)), ("\(part)_chance", JSONValue(chance)),
      ("\(part)_samples", JSONValue(Int(tally.samples))), ("\(part)_spike_probability", JSONValue(spikeProbability)),
    ]
    fields += [("\(part)_precision", JSONValue(precision)), ("\(part)_recall", JSONValue(recall))]
    return fields
  }

  /// Lines for a person.
  public func text(_ part: String) -> String {
    func percent(_ share: Double) -> String { HumanUnits.fixed(100 * share, 2) + " %" }
    var lines = [
      "\(part): accuracy \(percent(accuracy)) over \(HumanUnits.count(Int(tally.samples))) samples (most frequent answer \(percent(chance))), "
        + "loss \(HumanUnits.significant(loss, 4)), \(HumanUnits.significant(100 * spikeProbability)) spikes per 100 steps and unit"
    ]
    lines.append("precision \(percent(precision)), recall \(percent(recall))")
    let width = max(6, (classNames.map(\.count).max() ?? 0) + 1)
    func cell(_ text: String) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }
    lines.append("confusion (rows true, columns decided):")
    lines.append(cell("") + classNames.map(cell).joined())
    for (name, row) in zip(classNames, confusion) { lines.append(cell(name) + row.map { cell(String($0)) }.joined()) }
    return lines.joined(separator: "\n")
  }
}
