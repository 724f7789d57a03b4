// The reference cases of the context networks, where the reference folder lies beside the repository.
import Experiments
import Foundation
import Testing

struct CsnnCasesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/golden/csnn")

  static var files: [URL] {
    let found = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return found.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
  }

  @Test(.enabled(if: !files.isEmpty, "no reference cases beside the repository (../shared/golden/csnn)"), arguments: files)
  func holds(_ file: URL) throws {
    let results = try CsnnCases.run(file)
    #expect(!results.isEmpty)
    for result in results { #expect(result.passed, "\(result)") }
  }

  @Test func refusesAFileOfAnotherForm() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("csnn-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("{\"case\": \"other\"}".utf8).write(to: file)
    #expect(!CsnnCases.recognises(file))
    #expect(throws: (any Error).self) { try CsnnCases.run(file) }
  }

  /// A wrong reference value must be noticed: the comparison itself is under test here.
  @Test(.enabled(if: !files.isEmpty, "no reference cases beside the repository (../shared/golden/csnn)"))
  func noticesAChangedReference() throws {
    let source = Self.folder.appendingPathComponent("li_readout.json")
    let text = try String(contentsOf: source, encoding: .utf8)
    let changed = text.replacing(/"loss": ?/, with: "\"loss\": 1")
    #expect(changed != text)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("csnn-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(changed.utf8).write(to: file)
    #expect(try CsnnCases.run(file).contains { !$0.passed })
  }

  /// Constants of the optimiser and a bias are taken as the file gives them, or refused.
  @Test(
    .enabled(if: !files.isEmpty, "no reference cases beside the repository (../shared/golden/csnn)"),
    arguments: [
      ("Adam(b1=.9,b2=.999,eps=1e-8)", "holds"), ("adam(beta2=0.999, b1=0.9)", "holds"), ("Adam", "holds"),
      ("Adam(b1=.8,b2=.999,eps=1e-8)", "differs"), ("Adam(b1=.9,b2=.99,eps=1e-8)", "differs"), ("Adam(b1=.9,eps=1e-3)", "differs"),
      ("SGD(lr=1)", "not Adam"), ("Adam(b3=1)", "'b3'"), ("Adam(b1=x)", "'b1=x'"),
    ])
  func theOptimiserIsThatOfTheFile(_ optimiser: String, _ outcome: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent("net_clif_recognition_len1.json"), encoding: .utf8)
    let changed = text.replacing("Adam(b1=.9,b2=.999,eps=1e-8)", with: optimiser)
    switch outcome {
    case "holds": #expect(try cases(changed).allSatisfy(\.holds))
    case "differs": #expect(try cases(changed).contains { !$0.holds })
    default:
      let error = #expect(throws: ReferenceError.self) { try cases(changed) }
      #expect(error?.description.contains(outcome) == true, "\(error?.description ?? "")")
    }
  }

  @Test(.enabled(if: !files.isEmpty, "no reference cases beside the repository (../shared/golden/csnn)"))
  func aCellWithABiasIsRefused() throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent("gain_modulation_trajectory.json"), encoding: .utf8)
    let error = #expect(throws: ReferenceError.self) { try cases(text.replacing(/"bias": ?null/, with: "\"bias\": 0.1")) }
    #expect(error?.description.contains("bias") == true, "\(error?.description ?? "")")
  }

  /// Arrays that do not go together are an error with their place, and nothing is held to be right because there is nothing.
  @Test(
    .enabled(if: !files.isEmpty, "no reference cases beside the repository (../shared/golden/csnn)"),
    arguments: [
      ("inputs.x", "samples"), ("inputs.x.0", "parts of"), ("loss_coeff", "samples"), ("loss_coeff.0", "parts of"),
      ("loss_coeff.0.0", "empty"),
    ])
  func refusesArraysThatDoNotGoTogether(_ place: String, _ word: String) throws {
    let source = Self.folder.appendingPathComponent("li_readout.json")
    var document = try JSONSerialization.jsonObject(with: Data(contentsOf: source))
    document = Self.shortened(document, place.split(separator: ".").map(String.init))
    let error = #expect(throws: ReferenceError.self) {
      try cases(String(decoding: JSONSerialization.data(withJSONObject: document), as: UTF8.self))
    }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }

  /// The same with the last element of a list left out.
  private static func shortened(_ value: Any, _ path: [String]) -> Any {
    guard let key = path.first else { return (value as? [Any]).map { Array($0.dropLast()) } ?? value }
    let rest = Array(path.dropFirst())
    if var object = value as? [String: Any] {
      object[key] = object[key].map { shortened($0, rest) }
      return object
    }
    guard var list = value as? [Any], let place = Int(key) else { return value }
    list[place] = shortened(list[place], rest)
    return list
  }

  @Test func nothingToCompareDoesNotHold() throws {
    let results = try cases(##"{"x": [], "cases": {"triangle_0.3": {"alpha": 0.3, "z": [], "dz_dx": []}}}"##)
    #expect(!results.isEmpty && results.allSatisfy { !$0.holds }, "\(results)")
    #expect(throws: ReferenceError.self) {
      try cases(#"{"cases": [{"pooled": [], "outputs": [], "block_idx": [], "seq_len": 1, "coeff": [], "grad_outputs": []}]}"#)
    }
  }

  private func cases(_ text: String) throws -> [VerifiedCase] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("csnn-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return try ReferenceCases.run(file.path)
  }

  /// A sine of amplitude 2 from its maximum on: with twenty samples they lie a quarter of the period apart.
  private static func quarters(_ indices: Range<Int>) -> String { "\(indices.map { [2, 0, -2, 0][$0 % 4] })" }

  @Test(arguments: [
    #""time_steps": 19, "shift": 1, "data": \#(quarters(0..<19)), "target": \#(quarters(1..<20))"#,
    #""steps": 19, "k": 1, "y": \#(quarters(1..<20))"#, #""steps": 19, "phase_shift": 1, "values": \#(quarters(0..<20))"#,
  ]) func wavesInAnyOfTheirForms(_ members: String) throws {
    let results = try cases(#"{"cases": [{"kind": "sine", "amplitude": 2, \#(members)}]}"#)
    #expect(!results.isEmpty)
    for result in results { #expect(result.error < 1e-12, "\(result)") }
  }

  @Test(arguments: [
    #""time_steps": 4, "shift": 1"#, #""time_steps": 4, "shift": 1, "data": [0, 1, 0, 1, 0, 1]"#,
    #""time_steps": 0, "shift": 1, "data": []"#,
  ]) func wavesWithNothingToCompare(_ members: String) {
    #expect(throws: ReferenceError.self) { try cases(#"{"cases": [{"kind": "sine", "amplitude": 2, \#(members)}]}"#) }
  }
}
