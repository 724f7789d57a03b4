// The figures of a finished training run, for summary.json and for the person who waits. Made collectively.
import Maths
import Parallel
import Running
import Storage
import Training

struct TrainingResult {
  /// The phases of the table.
  static let phases = Phase.training.filter { $0 != .output }

  let figures: TrainingFigures
  let table: PerformanceTable
  let summary: JSONObject

  init<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ course: TrainingCourse<S>, _ test: TrainingScore, notes: [String],
    _ communicator: borrowing Communicator
  ) throws {
    let trainer = course.trainer, state = course.state
    let seconds = course.phaseSeconds
    table = try PerformanceTable(phases: Self.phases, seconds: seconds.dropLast(), total: seconds.last ?? 0, over: communicator)
    let node = try communicator.splitByNode()
    let peak = RunResult.peakMemory(ranksOnNode: node.size)
    let largest = try communicator.max(Int(peak)), total = try communicator.sum(Int(peak))
    let nodes = try communicator.sum(node.rank == 0 ? 1 : 0)
    figures = TrainingFigures(
      wallTime: state.seconds + course.seconds, ranks: communicator.size, nodes: nodes, epochs: state.epochs, steps: Int64(trainer.steps),
      samples: Int64(state.samples), parameters: Int64(trainer.network.layout.trainable), largestPeakMemory: Int64(largest),
      totalPeakMemory: Int64(total), bestValidation: state.bestScore.map { ("accuracy", $0.accuracy) })
    let settings = experiment.settings
    var summary: JSONObject = [
      "kind": "training", "title": .string(experiment.title), "version": .string(ProgramVersion.text),
      "commit": .string(ProgramVersion.commit),
      "random_layout_version": JSONValue(randomLayoutVersion), "seed": JSONValue(Int(experiment.seed)),
      "data_seed": JSONValue(Int(experiment.dataSeed)), "precision": .string(experiment.precision.rawValue), "threads": 1,
      "nodes": JSONValue(nodes), "vector_bits": JSONValue(VectorFunctions.bits), "dataset": .string(experiment.datasetName),
      "task_type": .string(experiment.task.name),
      "seq_len": JSONValue(experiment.length), "model_type": .string(experiment.model), "batch_size": JSONValue(settings.batch),
      "micro_batch": JSONValue(settings.microBatch), "steps": JSONValue(trainer.steps),
    ]
    if state.resumes > 0 { summary["resumes"] = JSONValue(state.resumes) }
    for (key, value) in figures.summary {
      summary[key] = value == value.rounded() && abs(value) < 9e15 ? JSONValue(Int(value)) : JSONValue(value)
    }
    summary["train_loss"] = JSONValue(state.lastLoss)
    summary["train_accuracy"] = JSONValue(state.lastAccuracy)
    for (key, value) in course.keptScore?.fields("validation") ?? [] { summary[key] = value }
    if let epoch = state.best.epoch { summary["best_epoch"] = JSONValue(epoch + 1) }
    for (key, value) in test.fields("test") { summary[key] = value }
    summary["weights_hash"] = .string(WeightsFile.hash(trainer.network.weights(trainer.parameters)))
    summary["class_names"] = .array(test.classNames.map { .string($0) })
    summary["confusion"] = .array(test.confusion.map { .array($0.map { JSONValue($0) }) })
    summary["phases"] = table.json
    summary["notes"] = .array(notes.map { .string($0) })
    self.summary = summary
  }

  /// Writes the table, the test score and where things lie to standard error.
  func tell(_ folder: RunFolder, _ test: TrainingScore) {
    var text = "\n" + figures.text(table) + "\n\n" + test.text("test") + "\n"
    text += "\nResults in \(folder.path): summary.json, weights.h5, example.h5, run.jsonl, configuration.yaml\nReport    \(folder.report)\n"
    RunLog.tell(text)
  }
}
