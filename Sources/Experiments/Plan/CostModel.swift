// What each piece of work costs on a machine: defaults, or what a calibration measured.
import Foundation
import Running
import Spiking
import Storage

/// Costs in ns by the names of ``RankWork``, and the memory of a process without a network.
public struct CostModel: Sendable, Equatable {
  /// [ns]
  public var costs: [String: Double]
  /// [bytes] Of a process that runs without MPI; under MPI a process's own, and those that the processes of a node share.
  public var aloneBytes: Double
  public var processBytes: Double
  public var sharedBytes: Double
  /// How much slower a rank computes and builds when all cores of its node do.
  public var crowding: Double
  public var buildCrowding: Double
  /// Time lost to waiting for each other in every interval, as a share of the computation.
  public var waiting: Double
  /// Cores of the machine it was measured on.
  public var cores: Int
  /// Where it comes from, to be read after "costs".
  public var origin: String

  /// Costs on one core of a server of 2023 (Xeon with 2 MB of second-level cache); a guess for any other machine.
  public static let defaults = CostModel(
    costs: [
      "update.tile": 120, "update.iaf_psc_exp": 0.5, "update.iaf_psc_alpha": 0.9, "update.iaf_psc_delta": 0.4, "update.lif_sfa": 1.5,
      "input.tile": 180, "input.neuron": 0.7, "input.spike": 2.5, "input.noise": 5,
      "delivery.event": 1.2, "delivery.bucket": 12, "delivery.far_visit": 50, "delivery.row": 30, "delivery.step": 500,
      "delivery.drawn": 8, "delivery.draw": 120,
      "collocation.spike": 5, "communication.interval": 200, "communication.spike": 15, "communication.message": 1500,
      "communication.byte": 0.3, "output.spike": 30,
      "build.fixed_total_number": 20, "build.fixed_indegree": 35, "build.fixed_outdegree": 25, "build.pairwise_bernoulli": 18,
      "build.distance": 18, "build.all_to_all": 12, "build.one_to_one": 30, "build.explicit": 150, "build.row": 100, "build.draw": 60,
      "build.pair": 300,
    ], aloneBytes: 11e6, processBytes: 10e6, sharedBytes: 8.5e6, crowding: 1.05, buildCrowding: 1.05, waiting: 0.03, cores: 2,
    origin: "guessed, since this machine is not calibrated (colonnade benchmark --calibrate)")

  /// [s] By phase, in the order of `Phase.simulation`.
  public func phases(_ work: RankWork) -> [Double] {
    Phase.simulation.map { phase in
      let prefix = phase == .externalInput ? "input." : phase.key + "."
      return 1e-9 * work.counts.reduce(0) { $1.key.hasPrefix(prefix) ? $0 + $1.value * cost($1.key) : $0 }
    }
  }

  public func seconds(_ work: RankWork) -> Double { 1e-9 * work.counts.reduce(0) { $0 + $1.value * cost($1.key) } }

  /// [ns] A model that nobody has timed is taken for the slowest that was.
  func cost(_ name: String) -> Double {
    if let known = costs[name] { return known }
    let family = name.prefix { $0 != "." }
    return costs.filter { $0.key.hasPrefix(family + ".") && !$0.key.hasSuffix(".tile") }.map(\.value).max() ?? 0
  }

  /// [bytes] A process without a network, under MPI with `ranks` of them on a node.
  public func process(ranksPerNode ranks: Int, usesMPI: Bool) -> Double {
    usesMPI ? processBytes + sharedBytes / Double(max(ranks, 1)) : aloneBytes
  }

  /// How much slower than alone, with so many ranks on a node.
  func crowding(ranksPerNode ranks: Int, building: Bool = false) -> Double {
    let full = building ? buildCrowding : crowding
    let busy = min(Double(ranks - 1) / Double(max(cores - 1, 1)), 1)
    return 1 + (full - 1) * busy
  }

  // MARK: file

  /// The file in the user's cache folder.
  public static var standardPath: String {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return cache + "/colonnade/calibration.json"
  }

  /// The calibration of a file, of the standard place, or the defaults where that is empty.
  /// - Throws: `StorageError` or `PlanError` for a file that was named, or that is there and damaged.
  public static func load(_ path: String?) throws -> CostModel {
    let place = path ?? standardPath
    if path == nil && !RunFolder.exists(place) { return defaults }
    return try CostModel(try JSONValue.read(place), path: place)
  }

  public init(_ json: JSONValue, path: String) throws {
    func number(_ key: String) throws -> Double {
      guard let value = json[key]?.double, value.isFinite, value >= 0 else {
        throw PlanError(description: "\(path): no number from 0 on under '\(key)'; write it anew with colonnade benchmark --calibrate")
      }
      return value
    }
    guard json["kind"]?.string == "calibration", let measured = json["costs_ns"]?.object else {
      throw PlanError(description: "\(path) is no calibration; write one with colonnade benchmark --calibrate")
    }
    self = CostModel.defaults
    for (key, value) in measured.members { costs[key] = value.double }
    // A fit without one of its parts would be taken together with a guess.
    for key in CostModel.defaults.costs.keys where (key.hasPrefix("delivery.") || key.hasPrefix("input.")) && measured[key]?.double == nil {
      throw PlanError(description: "\(path): no cost of \(key); write it anew with colonnade benchmark --calibrate")
    }
    aloneBytes = try number("alone_bytes")
    processBytes = try number("process_bytes")
    sharedBytes = try number("shared_bytes")
    crowding = try number("crowding")
    buildCrowding = try number("build_crowding")
    waiting = try number("waiting")
    cores = max(1, Int(try number("cores")))
    origin = "calibrated on \(json["host"]?.string ?? "an unnamed host")"
  }

  public init(
    costs: [String: Double], aloneBytes: Double, processBytes: Double, sharedBytes: Double, crowding: Double, buildCrowding: Double,
    waiting: Double,
    cores: Int,
    origin: String
  ) {
    (self.costs, self.aloneBytes, self.processBytes, self.sharedBytes) = (costs, aloneBytes, processBytes, sharedBytes)
    (self.crowding, self.buildCrowding, self.waiting) = (crowding, buildCrowding, waiting)
    (self.cores, self.origin) = (cores, origin)
  }

  /// Writes the file, and the folder that it lies in.
  /// - Throws: `StorageError` 73 or 74 if that is not possible.
  public func write(_ path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    try AtomicFile.write(path, text: JSONValue.object(json(host: ProcessInfo.processInfo.hostName)).prettyText + "\n")
  }

  public func json(host: String) -> JSONObject {
    var measured: JSONObject = [:]
    for (key, value) in costs.sorted(by: { $0.key < $1.key }) { measured[key] = JSONValue(value) }
    return [
      "kind": "calibration", "version": .string(ProgramVersion.text), "host": .string(host), "cores": JSONValue(cores),
      "alone_bytes": JSONValue(Int(aloneBytes)), "process_bytes": JSONValue(Int(processBytes)), "shared_bytes": JSONValue(Int(sharedBytes)),
      "crowding": JSONValue(crowding),
      "build_crowding": JSONValue(buildCrowding), "waiting": JSONValue(waiting), "costs_ns": .object(measured),
    ]
  }
}
