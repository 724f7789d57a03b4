// What the fault tests share: a run that must be refused, with one message that names place and remedy and nothing left that looks whole.
import Foundation
import TestKit
import Testing

/// Files that only a finished run may leave.
private let results = ["summary.json", "spikes.h5", "report.h5", "report.html"]

/// Runs `colonnade simulate` plainly and on three ranks, and expects it to end with the code and one message that holds the words.
func expectRefusal(
  _ arguments: [String], output: String, code: Int32, _ words: [String], ranks: [Int?] = [nil, 3], environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for ranks in ranks {
    let outcome = try BuiltProgram.run(
      "colonnade", ranks: ranks, ["simulate"] + arguments + ["--output", output, "--quiet"], environment: environment)
    let said: Comment = "\(ranks ?? 1) ranks ended with \(outcome.code) after \(outcome.seconds) s: \(outcome.errors)"
    #expect(outcome.code == code, said, sourceLocation: sourceLocation)
    #expect(outcome.messages.count == 1, said, sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.messages.first?.contains(word) == true, "no '\(word)'; \(said)", sourceLocation: sourceLocation)
    }
    #expect(outcome.output.isEmpty, said, sourceLocation: sourceLocation)
    #expect(outcome.seconds < 30, said, sourceLocation: sourceLocation)
    for name in results {
      let isThere = FileManager.default.fileExists(atPath: output + "/" + name)
      #expect(!isThere, "\(name) looks whole after \(said)", sourceLocation: sourceLocation)
    }
  }
}

/// A network that runs in a moment: 100 cells of which each hears ten others and a Poisson train.
let smallNetwork = """
  seed: 3
  duration: 20
  resolution: 0.1
  populations:
    - name: E
      model: iaf_psc_exp
      count: 100
      parameters: {tau_m: 10, V_th: -50}
    - {name: in, model: spikes, count: 2, spikes: [[1.5, 0], [2, 1]]}
  projections:
    - {from: E, to: E, rule: {fixed_indegree: 10}, weight: 20, delay: 1.5}
    - {from: in, to: E, rule: all_to_all, weight: 100, delay: 1}
  inputs:
    - poisson: {to: E, rate: 8000, weight: 87.8}
  """
