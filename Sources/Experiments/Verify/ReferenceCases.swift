// Finds the form of a file of reference cases and runs them.
import Foundation
import Storage

public enum ReferenceCases {
  /// Runs every case of a file.
  ///
  /// - `each`: gets every result as it is there, also those beside a case that cannot be run.
  /// - Throws: `StorageError` for a file that cannot be read or has no known form, `ReferenceError` for one in which something is missing or
  ///   nothing is there to compare.
  @discardableResult
  public static func run(_ path: String, each: (VerifiedCase) -> Void = { _ in }) throws -> [VerifiedCase] {
    let file = try JSONValue.read(path)
    var results: [VerifiedCase] = []
    func take(_ result: VerifiedCase) {
      results.append(result)
      each(result)
    }
    if NestCases.recognises(file) { try NestCases.run(file, path: path, each: take) } else { try csnn(path).forEach(take) }
    if results.isEmpty { throw ReferenceError(file: path, problem: "holds no value to compare") }
    return results
  }

  private static func csnn(_ path: String) throws -> [VerifiedCase] {
    let url = URL(fileURLWithPath: path)
    if CsnnCases.recognises(url) {
      let values = try CsnnCases.run(url)
      var cases: [(name: String, precision: String, values: [CaseResult])] = []
      for value in values {
        if let place = cases.firstIndex(where: { $0.name == value.caseName && $0.precision == value.precision }) {
          cases[place].values.append(value)
        } else {
          cases.append((value.caseName, value.precision, [value]))
        }
      }
      return cases.map { one($0.name, $0.precision, $0.values) }
    }
    throw StorageError(
      .badData, path: path, operation: "verify", reason: "it has no form of reference case that is known",
      remedy: "see golden/README.md for the forms")
  }
}

extension ReferenceCases {
  /// All comparisons of a case in one precision: the worst of them, measured by its own tolerance.
  private static func one(_ name: String, _ precision: String, _ values: [CaseResult]) -> VerifiedCase {
    func excess(_ value: CaseResult) -> (Int, Double) {
      (value.passed ? 0 : 1, value.largestError == 0 ? 0 : value.largestError / value.tolerance)
    }
    let worst = values.max { excess($0) < excess($1) }
    let failed = values.count { !$0.passed }
    return VerifiedCase(
      name: name, precision: precision, error: worst?.largestError ?? .infinity, tolerance: worst?.tolerance ?? 0,
      detail: (failed > 0 ? "\(failed) of \(values.count) arrays differ" : "\(values.count) \(values.count == 1 ? "array" : "arrays")")
        + "; worst: \(worst?.what ?? "none")")
  }
}

extension VerifiedCase {
  /// One line for a person: verdict, case, precision, error against tolerance.
  public func line(file: String) -> String {
    let base = file.split(separator: "/").last.map(String.init) ?? file
    return "\(holds ? "ok    " : "FAILED") \(base) \(name) [\(precision)] error \(error) (tolerance \(tolerance)); \(detail)"
  }
}
