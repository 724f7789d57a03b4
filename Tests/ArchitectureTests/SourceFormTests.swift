// How the sources read: a first line that says what a file is for, a bounded length, no word that ends the program, the formatter's style.
import Foundation
import TestKit
import Testing

struct SourceFormTests {
  private static let scripts = ["cluster", "jobs", "Tests", ".ci"].flatMap(Repository.scripts)

  @Test func everyFileSaysWhatItIsFor() throws {
    let files = try SourceFile.all(below: "Sources", "swift", "c", "h") + SourceFile.all(below: "Tests", "swift")
    #expect(files.count > 100)
    for file in files where !file.path.hasSuffix("/vendor.h") {
      var first = file.lines.first ?? ""
      // C headers may begin with a comment of the other form.
      if first.hasPrefix("/* ") { first = "// " + first.dropFirst(3) }
      #expect(first.hasPrefix("// ") || first.hasPrefix("/// "), "\(file.path) begins with '\(first)'")
      #expect(first.split(separator: " ").count >= 4, "\(file.path): '\(first)' is no sentence")
    }
    for file in Self.scripts {
      let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count > 1 && lines[0].hasPrefix("#!") && lines[1].hasPrefix("# "), "\(file)")
    }
  }

  @Test func filesAreShort() throws {
    let files = try SourceFile.all(below: "Sources", "swift", "c", "h")
    let lengths = files.map { $0.lines.count - 1 }.sorted()
    #expect(lengths[lengths.count / 2] <= 130, "the median length is \(lengths[lengths.count / 2]) lines")
    for file in files + (try SourceFile.all(below: "Tests", "swift")) {
      #expect(file.lines.count - 1 <= 450, "\(file.path) has \(file.lines.count - 1) lines")
    }
  }

  /// Libraries neither print nor end the program, and no error is assumed away.
  @Test func librariesReturnOrThrow() throws {
    let forbidden: [(word: String, what: String)] = [
      ("print(", "prints"), ("debugPrint(", "prints"), ("NSLog(", "prints"), ("fatalError(", "traps"), ("try!", "assumes success"),
      ("as!", "assumes a type"), ("exit(", "ends the program"), ("abort(", "ends the program"), ("TODO", "is unfinished"),
      ("FIXME", "is unfinished"),
    ]
    for file in try SourceFile.all(below: "Sources", "swift") where file.module != "colonnade" {
      // How a rank ends the others is the one place that exits.
      let isEnding = file.path == "Sources/Parallel/Failure.swift"
      for (word, what) in forbidden where !(isEnding && what.hasPrefix("ends")) {
        for (line, text) in file.lines(with: word) { #expect(Bool(false), "\(file.path):\(line) \(what): \(text)") }
      }
    }
  }

  /// The search itself: a word counts where it is code and not the end of another word or a member.
  @Test func wordsAreFound() {
    let file = SourceFile(
      path: "Sources/A/a.swift", lines: ["// print(1)", "  print(1)", "imprint(1)", "x.print(1)", "let a = 1  // try! it", "a = try! b()"])
    #expect(file.lines(with: "print(").map(\.number) == [2])
    #expect(file.lines(with: "try!").map(\.number) == [6])
  }

  /// Nothing in the repository knows the machine it was written on.
  @Test func noPathsOfOneMachine() throws {
    let folders = ["Sources", "Tests", "jobs", "cluster"].filter { FileManager.default.fileExists(atPath: Repository.place($0)) }
    let files =
      folders.flatMap {
        Repository.files(below: $0, extensions: ["swift", "c", "h", "sh", "yaml", "md", "py", "sbatch", "txt", "lua", "def"])
      }
      + Self.scripts + ["README.md", "Package.swift", "cluster/modulefile"]
    // In parts, or this file would be one of those.
    let homes = ["ro" + "ot", "ho" + "me", "wo" + "rk", "Us" + "ers"].map { "/\($0)/" }
    for file in files {
      let text = SourceFile(path: file, lines: try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false))
      for home in homes {
        for (line, found) in text.lines(with: home, inComments: true) { #expect(Bool(false), "\(file):\(line): \(found)") }
      }
    }
  }

  /// README, the manifest and the script that looks for a compiler name the same version.
  @Test func theSwiftVersionIsSaidAlike() throws {
    let tools = try #require(try Repository.text("Package.swift").firstMatch(of: /swift-tools-version:([0-9.]+)/)).output.1
    let least = try #require(try Repository.text("cluster/swift.sh").firstMatch(of: /least=([0-9.]+)/)).output.1
    #expect(least == tools)
    #expect(try Repository.text("README.md").contains("Swift \(least) or newer"))
  }

  @Test func theFormatterIsContent() throws {
    let outcome = try BuiltProgram.shell("swift format lint --strict -r Package.swift Sources Tests", in: Repository.path, limit: 300)
    let found = outcome.errors.split(separator: "\n").prefix(10).joined(separator: "\n")
    #expect(outcome.code == 0, "\(found)")
  }

  @Test func scriptsParse() throws {
    // Some are read by others, and have no name of a shell.
    let scripts =
      Self.scripts + ["cluster", "jobs", "Tests"].flatMap { Repository.files(below: $0, extensions: ["sh"]) }
    #expect(scripts.count >= 6 && scripts.contains("cluster/hosts") && scripts.contains("cluster/local-slurm"))
    for script in Set(scripts).sorted() { #expect(try BuiltProgram.shell("bash -n \(script)", in: Repository.path).code == 0, "\(script)") }
  }

  @Test func theTopLevelIsSmall() throws {
    let allowed: Set<String> = ["Package.swift", "Package.resolved", "Sources", "Tests", "jobs", "cluster", "README.md", "LICENSE", "runs"]
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path).filter { !$0.hasPrefix(".") }
    #expect(Set(names).isSubset(of: allowed), "\(Set(names).subtracting(allowed).sorted())")
  }
}
