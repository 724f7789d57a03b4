// What `colonnade plan` says: per rank counts, bytes, messages and times, as text and as JSON.
import Foundation
import Running
import Spiking
import Storage

/// The forecast of a job next to what its nodes have.
public struct PlanReport: Sendable {
  public let job: JobForecast
  /// [bytes] Of a node.
  public let memory: Double
  /// Where the memory of a node is known from, to be read after the figure.
  public let memoryOrigin: String
  /// Of a node.
  public let cores: Int

  public init(_ job: JobForecast, memory: Double, memoryOrigin: String, cores: Int) {
    (self.job, self.memory, self.memoryOrigin, self.cores) = (job, memory, memoryOrigin, cores)
  }

  public var fits: Bool { job.memoryPerNode <= memory }
  /// Whether ranks share cores: they take turns then, and the times, which count with a core for each rank, do not hold.
  public var sharesCores: Bool { job.ranksPerNode > cores }

  /// Figures per rank: name, unit-bearing text of a value, value.
  private var figures: [(name: String, text: (Double) -> String, value: (RankForecast) -> Double)] {
    func count(_ x: Double) -> String { HumanUnits.count(Int64(x.rounded())) }
    func bytes(_ x: Double) -> String { HumanUnits.bytes(Int64(x.rounded())) }
    let intervals: (RankForecast) -> Double = { max($0.work.intervals, 1) }
    var rows: [(String, (Double) -> String, (RankForecast) -> Double)] = [
      ("neurons", count, { Double($0.layout.totalNeurons) }), ("synapses", count, { $0.layout.synapses }),
      ("memory", bytes, { $0.memory.total }),
    ]
    for (index, name) in MemoryForecast.names.enumerated() { rows.append(("  " + name, bytes, { $0.memory.bytes[index] })) }
    rows += [
      ("partners", count, { Double($0.layout.destinations) }),
      ("messages per interval", { HumanUnits.significant($0) }, { $0.work.messages / intervals($0) }),
      ("bytes per interval", bytes, { $0.work.bytes / intervals($0) }),
      ("events per second", count, { $0.work.events / max(job.description.duration, 1e-9) * 1000 }),
      ("build", HumanUnits.duration, { $0.build }), ("computation", HumanUnits.duration, { $0.busy }),
    ]
    return rows
  }

  /// The forecast as text.
  public var text: String {
    let nodes = "\(job.nodes) \(job.nodes == 1 ? "node" : "nodes")"
    var lines = ["\(job.ranks) \(job.ranks == 1 ? "rank" : "ranks") on \(nodes), \(job.ranksPerNode) per node"]
    let columns = ["least", "mean", "most"]
    lines.append("  " + pad("per rank", 24) + columns.map { left($0, 14) }.joined())
    for row in figures {
      let spread = job.spread(row.value)
      lines.append("  " + pad(row.name, 24) + [spread.least, spread.mean, spread.most].map { left(row.text($0), 14) }.joined())
    }
    lines += [
      "  \(HumanUnits.count(Int64(job.description.network.neurons))) neurons, \(HumanUnits.count(Int64(job.synapses))) synapses in all; exchanges every "
        + "\(HumanUnits.significant(Double(job.classes.first?.layout.interval ?? 1) * job.description.resolution)) ms",
      "  memory \(HumanUnits.bytes(Int64(job.totalMemory))) in all, \(HumanUnits.bytes(Int64(job.memoryPerNode))) on a node of "
        + "\(HumanUnits.bytes(Int64(memory))) (\(memoryOrigin)): \(fits ? "fits" : "DOES NOT FIT")",
      "  build \(HumanUnits.duration(job.build)), run \(HumanUnits.duration(job.run)) for "
        + "\(HumanUnits.significant(job.description.duration / 1000)) s of model time (real-time factor "
        + "\(HumanUnits.significant(job.run / max(job.description.duration / 1000, 1e-9)))), whole job \(HumanUnits.duration(job.wall))",
    ]
    if sharesCores {
      lines.append(
        "  \(job.ranksPerNode) ranks on a node of \(cores) \(cores == 1 ? "core" : "cores") TAKE TURNS: the times are those of a core for "
          + "each; give more --nodes, or the nodes' --cores")
    }
    if let idle = job.idle, idle > 0 {
      lines.append("  \(idle) of the ranks HAVE NO NEURONS and idle: the network has too few tiles for them; take fewer ranks")
    }
    if job.examined < job.ranks { lines.append("  looked at \(job.examined) of the \(job.ranks) ranks, which stand for all") }
    return lines.joined(separator: "\n")
  }

