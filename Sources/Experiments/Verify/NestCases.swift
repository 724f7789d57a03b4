// Reference traces of single neurons from NEST, replayed through the simulator itself.
import Foundation
import Networks
import Parallel
import Spiking
import Storage

/// Runs the cases of a file of the form {"cases": {name: {model, params_and_initial_state, stimulus, resolution_ms, ...}}}.
///
/// One neuron, its spike generators as virtual populations and its currents as inputs go through `Simulation`, so a case tests the model,
/// the arrival times and the inputs at once. Recorded columns and spike times are compared sample by sample.
enum NestCases {
  /// Whether a file has this form.
  static func recognises(_ file: JSONValue) -> Bool {
    file["cases"]?.object?.members.contains { $0.value["model"] != nil && $0.value["resolution_ms"] != nil } ?? false
  }

  /// Runs all cases; one that cannot be run hides none of the others.
  ///
  /// - `each`: gets every result as it is there.
  /// - Throws: the error of the first case that cannot be run, when the others are done.
  static func run(_ file: JSONValue, path: String, each: (VerifiedCase) -> Void) throws {
    var unusable: (any Error)?
    for (name, value) in file["cases"]?.object?.members ?? [] {
      do {
        let tolerance = Tolerance(of: value, in: file, double: 1e-9)
        each(try run(value, name: name, path: path, tolerance: tolerance.double, as: Double.self))
        if let single = tolerance.single { each(try run(value, name: name, path: path, tolerance: single, as: Float.self)) }
      } catch {
        if unusable != nil {
          each(VerifiedCase(name: name, precision: "double", error: .infinity, tolerance: 0, detail: "cannot be run: \(error)"))
        }
        unusable = unusable ?? error
      }
    }
    if let unusable { throw unusable }
  }

  private static func run<S: SimulationScalar>(
    _ value: JSONValue, name: String, path: String, tolerance: Double, as: S.Type
  ) throws -> VerifiedCase {
    let replay = try NestReplay(value, name: name, path: path)
    let (columns, spikes) = try replay.simulate(as: S.self)
    var largest = 0.0
    var where_ = ""
    for (column, expected) in replay.expected {
      let got = columns[column] ?? []
      if got.count < expected.count {
        return VerifiedCase(
          name: name, precision: S.precision, error: .infinity, tolerance: tolerance, detail: "\(column): too few samples")
      }
      for (i, reference) in expected.enumerated() {
        let error = abs(got[i] - reference) / max(abs(reference), 1)
        if !(error <= largest) { (largest, where_) = (error.isNaN ? .infinity : error, "\(column) at sample \(i)") }
      }
    }
    if let expected = replay.spikes, spikes != expected {
      let first = zip(spikes, expected).first { $0 != $1 }
      let text = first.map { "first difference \($0.0) instead of \($0.1)" } ?? "\(spikes.count) instead of \(expected.count)"
      return VerifiedCase(
        name: name, precision: S.precision, error: .infinity, tolerance: tolerance, detail: "spike times (steps): \(text)")
    }
    return VerifiedCase(
      name: name, precision: S.precision, error: largest, tolerance: tolerance,
      detail: (replay.spikes == nil ? "spikes not in the case" : "\(spikes.count) spikes exact") + "; worst: \(where_)")
  }
}

/// One case as a simulation.
private struct NestReplay {
  let description: SimulationDescription
  /// Columns that the case recorded and the model has.
  let expected: [(column: String, values: [Double])]
  /// Spikes as steps whose end is the spike's time; nil where the case does not tell.
  let spikes: [Int]?

