// Bins of population rates: as many as were reached, all of them in the table.
import Foundation
import Parallel
import Storage
import Testing

@testable import Experiments
@testable import Networks
@testable import Spiking

@Suite struct RateRecorderTests {
  private func recorder(duration: Double, bin: Double) -> RateRecorder {
    let populations = [Population(name: "E", model: "iaf_psc_exp", layout: .list(count: 10))]
    var description = SimulationDescription(network: Network(populations: populations))
    description.duration = duration
    description.rateInterval = bin
    return RateRecorder(description, groups: ["E"])
  }

  @Test func theTableHasAllBins() throws {
    let path = NSTemporaryDirectory() + "colonnade-rates-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var rates = recorder(duration: 50, bin: 10)
    rates.add(step: 0, group: 0, spikes: 2)
    rates.add(step: 250, group: 0, spikes: 1)
    try rates.write(path, Communicator.single())
    #expect(try WholeFile.text(path) == "time_ms,E\n10,20\n20,0\n30,10\n40,0\n50,0\n")
  }

  /// A run for years that is to be stopped by its time limit takes no memory for the years.
  @Test func longRunsBeginAtOnce() {
    var rates = recorder(duration: 1e12, bin: 1)
    rates.add(step: 1000, group: 0, spikes: 1)
    rates.clear()
  }
}