  private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private func left(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  /// The forecast as one JSON object.
  public var json: JSONValue {
    var perRank: JSONObject = [:]
    for row in figures {
      let spread = job.spread(row.value)
      let key = String(row.name.drop { $0 == " " }.map { $0 == " " ? "_" : $0 })
      perRank[row.name.hasPrefix(" ") ? "memory_\(key)" : key] = [
        "least": JSONValue(spread.least), "mean": JSONValue(spread.mean), "most": JSONValue(spread.most),
      ]
    }
    return [
      "kind": "plan", "ranks": JSONValue(job.ranks), "nodes": JSONValue(job.nodes), "ranks_examined": JSONValue(job.examined),
      "ranks_idle": job.idle.map { JSONValue($0) } ?? .null,
      "neurons": JSONValue(job.description.network.neurons), "synapses": JSONValue(job.synapses.rounded()),
      "peak_memory_bytes": JSONValue(job.totalMemory.rounded()), "memory_per_node_bytes": JSONValue(job.memoryPerNode.rounded()),
      "fits": .bool(fits), "cores_per_node": JSONValue(cores),
      "shares_cores": .bool(sharesCores), "build_s": JSONValue(job.build), "run_s": JSONValue(job.run), "wall_s": JSONValue(job.wall),
      "rates": .string(job.rates.origin), "rates_hz": .array(job.rates.hertz.map { JSONValue($0) }), "costs": .string(job.costs.origin),
      "per_rank": .object(perRank),
    ]
  }

  /// Writes ``script(config:overrides:name:)``.
  /// - Throws: `PlanError` 78 for a job that does not fit its nodes, `StorageError` 73 or 74 if the file cannot be written.
  public func writeScript(_ path: String, config: String, overrides: [String], name: String) throws {
    try AtomicFile.write(path, text: try script(config: config, overrides: overrides, name: name))
  }

  /// What Slurm gives of a node's memory to a job at most; the rest is the system's.
  private static let usableShare = 0.97

  /// A job script sized by the forecast: memory and time with room to spare, as far as the nodes have it.
  ///
  /// - `config`: its path becomes absolute, for the job may be submitted from anywhere.
  /// - Throws: `PlanError` 78 for a job that does not fit its nodes or has more ranks than cores, which Slurm would reject or end.
  public func script(config: String, overrides: [String], name: String) throws -> String {
    let usable = Self.usableShare * memory
    guard job.memoryPerNode <= usable else {
      throw PlanError(
        description: "no job script: \(job.ranks) ranks on \(job.nodes) \(job.nodes == 1 ? "node" : "nodes") need "
          + "\(HumanUnits.bytes(Int64(job.memoryPerNode))) of a node's \(HumanUnits.bytes(Int64(memory))) (\(memoryOrigin)), of which Slurm "
          + "gives \(Int(100 * Self.usableShare)) %; give more --nodes, or the nodes' --memory", exitCode: .badConfiguration)
    }
    if sharesCores {
      throw PlanError(
        description: "no job script: \(job.ranksPerNode) ranks on a node of \(cores) \(cores == 1 ? "core" : "cores"); give more --nodes, "
          + "or the nodes' --cores", exitCode: .badConfiguration)
    }
    let minutes = max(10, Int((job.wall * 1.5 / 60).rounded(.up)))
    // Slurm's M is a mebibyte.
    let megabytes = Int(min(max(256e6, job.memoryPerNode * 1.2), usable) / 1_048_576)
    let time = "\(minutes / 60):" + (minutes % 60 < 10 ? "0" : "") + "\(minutes % 60):00"
    let path = URL(fileURLWithPath: config).standardizedFileURL.path
    let settings = overrides.map { " --set \(ShellText.quoted($0))" }.joined()
    return """
      #!/usr/bin/env bash
      # Runs \(name) as forecast: \(HumanUnits.bytes(Int64(job.memoryPerNode))) per node, \(HumanUnits.duration(job.wall)).
      #SBATCH --job-name=\(name)
      #SBATCH --nodes=\(job.nodes) --ntasks=\(job.ranks) --ntasks-per-node=\(job.ranksPerNode) --cpus-per-task=1
      #SBATCH --mem=\(megabytes)M --time=\(time) --signal=B:USR1@120 --requeue --open-mode=append
      #SBATCH --output=%x-%j.log
      set -euo pipefail
      # From the top of the repository, or with COLONNADE_HOME set to it.
      source "${COLONNADE_HOME:-$PWD}/cluster/job.sh"
      run_until_done simulate \(ShellText.quoted(path))\(settings) --output runs/\(name) "$@"

      """
  }
}
