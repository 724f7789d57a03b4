// The table's figures, its text and its notes.
import Testing

@testable import Running

@Suite struct PerformanceTableTests {
  /// Two ranks: the first is slower in update, the second waits for it in communication.
  let waiting = PerformanceTable(
    phases: Phase.simulation, seconds: [[12, 1, 0.5, 1, 8, 0.5], [8, 1, 0.5, 5, 8, 0.5]], totals: [24, 24])

  @Test func rowsHoldMinimumMeanMaximumShare() {
    let update = waiting.rows[0]
    #expect(update.name == "update")
    #expect((update.minimum, update.mean, update.maximum) == (8, 10, 12))
    #expect(abs(update.imbalance - 0.2) < 1e-12)
    #expect(abs(update.share - 10.0 / 24) < 1e-12)
    #expect(waiting.rows.last?.name == "rest")
    #expect(waiting.rows.last?.mean == 1)
    #expect(waiting.total == 24)
    #expect(abs(waiting.rows.map(\.share).reduce(0, +) - 1) < 1e-12)
    #expect(waiting.rows.map(\.key).contains("external_input"))
  }

  @Test func textHasTheColumnsOfTheField() {
    let lines = waiting.text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "Phase               min (s)   mean (s)    max (s)   imbalance %   of total %")
    #expect(lines[1] == "update                 8.00      10.00      12.00          20.0         41.7")
    #expect(lines[7] == "rest                   1.00       1.00       1.00           0.0          4.2")
    #expect(lines[8] == "NOTE 13 % of the time went to communication, mostly waiting for slower ranks: see imbalance of update.")
    #expect(lines[9] == "NOTE the slowest rank spends 8 % of the run more than the mean in update: all others wait for it.")
  }

  @Test func tellsTransferFromWaiting() {
    let transfer = PerformanceTable(phases: Phase.simulation, seconds: [[5, 0, 0, 5, 0, 0], [5, 0, 0, 5.1, 0, 0]], totals: [10.2, 10.2])
    #expect(transfer.notes == ["50 % of the time went to communication itself, not to waiting: fewer ranks would use the cores better."])
    let turns = PerformanceTable(phases: [.update, .communication], seconds: [[5, 1], [5, 5]], totals: [10, 10])
    #expect(turns.notes.first?.contains("held up by turns") == true)
  }

  @Test func oneEvenRankHasNoNotes() {
    let one = PerformanceTable(phases: Phase.simulation, seconds: [[5, 2, 0.2, 0.1, 2.5, 0.1]], totals: [10])
    #expect(one.notes.isEmpty)
    #expect(one.rows.allSatisfy { $0.imbalance == 0 })
  }

  @Test(arguments: [
    ([1.0, 0, 0, 0, 1, 2], 4.0, "output"), ([1, 0, 0, 0, 1, 0], 4.0, "no phase"), ([0.1, 0, 0, 0, 0.1, 0], 0.2, "start-up"),
  ])
  func notesNameTheCause(_ seconds: [Double], _ total: Double, _ word: String) {
    let table = PerformanceTable(phases: Phase.simulation, seconds: [seconds], totals: [total])
    #expect(table.notes.contains { $0.contains(word) })
  }

  @Test func aRunOfNoTimeIsNoError() {
    let table = PerformanceTable(phases: Phase.simulation, seconds: [[0, 0, 0, 0, 0, 0]], totals: [0])
    #expect(table.notes.isEmpty)
    #expect(table.text.contains("update"))
  }

  @Test func simulationFiguresAreTheFieldsOwn() {
    let figures = SimulationFigures(
      modelTime: 10, wallTime: 27.31, buildTime: 8.4, ranks: 64, nodes: 4, largestPeakMemory: 210_000_000, totalPeakMemory: 12_000_000_000,
      neurons: 77_169, synapses: 298_880_941, spikes: 2_392_239, synapticEvents: 9_270_000_000, externalEvents: 5_000_000_000,
      neuronSteps: 7_716_900_000)
    let table = PerformanceTable(
      phases: Phase.simulation, seconds: Array(repeating: [10.02, 0, 0.66, 4.11, 11.71, 0.34], count: 64),
      totals: Array(repeating: 27.31, count: 64))
    #expect(abs(figures.realTimeFactor - 2.731) < 1e-12)
    #expect(abs(figures.meanRate - 3.1) < 1e-3)
    #expect(abs(figures.nsCorePerSynapticEvent(table, phase: .delivery) - 80.845) < 0.01)
    #expect(abs(figures.nsCorePerNeuronStep(table) - 83.1) < 0.01)
    let head = figures.headerLines(table)
    #expect(head[0] == "Model time 10.000 s in 27.31 s of wall time on 64 ranks (4 nodes); built in 8.40 s; peak 210 MB per rank")
    #expect(head[1] == "Real-time factor 2.731 | 77 169 neurons, 2.99e8 synapses, mean rate 3.1 Hz")
    #expect(head[2].hasPrefix("9.27e9 synaptic events, 189 ns x core per event (delivery 80.8) | update 83.1 ns x core per neuron-step"))
    let summary = Dictionary(uniqueKeysWithValues: figures.summary(table).map { ($0.key, $0.value) })
    #expect(summary["real_time_factor"] == figures.realTimeFactor)
    #expect(summary["spikes"] == 2_392_239)
    #expect(abs((summary["bytes_per_synapse"] ?? 0) - 40.15) < 0.01)
  }

  @Test func trainingFiguresSplitTheStep() {
    let figures = TrainingFigures(
      wallTime: 20, ranks: 2, epochs: 2, steps: 200, samples: 51_200, parameters: 120_000, largestPeakMemory: 150_000_000,
      totalPeakMemory: 290_000_000, bestValidation: ("accuracy", 0.9312))
    let table = PerformanceTable(phases: Phase.training, seconds: [[1, 8, 9, 1, 0.5, 0], [1, 8, 9, 1, 0.5, 0]], totals: [20, 20])
    #expect(figures.samplesPerSecond == 2560)
    let head = figures.headerLines(table)
    #expect(head[0].hasPrefix("2 epochs, 200 steps, 51 200 samples in 20.0 s of wall time on 2 ranks (1 node); 120 000 parameters"))
    #expect(head[1] == "2560 samples/s | 100 ms per step: data 5, forward 40, backward 45, sum 5, optimiser 2.5, rest 2.5")
    #expect(head[2] == "Best validation accuracy 0.9312")
    #expect(figures.summary.contains { $0.key == "samples_per_s" && $0.value == 2560 })
  }
}