  init(_ value: JSONValue, name: String, path: String) throws {
    func fault(_ reason: String, remedy: String = "see the other cases") -> StorageError {
      StorageError(.badData, path: path, operation: "read case \(name)", reason: reason, remedy: remedy)
    }
    func number(_ key: String, of value: JSONValue, default standard: Double? = nil) throws -> Double {
      if Self.isAbsent(value[key]), let standard { return standard }
      guard let number = value[key].flatMap(Self.number) else { throw fault("\(key) is missing or no number") }
      return number
    }
    func numbers(_ key: String, of value: JSONValue) throws -> [Double]? {
      guard let given = value[key], !Self.isAbsent(given) else { return nil }
      guard let list = given.array, case let numbers = list.compactMap(\.double), numbers.count == list.count else {
        throw fault("\(key) is no list of numbers")
      }
      return numbers
    }
    func whole(_ number: Double, _ key: String, from least: Int) throws -> Int {
      guard let count = Int(exactly: number), count >= least, count <= Self.longest else {
        throw fault("\(key) is \(number), not a whole number from \(least) to \(Self.longest)")
      }
      return count
    }
    let resolution = try number("resolution_ms", of: value)
    if !(resolution > 0 && resolution.isFinite) { throw fault("resolution_ms is \(resolution)") }
    let model = value["model"]?.string ?? ""
    guard let about = NeuronCatalogue.description(of: model) else {
      throw NetworkError(
        "\(path), case \(name): no neuron model \(model); there are \(NeuronCatalogue.descriptions.map(\.name).joined(separator: ", "))")
    }
    var parameters: [String: Double] = [:]
    var initial: [String: Distribution] = [:]
    let stimulus = value["stimulus"]
    if let current = stimulus?["I_e_pA"]?.double { parameters["I_e"] = current }
    // What was set, then all there was: the latter has the former in it.
    let entries = ["params_set", "params_and_initial_state"].flatMap { value[$0]?.object?.members ?? [] }
    for (key, entry) in entries {
      guard let number = Self.number(entry) else { continue }
      if about.parameters.contains(where: { $0.name == key }) { parameters[key] = number }
      if about.columns.contains(where: { $0.name == key }) { initial[key] = .constant(number) }
      if key == "delta" && number > 1e-6 && !about.parameters.contains(where: { $0.name == key }) {
        throw fault("its neuron spikes at random, by 'delta' of \(number), and Colonnade's does not")
      }
    }
    // NEST's neurons start at their model's E_L, whatever E_L is set to.
    if model.hasPrefix("iaf_psc_") && initial["V_m"] == nil { initial["V_m"] = .constant(-70) }
    var network = Network(populations: [
      Population(name: "neuron", model: model, parameters: parameters, initial: initial, layout: .list(count: 1))
    ])
    let generators = ["spike_generators", "dc_generator", "step_current_generator"]
    // Texts are remarks; anything else would drive the neuron.
    let others = stimulus?.object?.members.filter { $0.key != "I_e_pA" && !generators.contains($0.key) && $0.value.string == nil }
    if let key = others?.first?.key {
      throw fault("its stimulus has '\(key)', which is not known", remedy: "give I_e_pA, \(generators.joined(separator: ", "))")
    }
    var sources: [(population: Int, source: any SpikeSource)] = []
    func requireKnown(_ generator: JSONValue, _ keys: [String]) throws {
      // What is zero, false or null, such as the origin of time or receptor 0, changes nothing.
      func matters(_ value: JSONValue) -> Bool {
        value.string == nil && !Self.isAbsent(value) && Self.number(value) != 0 && value.array?.isEmpty != true
      }
      if let key = generator.object?.members.first(where: { !keys.contains($0.key) && matters($0.value) })?.key {
        throw fault("a generator has '\(key)', which is not known", remedy: "give \(keys.joined(separator: ", "))")
      }
    }
    for (i, generator) in Self.list(stimulus?["spike_generators"]).enumerated() {
      try requireKnown(generator, ["times", "weight", "delay"])
      let times = try numbers("times", of: generator) ?? []
      let edge = Edge(
        source: 0, target: 0, weight: try number("weight", of: generator, default: 1), delay: try number("delay", of: generator, default: 1)
      )
      network.populations.append(Population(name: "generator \(i)", model: nil, layout: .list(count: 1)))
      network.projections.append(
        Projection(
          name: "generator \(i)", source: i + 1, target: 0, rule: .explicit(EdgeList([edge])), weight: .constant(edge.weight),
          delay: .constant(edge.delay)))
      sources.append((i + 1, SpikeList(times.map { (time: $0, neuron: 0) })))
    }
    var description = SimulationDescription(network: network)
    description.spikes = sources
    description.resolution = resolution
    let samples = try whole(try number("n_samples", of: value), "n_samples", from: 0)
    let firstSample = try number("t_first_ms", of: value)
    let listed = try numbers("spike_times_ms", of: value)
    // Also to its last sample and spike, where they were taken from a run that went on for longer.
    let last = max(firstSample + Double(samples - 1) * resolution, listed?.max() ?? 0)
    description.duration = max(try number("duration_ms", of: value, default: last), last)
    for key in ["dc_generator", "step_current_generator"] {
      for generator in Self.list(stimulus?[key]) {
        try requireKnown(generator, ["amplitude", "amplitude_times", "amplitude_values", "start", "stop", "weight", "delay"])
        let weight = try number("weight", of: generator, default: 1)
        let kind: InputDescription.Kind =
          if let times = try numbers("amplitude_times", of: generator), let values = try numbers("amplitude_values", of: generator),
            !times.isEmpty || !values.isEmpty
          {
            .step(times: times, amplitudes: values.map { $0 * weight })
          } else {
            .dc(amplitude: try number("amplitude", of: generator, default: 0) * weight)
          }
        // A constant current goes out from the first step on, not from the moment before it; a step current changes at its times.
        var start = try number("start", of: generator, default: 0)
        if case .dc = kind { start = max(start, resolution) }
        description.inputs.append(
          InputDescription(
            name: key, population: 0, kind: kind, delay: try number("delay", of: generator, default: 1),
            start: start, stop: max(start, try number("stop", of: generator, default: .infinity))))
      }
    }
    // A frame is there after each step, so the first is that of one step.
    firstFrame = try whole((firstSample / resolution).rounded(), "t_first_ms in steps", from: 1) - 1
    var expected: [(String, [Double])] = []
    for column in about.columns {
      guard let values = try numbers(column.name, of: value), !values.isEmpty else { continue }
      if values.count != samples { throw fault("\(column.name) has \(values.count) samples where n_samples is \(samples)") }
      expected.append((column.name, values))
      description.columnRecordings.append(
        .init(population: 0, column: column.name, neurons: .all, interval: resolution, file: column.name))
    }
    self.expected = expected.map { (column: $0.0, values: $0.1) }
    spikes = try listed?.map { try whole(($0 / resolution).rounded(), "a spike time in steps", from: 1) - 1 }
    // A case that says nothing would hold whatever the model does; an empty list of spikes says that there are none.
    if expected.isEmpty && spikes == nil {
      throw fault(
        "it has nothing to compare, neither a recorded state nor spikes", remedy: "add an array of samples, such as V_m, or spike_times_ms")
    }
    self.description = description
  }
  private let firstFrame: Int
  /// Steps of a case at most: all of its frames are held.
  private static let longest = 100_000_000

