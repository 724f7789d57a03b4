// What the program says about itself is true: help, the examples in it, versions, completion, and who speaks under a launcher.
import Foundation
import TestKit
import Testing

/// The subcommands as `colonnade --help` lists them.
func subcommands() throws -> [String] {
  let help = try BuiltProgram.run("colonnade", ["--help"])
  let list = help.output.split(separator: "\n", omittingEmptySubsequences: false)
    .drop { !$0.hasPrefix("SUBCOMMANDS:") }.dropFirst().prefix { !$0.isEmpty }
  return list.compactMap { line in
    line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first.map(String.init) : nil
  }
}

/// The lines under EXAMPLES of a help text.
private func examples(in help: String) -> [String] {
  let lines = help.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "EXAMPLES" }.dropFirst()
  // A backslash goes on with the next line.
  let text = lines.prefix { $0.hasPrefix("  ") }.joined(separator: "\n").replacing(/\\\n */, with: "")
  return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
}

@Suite(.serialized) struct HelpTests {
  @Test func helpListsCommandsAndExitCodes() throws {
    let help = try BuiltProgram.run("colonnade", ["--help"])
    #expect(help.code == 0 && help.errors.isEmpty)
    for command in ["simulate", "verify", "report", "models", "example"] { #expect(try subcommands().contains(command)) }
    for code in ["64", "65", "66", "70", "73", "74", "75", "76", "78"] { #expect(help.output.contains("\n  \(code)  ")) }
    // The table of the README names the same ones.
    let readme = try Repository.text("README.md")
    for code in help.output.matches(of: /\n +(\d+)  \S/).map(\.1) { #expect(readme.contains("\n| \(code) | "), "\(code)") }
    #expect(help.output.contains("\n   1  compare"))
  }

  @Test func everyCommandHasHelpWithExamples() throws {
    for command in try subcommands() {
      let help = try BuiltProgram.run("colonnade", [command, "--help"])
      #expect(help.code == 0 && help.errors.isEmpty, "\(command)")
      #expect(help.output.contains("USAGE: colonnade \(command)"))
      #expect(!examples(in: help.output).isEmpty, "\(command) shows how it is called")
    }
  }

  /// Every example is run as it stands, in a folder with `jobs` and `../shared`, and with --smoke where the command knows it.
  @Test func examplesRun() throws {
    for command in [""] + (try subcommands()) {
      let folder = try ScratchFolder()
      let here = folder.place("here")
      try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: here + "/jobs", withDestinationPath: Repository.place("jobs"))
      if Repository.hasShared {
        try FileManager.default.createSymbolicLink(atPath: folder.place("shared"), withDestinationPath: Repository.shared)
      }
      let help = try BuiltProgram.run("colonnade", (command.isEmpty ? [] : [command]) + ["--help"]).output
      // Without the data, those that go on from them cannot run either.
      for var line in examples(in: help).prefix(while: { Repository.hasShared || !$0.contains("../shared") }) {
        if line.contains(" simulate ") && !line.contains("--smoke") { line += " --smoke" }
        // The whole microcircuit takes gigabytes; a fiftieth shows that the line is right.
        if line.contains(" simulate ") && line.contains("microcircuit") { line += " --set scale=0.02" }
        let outcome = try BuiltProgram.shell(line, environment: ["XDG_CACHE_HOME": folder.place("cache")], in: here, limit: 300)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      }
    }
  }

  @Test func versionIsTold() throws {
    let outcome = try BuiltProgram.run("colonnade", ["--version"])
    #expect(outcome.code == 0)
    #expect(outcome.output.wholeMatch(of: /colonnade \d+\.\d+\.\d+ \((commit [0-9a-f]+.*|unknown commit)\)\n/) != nil, "\(outcome.output)")
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionScripts(shell: String) throws {
    let outcome = try BuiltProgram.run("colonnade", ["--generate-completion-script", shell])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    for word in ["simulate", "microcircuit", "iaf_psc_exp"] { #expect(outcome.output.contains(word), "\(shell) completes \(word)") }
    if shell == "bash" {
      let folder = try ScratchFolder()
      let script = try folder.file("completion.bash", outcome.output)
      #expect(try BuiltProgram.shell("bash -n '\(script)'").code == 0)
    }
  }

  @Test func everyModelExplainsItself() throws {
    let overview = try BuiltProgram.run("colonnade", ["models"])
    #expect(overview.code == 0)
    for model in ["iaf_psc_exp", "iaf_psc_alpha", "iaf_psc_delta", "lif_sfa"] {
      #expect(overview.output.contains("  \(model) "))
      let page = try BuiltProgram.run("colonnade", ["models", model])
      #expect(page.code == 0 && page.output.hasPrefix("\(model): ") && page.output.contains("Parameters"))
    }
    for (name, words) in [
      ("clif", ["max(a, 0)", "interaction: relu_mult", "threshold: 0.05"]), ("lsnn", ["A = T", "adaptation_increment: 1.3"]),
      ("shd", ["20 classes", "window: 2"]), ("yin_yang", ["encoding: latency", "steps: 60"]),
      ("column_grid", ["lambda: 0.4", "colonnade example column_grid"]), ("network", ["Run your own network"]),
    ] {
      #expect(overview.output.contains("  \(name) "))
      let page = try BuiltProgram.run("colonnade", ["models", name])
      #expect(page.code == 0 && page.output.hasPrefix("\(name): "), "\(page.errors)")
      for word in words { #expect(page.output.contains(word), "\(page.output)") }
    }
    let unknown = try BuiltProgram.run("colonnade", ["models", "iaf_psc_ex"])
    #expect(unknown.code == 64 && unknown.output.isEmpty)
    #expect(unknown.messages.count == 1 && unknown.errors.contains("iaf_psc_exp"), "\(unknown.errors)")
  }

  @Test func examplesAreTheJobs() throws {
    let names = try BuiltProgram.run("colonnade", ["example"]).output.split(separator: "\n").map(String.init)
    #expect(names.contains("microcircuit"))
    for name in names {
      #expect(try BuiltProgram.run("colonnade", ["example", name]).output == Repository.text("jobs/\(name)/config.yaml") + "\n")
    }
    let unknown = try BuiltProgram.run("colonnade", ["example", "microcircut"])
    #expect(unknown.code == 64 && unknown.errors.contains("microcircuit"), "\(unknown.errors)")
  }

  @Test(arguments: [["simulte"], ["simulate"], ["simulate", "x.yaml", "--sed", "1"], ["verify"], ["simulate", "x.yaml", "--seed", "one"]])
  func wrongCommandLines(arguments: [String]) throws {
    for ranks in [nil, 3] {
      let outcome = try BuiltProgram.run("colonnade", ranks: ranks, arguments)
      #expect(outcome.code == 64)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.components(separatedBy: "Error: ").count == 2, "told once: \(outcome.errors)")
    }
  }

  @Test(arguments: [["--help"], ["--version"], ["simulate", "--help"], ["models"], ["example", "brunel"]])
  func oneRankSpeaks(arguments: [String]) throws {
    let alone = try BuiltProgram.run("colonnade", arguments)
    let many = try BuiltProgram.run("colonnade", ranks: 3, arguments)
    #expect(many.code == 0)
    #expect(!alone.output.isEmpty && many.output == alone.output, "\(many.output)")
  }
}
