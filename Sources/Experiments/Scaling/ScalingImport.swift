// Points measured elsewhere: JSON lines as `scale` writes them, and the published tables of the column-grid simulator.
import Storage

/// Reads scaling points from files.
public enum ScalingImport {
  /// - Throws: `StorageError` for a file that cannot be read, `ScalingError` for one that holds no points.
  public static func read(_ path: String) throws -> [ScalingPoint] {
    let text = try WholeFile.text(path)
    if let whole = try? JSONValue.parse(text, path: path), let table = whole["seconds_wall_per_simulated_second_digitised"]?.object {
      return try columnGrid(table, whole, path)
    }
    var points: [ScalingPoint] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      let json = try JSONValue.parse(String(line), path: "\(path), line \(number + 1)")
      // A line of the study's other kinds may stand between the points.
      if let kind = json["kind"]?.string, kind != "scaling_point" { continue }
      points.append(try ScalingPoint(json, place: "\(path), line \(number + 1)"))
    }
    if points.isEmpty { throw ScalingError(description: "\(path) holds no scaling points") }
    return points
  }

  /// Facts of Pastorelli et al. 2019: neurons per column, recurrent and external synapses per neuron, rate of the latter.
  static let neuronsPerColumn = 1250.0
  static let recurrent = 1125.0
  static let external = 400 * 3.133

  /// Wall seconds per simulated second by state, side of the grid and number of processes.
  private static func columnGrid(_ table: JSONObject, _ whole: JSONValue, _ path: String) throws -> [ScalingPoint] {
    var points: [ScalingPoint] = []
    for (state, grids) in table.members {
      // The name holds the rate: SW_3.1Hz_lambda0.4.
      guard let part = state.split(separator: "_").first(where: { $0.hasSuffix("Hz") }), let rate = Double(part.dropLast(2)) else {
        throw ScalingError(description: "\(path): '\(state)' names no rate in Hz")
      }
      for (side, row) in grids.object?.members ?? [] {
        guard let columns = Double(side).map({ $0 * $0 }) else { throw ScalingError(description: "\(path): '\(side)' is no grid") }
        for (processes, seconds) in row.object?.members ?? [] {
          guard let ranks = Int(processes), ranks > 0, let time = seconds.double, time > 0 else {
            throw ScalingError(description: "\(path): '\(processes)' in '\(state)' is no number of processes with a time")
          }
          let neurons = columns * neuronsPerColumn
          // One message to every other process in each exchange of 1 ms; 8 bytes per spike and process that is near enough to have targets.
          let width = (columns / Double(ranks)).squareRoot()
          let near = min(Double(ranks - 1), ((width + 6) / width) * ((width + 6) / width) - 1)
          points.append(
            ScalingPoint(
              series: state, problem: "\(side) x \(side)", ranks: ranks, cores: ranks, work: neurons * (recurrent * rate + external),
              seconds: time, messages: 1000 * Double(ranks - 1), bytes: 8 * neurons * rate / Double(ranks) * near))
        }
      }
    }
    return points
  }
}
