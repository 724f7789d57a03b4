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

  /// A batch is shared by no more ranks than it has micro-batches.
  @Test func everyTrainingJobFitsItsBatch() throws {
    var trainings = 0
    for study in Self.studies {
      let config = try Repository.text("jobs/\(study)/config.yaml"), script = try Repository.text("jobs/\(study)/submit.sbatch")
      if !script.contains("run_until_done train") { continue }
      func value(_ key: String, of text: String, default standard: Int) throws -> Int {
        try text.firstMatch(of: Regex("(?m)\(key)([0-9]+)", as: (Substring, Substring).self)).flatMap { Int($0.output.1) } ?? standard
      }
      let batches = try value("^batch_size: *", of: config, default: 64) / value("^micro_batch: *", of: config, default: 16)
      let tasks = try value("--nodes=", of: script, default: 1) * value("--ntasks-per-node=", of: script, default: 1)
      #expect(tasks <= batches, "jobs/\(study): \(tasks) tasks for \(batches) micro-batches")
      trainings += 1
    }
    #expect(trainings >= 3)
  }

  /// The grid can be run on other data sets than its own two.
  @Test func theGridTakesDataSets() throws {
    let script = try Repository.text("jobs/csnn/submit.sbatch").replacingOccurrences(of: "source \"${", with: ": \"${")
    let folder = try ScratchFolder()
    let path = try folder.file("submit.sh", script)
    for (data, task, words) in [
      ("", 95, ["dataset=dvsgesture", "task_type=memory", "model_type=lsnn"]),
      ("fsdd", 47, ["dataset=fsdd", "task_type=memory", "seq_len=5"]),
    ] {
      let outcome = try BuiltProgram.shell(
        "export home=. SLURM_ARRAY_TASK_ID=\(task) DATASETS=\(data); run_until_done() { echo \"$@\"; }; export -f run_until_done; bash \(path)"
      )
      #expect(outcome.code == 0, "\(outcome.errors)")
      for word in words { #expect(outcome.output.contains(word), "\(outcome.output)") }
    }
  }

  @Test(arguments: [["hosts"], ["hosts", "up", "1"], ["hosts", "up", "--delay", "3"], ["local-slurm"], ["local-slurm", "up", "none"]])
  func wrongCommandLinesAreRefused(words: [String]) throws {
    let outcome = try BuiltProgram.shell("cluster/" + words.joined(separator: " "), in: Repository.path)
    #expect(outcome.code == 64 && !outcome.errors.isEmpty, "\(outcome.code): \(outcome.errors)")
  }
}
