// Trained weights as a NIR file that other programs read.
import Storage
import Training

public enum TrainingExport {
  /// Writes the network of a training configuration with stored weights.
  ///
  /// - `step`: seconds per step, for time constants; nil: what a step of the data stands for.
  /// - Throws: `TrainingError` 78 naming the part that NIR cannot express, 65 for weights of another shape; `StorageError`.
  public static func write(_ experiment: TrainingExperiment, weights path: String, nir: String, step: Double?) throws {
    let description = experiment.network.description(draws: Draws(seed: experiment.seed, part: .trainingRun))
    let network = try SpikingNetwork<Double>(description)
    let arrays = try WeightsFile.read(path, of: network, fit: .network).arrays
    let graph = try NIRExport.graph(
      description, weights: arrays.map { ($0.name, $0.shape, $0.values) }, step: step ?? 1e-3 * experiment.dataset.stepDuration,
      element: experiment.precision == .single ? .float32 : .float64)
    try graph.write(nir)
  }
}
