// The figures of merit of a simulation, as the head of its performance table and as values of summary.json.

/// What a simulation did and what it took; the presimulation is in none of the figures.
public struct SimulationFigures: Sendable, Equatable {
  /// [s] Simulated time.
  public var modelTime: Double
  /// [s] Wall time of simulating it.
  public var wallTime: Double
  /// [s] Wall time of building the network.
  public var buildTime: Double
  public var ranks: Int
  public var nodes: Int
  public var threadsPerRank: Int
  /// [bytes] Peak memory of the largest rank, and summed over ranks.
  public var largestPeakMemory: Int64
  public var totalPeakMemory: Int64
  public var neurons: Int64
  public var synapses: Int64
  /// Spikes of all neurons in the model time.
  public var spikes: Int64
  /// Spikes times out-degree: additions of a recurrent synapse's weight.
  public var synapticEvents: Int64
  /// Spikes of sources outside the network.
  public var externalEvents: Int64
  /// Neurons times steps of the engine.
  public var neuronSteps: Int64
  /// [s] Wall time x cores, where the number of cores changed on the way; nil: all of the time on the same cores.
  public var coreTime: Double?

  public init(
    modelTime: Double, wallTime: Double, buildTime: Double, ranks: Int, nodes: Int = 1, threadsPerRank: Int = 1, largestPeakMemory: Int64,
    totalPeakMemory: Int64, neurons: Int64, synapses: Int64, spikes: Int64, synapticEvents: Int64, externalEvents: Int64, neuronSteps: Int64
  ) {
    self.modelTime = modelTime
    self.wallTime = wallTime
    self.buildTime = buildTime
    self.ranks = ranks
    self.nodes = nodes
    self.threadsPerRank = threadsPerRank
    self.largestPeakMemory = largestPeakMemory
    self.totalPeakMemory = totalPeakMemory
    self.neurons = neurons
    self.synapses = synapses
    self.spikes = spikes
    self.synapticEvents = synapticEvents
    self.externalEvents = externalEvents
    self.neuronSteps = neuronSteps
  }

  private var cores: Double { Double(ranks * threadsPerRank) }
  private func ratio(_ a: Double, _ b: Double) -> Double { b > 0 ? a / b : 0 }
  /// T_wall / T_model; above 1 is slower than real time.
  public var realTimeFactor: Double { ratio(wallTime, modelTime) }
  /// [Hz] Spikes per neuron and second.
  public var meanRate: Double { ratio(Double(spikes), Double(neurons) * modelTime) }
  /// [ns] Wall time x cores of the whole run over its synaptic events.
  public var nsCorePerSynapticEvent: Double { ratio((coreTime ?? wallTime * cores) * 1e9, Double(synapticEvents)) }
  /// Peak memory of all ranks over synapses.
  public var bytesPerSynapse: Double { ratio(Double(totalPeakMemory), Double(synapses)) }
  /// [ns] Mean time of a phase x cores over neuron-steps.
  public func nsCorePerNeuronStep(_ table: PerformanceTable, phase: Phase = .update) -> Double {
    ratio(coreSeconds(phase, table) * 1e9, Double(neuronSteps))
  }
  /// [ns] Mean time of a phase x cores over synaptic events.
  public func nsCorePerSynapticEvent(_ table: PerformanceTable, phase: Phase) -> Double {
    ratio(coreSeconds(phase, table) * 1e9, Double(synapticEvents))
  }
  private func coreSeconds(_ phase: Phase, _ table: PerformanceTable) -> Double {
    let row = table.rows.first { $0.name == phase.name }
    if let coreTime { return (row?.share ?? 0) * coreTime }
    return (row?.mean ?? 0) * cores
  }

  /// The lines above the table.
  public func headerLines(_ table: PerformanceTable) -> [String] {
    let wide = threadsPerRank > 1 ? " x \(threadsPerRank) threads" : ""
    var lines = [
      "Model time \(HumanUnits.fixed(modelTime, 3)) s in \(HumanUnits.fixed(wallTime, 2)) s of wall time on \(ranks) "
        + "\(ranks == 1 ? "rank" : "ranks")\(wide) (\(nodes) \(nodes == 1 ? "node" : "nodes")); built in \(HumanUnits.duration(buildTime)); "
        + "peak \(HumanUnits.bytes(largestPeakMemory))\(ranks > 1 ? " per rank" : "")",
      "Real-time factor \(HumanUnits.fixed(realTimeFactor, 3)) | \(HumanUnits.count(neurons)) neurons, \(HumanUnits.count(synapses)) synapses, "
        + "mean rate \(HumanUnits.significant(meanRate, 3)) Hz",
    ]
    func ns(_ value: Double) -> String { HumanUnits.significant(value, 3) + " ns x core" }
    var parts: [String] = []
    if synapticEvents > 0 {
      parts.append(
        "\(HumanUnits.count(synapticEvents)) synaptic events, \(ns(nsCorePerSynapticEvent)) per event (delivery "
          + "\(HumanUnits.significant(nsCorePerSynapticEvent(table, phase: .delivery), 3)))")
    }
    if neuronSteps > 0 { parts.append("update \(ns(nsCorePerNeuronStep(table))) per neuron-step") }
    if synapses > 0 { parts.append("\(HumanUnits.significant(bytesPerSynapse, 3)) bytes per synapse") }
    if !parts.isEmpty { lines.append(parts.joined(separator: " | ")) }
    return lines
  }

  /// Header and table, as printed at the end of a run.
  public func text(_ table: PerformanceTable) -> String { (headerLines(table) + ["", table.text]).joined(separator: "\n") }

  /// The figures under their names in `summary.json`, in its order; counts are whole numbers.
  public func summary(_ table: PerformanceTable) -> [(key: String, value: Double)] {
    [
      ("ranks", Double(ranks)), ("threads", Double(threadsPerRank)), ("neurons", Double(neurons)), ("synapses", Double(synapses)),
      ("model_time_s", modelTime), ("build_s", buildTime), ("run_s", wallTime), ("real_time_factor", realTimeFactor),
      ("synaptic_events", Double(synapticEvents)), ("external_events", Double(externalEvents)),
      ("ns_core_per_synaptic_event", nsCorePerSynapticEvent), ("ns_core_per_neuron_step", nsCorePerNeuronStep(table)),
      ("peak_memory_bytes", Double(totalPeakMemory)), ("bytes_per_synapse", bytesPerSynapse), ("spikes", Double(spikes)),
    ]
  }
}
