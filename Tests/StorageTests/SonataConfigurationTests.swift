// Configurations in both styles; what is not supported is refused by name, what is harmless is noted.
import Foundation
import Testing

@testable import Storage

@Suite struct SonataConfigurationTests {
  let scratch = Scratch()

  private func simulation(_ extra: String, run: String = #""tstop": 100, "dt": 0.1"#) throws -> SonataConfiguration {
    try put(scratch("circuit.json"), #"{"networks": {"nodes": [{"nodes_file": "nodes.h5", "node_types_file": null}], "edges": []}}"#)
    try put(scratch("sim.json"), #"{"network": "circuit.json", "run": {\#(run)}\#(extra.isEmpty ? "" : ", ")\#(extra)}"#)
    return try SonataConfiguration(scratch("sim.json"))
  }

  @Test func theCurrentStyleIsRead() throws {
    let configuration = try simulation(
      #"""
      "manifest": {"$OUT": "${BASE}/results", "$BASE": "./data"},
      "node_sets_file": "$BASE/sets.json",
      "conditions": {"v_init": -70.5},
      "inputs": {
        "lgn": {"input_type": "spikes", "module": "sonata", "input_file": "$BASE/lgn.h5", "node_set": {"population": "lgn"}},
        "table": {"input_type": "spikes", "module": "csv", "input_file": "/abs/t.csv", "node_set": ["a", "b"]},
        "replay": {"input_type": "spikes", "module": "synapse_replay", "spike_file": "s.h5", "delay": 10, "duration": 50, "node_set": "E"},
        "off": {"enabled": false, "input_type": "current_clamp", "module": "linear"}},
      "output": {"output_dir": "$OUT", "spikes_file": "s.h5", "spikes_sort_order": "by_id", "experimental": 1},
      "reports": {
        "soma": {"type": "compartment", "cells": "E", "variable_name": "v", "sections": "soma", "dt": 0.5, "start_time": 1, "end_time": 9},
        "two": {"module": "membrane_report", "variable_name": ["V_m", "w"], "file_name": "cells.h5", "enabled": true}}
      """#, run: #""tstop": 100, "dt": 0.1, "random_seed": 7, "spike_threshold": -15"#)
    let simulation = try #require(configuration.simulation)
    #expect(simulation.seed == 7 && simulation.initialPotential == -70.5)
    #expect(configuration.circuit.nodeSetsFile == scratch("data/sets.json"))
    #expect(configuration.circuit.nodes == [.init(path: scratch("nodes.h5"), typesPath: nil)])
    #expect(simulation.inputs.map(\.name) == ["lgn", "table", "replay"])
    #expect(simulation.inputs.map(\.path) == [scratch("data/lgn.h5"), "/abs/t.csv", scratch("s.h5")])
    #expect(simulation.inputs[0].nodeSet == .described(["population": "lgn"]))
    #expect(simulation.inputs[1].format == .csv && simulation.inputs[1].nodeSet == .described(["a", "b"]))
    #expect(simulation.inputs[2].isReplay && simulation.inputs[2].delay == 10 && simulation.inputs[2].duration == 50)
    #expect(simulation.spikesFile == scratch("data/results/s.h5") && simulation.spikesSorting == .byID)
    #expect(simulation.reports.map(\.variables) == [["v"], ["V_m", "w"]])
    #expect(simulation.reports.map(\.path) == [scratch("data/results/soma.h5"), scratch("data/results/cells.h5")])
    #expect(simulation.reports[0].interval == 0.5 && simulation.reports[0].start == 1 && simulation.reports[0].end == 9)
    for word in ["run.spike_threshold", "output.experimental", "input off"] {
      #expect(configuration.notes.contains { $0.contains(word) }, "no note on \(word)")
    }
    #expect(configuration.notes.count == 3)
  }

  @Test(arguments: [
    (#""inputs": {"a": {"input_type": "spikes", "module": "nwb", "input_file": "x.nwb"}}"#, "inputs.a.module", "NWB"),
    (#""inputs": {"a": {"input_type": "spikes", "module": "h5", "input_file": "x.nwb"}}"#, "inputs.a.input_file", "NWB"),
    (#""inputs": {"a": {"input_type": "spikes", "module": "ecephys_probe", "input_file": "x"}}"#, "inputs.a.module", "ecephys_probe"),
    (#""inputs": {"a": {"input_type": "current_clamp", "module": "IClamp"}}"#, "inputs.a.input_type", "current_clamp"),
    (#""inputs": {"a": {"input_type": "spikes", "module": "h5"}}"#, "inputs.a.input_file", "missing"),
    (#""inputs": {"a": 3}"#, "inputs.a", "a number instead of an object"),
    (#""reports": {"r": {"module": "extracellular", "variable_name": "v"}}"#, "reports.r.module", "extracellular"),
    (#""reports": {"r": {"type": "lfp", "variable_name": "v"}}"#, "reports.r.type", "lfp"),
    (#""reports": {"r": {"module": "membrane_report"}}"#, "reports.r.variable_name", "missing"),
    (#""output": {"output_dir": "$NOWHERE/x"}"#, "output.output_dir", "no variable $NOWHERE"),
    (#""manifest": {"$A": "$B", "$B": "$A"}, "node_sets_file": "$A/x""#, "node_sets_file", "circle"),
    (#""output": {"spikes_sort_order": "by_magic"}"#, "output.spikes_sort_order", "by_magic"),
    (#""conditions": {"v_init": "low"}"#, "conditions.v_init", "a text instead of a number"),
  ]) func whatIsNotSupportedIsNamed(extra: String, place: String, word: String) {
    let error = failure { _ = try simulation(extra) }
    #expect(error?.exitCode == 65)
    #expect(error?.path == scratch("sim.json") + ":" + place)
    #expect(error?.reason.contains(word) == true, "\(error?.description ?? "no error")")
  }

  @Test func wrongTimesAndMissingFilesAreNamed() throws {
    #expect(failure { _ = try simulation("", run: #""tstop": 0, "dt": 0.1"#) }?.path.hasSuffix("run.tstop") == true)
    #expect(failure { _ = try simulation("", run: #""tstop": 10"#) }?.path.hasSuffix("run.dt") == true)
    #expect(failure { _ = try SonataConfiguration(scratch("none.json")) }?.exitCode == 66)
    try put(scratch("a.json"), #"{"network": "b.json"}"#)
    #expect(failure { _ = try SonataConfiguration(scratch("a.json")) }?.path == scratch("b.json"))
    try put(scratch("b.json"), #"{"network": "a.json"}"#)
    #expect(failure { _ = try SonataConfiguration(scratch("a.json")) }?.reason.contains("circle") == true)
    try put(scratch("c.json"), #"{"run": {"tstop": 1, "dt": 1}}"#)
    #expect(failure { _ = try SonataConfiguration(scratch("c.json")) }?.reason.contains("no circuit") == true)
    try put(
      scratch("d.json"), #"{"networks": {"nodes": [{"nodes_file": "n.h5", "populations": {"E": {"type": "biophysical"}}}]}}"#)
    #expect(failure { _ = try SonataConfiguration(scratch("d.json")) }?.reason.contains("biophysical") == true)
  }

  @Test func pathsAreJoined() {
    #expect(SonataSection.join("/a/b", "../c/./d") == "/a/c/d")
    #expect(SonataSection.join("a", "../../c") == "../c")
    #expect(SonataSection.join(".", "c") == "c")
    #expect(SonataSection.join("/a", "/c") == "/c")
    #expect(SonataSection.join("/a", "../../..") == "/")
  }
}
