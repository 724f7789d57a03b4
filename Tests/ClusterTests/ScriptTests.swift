// The shell scripts: their syntax, shellcheck's opinion, and what every job script must ask Slurm for.
import Foundation
import TestKit
import Testing

private let hasShellcheck = (try? BuiltProgram.shell("command -v shellcheck").code) == 0

@Suite struct ScriptTests {
  static let scripts: [String] = {
    let folders = ["cluster", "jobs", "Tests"]
    let named = folders.flatMap { Repository.files(below: $0, extensions: ["sh", "sbatch"]) }
    return named + ["cluster/hosts", "cluster/local-slurm"]
  }()
  static let studies: [String] = Repository.files(below: "jobs", extensions: ["yaml"]).map { String($0.split(separator: "/")[1]) }

  @Test func allAreValidBash() throws {
    #expect(Self.scripts.count > 15)
    for script in Self.scripts {
      let outcome = try BuiltProgram.shell("bash -n \(script)", in: Repository.path)
      #expect(outcome.code == 0, "\(script): \(outcome.errors)")
    }
  }

  @Test(.enabled(if: hasShellcheck, "there is no shellcheck here")) func shellcheckFindsNothing() throws {
    let outcome = try BuiltProgram.shell("shellcheck -x \(Self.scripts.joined(separator: " "))", in: Repository.path)
    #expect(outcome.code == 0, "\(outcome.output)")
  }

  @Test func everyStudyHasAShortJobScript() throws {
    #expect(Self.studies.count >= 7)
    for study in Self.studies {
      let script = try Repository.text("jobs/\(study)/submit.sbatch")
      #expect(script.split(separator: "\n", omittingEmptySubsequences: false).count <= 30, "\(study)")
      for wish in ["--job-name=\(study)\n", "--signal=B:USR1@", "--requeue", "--open-mode=append", "run_until_done "] {
        #expect(script.contains(wish), "jobs/\(study)/submit.sbatch lacks \(wish)")
      }
    }
  }

  @Test(arguments: [["hosts"], ["hosts", "up", "1"], ["hosts", "up", "--delay", "3"], ["local-slurm"], ["local-slurm", "up", "none"]])
  func wrongCommandLinesAreRefused(words: [String]) throws {
    let outcome = try BuiltProgram.shell("cluster/" + words.joined(separator: " "), in: Repository.path)
    #expect(outcome.code == 64 && !outcome.errors.isEmpty, "\(outcome.code): \(outcome.errors)")
  }
}