  private static func isAbsent(_ value: JSONValue?) -> Bool { value == nil || value == .null }

  /// One object or a list of them.
  private static func list(_ value: JSONValue?) -> [JSONValue] { value?.array ?? [value].compactMap { $0?.object == nil ? nil : $0 } }

  /// Numbers, also those that JSON writes as text.
  private static func number(_ value: JSONValue) -> Double? {
    if let number = value.double { return number }
    if let truth = value.bool { return truth ? 1 : 0 }
    switch value.string {
    case "inf": return .infinity
    case "-inf": return -.infinity
    default: return nil
    }
  }

  func simulate<S: SimulationScalar>(as: S.Type) throws -> (columns: [String: [Double]], spikes: [Int]) {
    let world = Communicator.single()
    let simulation = try Simulation<S>(description, world)
    try simulation.build { _ in }
    let trace = Trace(recordings: expected.count)
    try simulation.run(until: description.steps, observer: trace, world)
    var columns: [String: [Double]] = [:]
    for (i, column) in expected.enumerated() { columns[column.column] = Array(trace.frames[i].dropFirst(firstFrame)) }
    return (columns, trace.spikes)
  }

  private final class Trace: SimulationObserver {
    var frames: [[Double]]
    var spikes: [Int] = []
    init(recordings: Int) { frames = [[Double]](repeating: [], count: recordings) }
    func spikes(step: Int, tile: Tile, places: UnsafeBufferPointer<UInt16>) throws { spikes += places.map { _ in step } }
    func frame(recording: Int, number: Int, values: [Double]) throws { frames[recording] += values }
    func completed(step: Int) throws {}
  }
}
