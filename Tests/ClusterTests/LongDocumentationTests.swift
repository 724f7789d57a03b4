// The documentation site: made of the built modules, without a warning.
import Foundation
import TestKit
import Testing

private let isLong = ProcessInfo.processInfo.environment["COLONNADE_LONG"] != nil
private let hasDocc = (try? BuiltProgram.shell("command -v docc").code) == 0

@Suite(.enabled(if: isLong, "long loops run with Tests/long.sh"), .enabled(if: hasDocc, "docc is not in PATH"))
struct LongDocumentationTests {
  @Test func isMadeWithoutWarnings() throws {
    let folder = try ScratchFolder()
    let line = "bash \(Repository.place("cluster/docs.sh")) site \(BuiltProgram.products.path)"
    let outcome = try BuiltProgram.shell(line, in: folder.path, limit: 900)
    #expect(outcome.code == 0, "\(outcome.errors.suffix(3000))")
    let modules = folder.names("site/data/documentation")
    #expect(modules.contains("spiking.json") && modules.contains("training.json"), "\(modules)")
  }
}
