// The files that recordings are written to: names that a run folder can take, and no two recordings at odds over one file.
import Networks
import Spiking

/// Recordings whose files agree with each other.
struct ReportFiles {
  /// What is wrong with a recording.
  struct Fault: Equatable {
    enum Part { case file, neurons }
    /// What would have to be written otherwise.
    let part: Part
    /// To be read after the name of the part: "is ...".
    let text: String
  }

  private(set) var recordings: [SimulationDescription.ColumnRecording]
  private let populations: [Population]

  /// - Parameter recordings: those that were checked before.
  init(_ network: Network, recordings: [SimulationDescription.ColumnRecording] = []) {
    populations = network.populations
    self.recordings = recordings
  }

  /// Takes a recording up, or returns why its file cannot hold it.
  mutating func add(_ recording: SimulationDescription.ColumnRecording) -> Fault? {
    if let fault = fault(of: recording) { return fault }
    recordings.append(recording)
    return nil
  }

  private func fault(of recording: SimulationDescription.ColumnRecording) -> Fault? {
    if let text = Self.fault(ofName: recording.file) { return Fault(part: .file, text: text) }
    for other in recordings where other.file == recording.file {
      // A report has one variable and one grid of times.
      if other.column != recording.column || other.interval != recording.interval {
        return Fault(
          part: .file,
          text: "is \(other.file), which already holds \(other.column) every \(NumberText.text(other.interval)) ms; name another file")
      }
      if other.population != recording.population { continue }
      let population = populations[recording.population]
      if let neuron = recording.neurons.first(sharedWith: other.neurons, of: population.count) {
        return Fault(
          part: .neurons,
          text: "has neuron \(population.output.id(of: neuron)) of \(population.output.group), whose \(other.column) is already in "
            + "\(other.file); leave it out or name another file")
      }
    }
    return nil
  }

  /// What is wrong with the name of a report file, to be read after "file", or nil.
  static func fault(ofName name: String) -> String? {
    if name.isEmpty { return "is empty; give a name like report.h5" }
    if name.contains("/") { return "is \(name), a path; give a name like report.h5, reports lie in the folder of the run" }
    if RunFolder.ownNames.contains(name) { return "is \(name), which the run writes itself; name another file" }
    if !name.hasSuffix(".h5") { return "is \(name), which does not end in .h5; give a name like report.h5" }
    return nil
  }
}
