// Reference cases of the context networks, run through the classes that train.
import Foundation
import Training

/// One comparison with a reference.
public struct CaseResult: Sendable, CustomStringConvertible {
  /// The case it is of, and what of the case.
  public let caseName: String
  public let what: String
  public var name: String { "\(caseName) \(what)" }
  /// Largest difference, relative to the largest reference value of the array.
  public let largestError: Double
  public let tolerance: Double
  public let precision: String
  public var passed: Bool { largestError <= tolerance }

  public init(caseName: String, what: String, largestError: Double, tolerance: Double, precision: String) {
    self.caseName = caseName
    self.what = what
    self.largestError = largestError
    self.tolerance = tolerance
    self.precision = precision
  }

  public var description: String { "\(passed ? "ok  " : "FAIL") \(name) [\(precision)] error \(largestError) (allowed \(tolerance))" }
}

/// Collects comparisons of one case in one precision.
struct Comparison {
  let title: String
  let precision: String
  var tolerance: Double
  private(set) var results: [CaseResult] = []

  init(_ title: String, precision: String, tolerance: Double) {
    self.title = title
    self.precision = precision
    self.tolerance = tolerance
  }

  /// Adds a comparison of two arrays, relative to the reference's largest magnitude (absolute if that is zero).
  ///
  /// - Parameter part: the case in a file of several.
  /// - Parameter mayBeEmpty: whether nothing may be what is expected; otherwise nothing holds of it.
  mutating func add(
    _ what: String, of part: String? = nil, _ found: [Double], _ expected: [Double], tolerance: Double? = nil, absolute: Bool = false,
    mayBeEmpty: Bool = false
  ) {
    var error = found.count == expected.count && (mayBeEmpty || !expected.isEmpty) ? 0.0 : Double.infinity
    let scale = absolute ? 0 : expected.reduce(0) { max($0, abs($1)) }
    if error == 0 {
      for (a, b) in zip(found, expected) {
        let difference = abs(a - b)
        error = difference.isNaN ? .infinity : max(error, difference)
      }
      if scale > 0 { error /= scale }
    }
    results.append(
      CaseResult(
        caseName: part.map { "\(title) \($0)" } ?? title, what: what, largestError: error, tolerance: tolerance ?? self.tolerance,
        precision: precision))
  }
}

public enum CsnnCases {
  /// Whether a file looks like a case of the context networks.
  public static func recognises(_ url: URL) -> Bool {
    guard let node = try? ReferenceNode(contentsOf: url) else { return false }
    return (try? form(of: node)) != nil
  }

  /// Runs a reference file in double and, where the scalar matters, in single precision.
  /// - Throws: an error that names the file and what is missing in it.
  public static func run(_ url: URL) throws -> [CaseResult] {
    let node = try ReferenceNode(contentsOf: url)
    let title = (try? node.required("case").text()) ?? url.deletingPathExtension().lastPathComponent
    guard let form = try form(of: node) else {
      throw ReferenceError(file: url.lastPathComponent, problem: "has no form that this program knows")
    }
    var double = Comparison(title, precision: "double", tolerance: 1e-9)
    var single = Comparison(title, precision: "single", tolerance: 1e-4)
    switch form {
    case .network:
      try network(node, &double, Double.self)
      try network(node, &single, Float.self)
    case .cell:
      try cell(node, &double, Double.self)
      try cell(node, &single, Float.self)
    case .surrogates:
      try surrogates(node, &double, Double.self)
      try surrogates(node, &single, Float.self)
    case .gainCurves:
      try gainCurves(node, &double, Double.self)
      try gainCurves(node, &single, Float.self)
    case .gainTraces:
      try gainTraces(node, &double, Double.self)
      try gainTraces(node, &single, Float.self)
    case .pooling: try pooling(node, &double)
    case .regulariser: try regulariser(node, &double)
    case .initialisation: try initialisation(node, &double)
    case .metrics: try metrics(node, &double)
    case .events: try events(node, &double)
    case .tasks: try tasks(node, &double)
    case .waves: try waves(node, &double)
    }
    return double.results + single.results
  }

  enum Form { case network, cell, surrogates, gainCurves, gainTraces, pooling, regulariser, initialisation, metrics, events, tasks, waves }

  /// What a file holds, told by its keys.
  static func form(of node: ReferenceNode) throws -> Form? {
    if node["training"] != nil && node["step0"] != nil { return .network }
    if node["config"]?["model"] != nil && node["loss_coeff"] != nil { return .cell }
    if node["rate_per_step"] != nil { return .gainCurves }
    if node["traces"] != nil { return .gainTraces }
    if let cases = node["cases"] {
      if cases.keys.contains(where: { cases[$0]?["dz_dx"] != nil }) { return .surrogates }
      guard let first = try? cases.list().first else { return nil }
      if first["pooled"] != nil { return .pooling }
      if first["spike_sum"] != nil && first["reg"] != nil { return .regulariser }
      if first["fan_in"] != nil { return .initialisation }
      if first["logits"] != nil { return .metrics }
      if first["t_us"] != nil { return .events }
      if first["neg_class"] != nil { return .tasks }
      if first["amplitude"] != nil { return .waves }
    }
    return nil
  }
}
