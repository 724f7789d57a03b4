// NIR graphs: what is written is read back, a file of the reference implementation is understood, and the rest is refused by name.
import Foundation
import Storage
import Testing

@testable import Training

struct NIRTests {
  private static func temporary() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).nir").path
  }

  static func description(_ cell: CellModel) -> NetworkDescription {
    NetworkDescription(
      inputs: [InputGroup("x", channels: 7)],
      layers: [LayerDescription("hidden", units: 9, cell: cell), LayerDescription("readout", units: 4, cell: .readout(tau: .uniform(12)))],
      projections: [
        ProjectionDescription("weight", from: [.input(0)], to: 0),
        ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false),
        ProjectionDescription("weight", from: [.layer(0)], to: 1),
      ])
  }

  private static let expressible: [CellModel] = [
    .lif(threshold: 0.7, tau: .uniform(6), reset: .zero, surrogate: Surrogate(.triangle)),
    .lif(threshold: 1, tau: .perUnit([3, 4, 5, 6, 7, 8, 9, 10, 11]), reset: .zero, surrogate: Surrogate(.triangle)),
    .cubaLIF(threshold: 0.7, tauSynapse: .uniform(3), tau: .uniform(6), reset: .zero, surrogate: Surrogate(.triangle)),
  ]

  private static func outputs(_ network: SpikingNetwork<Double>, _ parameters: AlignedBuffer<Double>) throws -> [[[Double]]] {
    var draws = TestDraws(seed: 4)
    let samples = (0..<6).map { index in
      Sample(
        events: [draws.events(channels: 7, steps: 40, probability: 0.3)], blocks: BlockIndex(lengths: [40]), target: .label(index % 4))
    }
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser())
    let result = try pass.evaluate(samples, shape: BatchShape(samples: 6, steps: 40), parameters: parameters)
    #expect(result.tally.spikes > 50)
    return result.pooled
  }

  @Test(arguments: expressible) func whatIsWrittenIsReadBack(_ cell: CellModel) throws {
    let network = try SpikingNetwork<Double>(Self.description(cell))
    let parameters = network.makeParameters()
    var draws = TestDraws(seed: 2)
    for view in network.layout.views {
      view.scatter(
        (0..<view.count).map { view.name == "hidden.rec_weight" && $0 % 9 == $0 / 9 ? 0 : 2 * draws.uniform() - 0.6 },
        to: parameters.pointer)
    }
    let graph = try NIRExport.graph(
      network.description, weights: network.weights(parameters).map { ($0.name, $0.shape, $0.values) }, step: 0.5, element: .float64)
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try graph.write(path)
    let read = try NIRGraph.read(path)
    #expect(Set(read.nodes.map(\.name)) == Set(graph.nodes.map(\.name)) && Set(read.edges) == Set(graph.edges))
    for node in graph.nodes { #expect(read.nodes.first { $0.name == node.name } == node) }
    let imported = try NIRImport.network(
      read, inputs: [InputGroup("x", channels: 7)], path: path, step: 0.5, surrogate: Surrogate(.triangle))
    #expect(imported.description == network.description)
    let again = try SpikingNetwork<Double>(imported.description)
    let restored = again.makeParameters()
    imported.initialise(restored, of: again)
    #expect(restored.array == parameters.array)
    #expect(try Self.outputs(again, restored) == Self.outputs(network, parameters))
  }

  /// A layer may have the name that the node of the inputs would have.
  @Test func namesOfLayersAreKept() throws {
    var description = Self.description(Self.expressible[0])
    description.layers[0].name = "input"
    description.layers[1].name = "output"
    let network = try SpikingNetwork<Double>(description)
    let weights = network.weights(network.makeParameters()).map { ($0.name, $0.shape, $0.values) }
    let graph = try NIRExport.graph(description, weights: weights, step: 1, element: .float64)
    let names = graph.nodes.map(\.name)
    #expect(Set(names).count == names.count && names.contains("_input") && names.contains("_output"))
    let imported = try NIRImport.network(
      graph, inputs: [InputGroup("x", channels: 7)], path: "graph", step: 1, surrogate: Surrogate(.triangle))
    #expect(imported.description == description)
  }

  /// Readouts have no spikes to be read, and spikes in the padding are no rate of a sample.
  @Test func spikesAreThoseOfSpikingLayersInTheirSteps() throws {
    let network = try SpikingNetwork<Double>(Self.description(Self.expressible[0]))
    let parameters = network.makeParameters()
    var draws = TestDraws(seed: 3)
    for index in 0..<network.layout.count { parameters[index] = 2 * draws.uniform() - 0.5 }
    let samples = [20, 30].map { steps in
      Sample(
        events: [draws.events(channels: 7, steps: steps, probability: 0.4)], blocks: BlockIndex(lengths: [steps]), target: .label(0))
    }
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser())
    let alone = try samples.map { sample in
      try pass.evaluate([sample], shape: BatchShape(samples: 1, steps: sample.steps), parameters: parameters).tally
    }
    let together = try pass.evaluate(samples, shape: BatchShape(samples: 2, steps: 60), parameters: parameters).tally
    #expect(together.rate == alone[0].rate + alone[1].rate && together.rate > 0.02)
    #expect(together.spikes > alone[0].spikes + alone[1].spikes, "there are spikes in the padding")
    #expect(try #require(pass.tape).spikes(layer: 1, step: 3, sample: 1) == [0, 0, 0, 0])
  }

  /// What NIR has no word for, and the part that the refusal names.
  private static let refused: [(cell: CellModel, words: [String])] = [
    (
      .lif(threshold: 1, tau: .uniform(5), reset: .subtraction, surrogate: Surrogate(.triangle)), ["layer 'hidden'", "subtraction", "zero"]
    ),
    (.lif(threshold: 1, tau: .uniform(5), reset: .none, surrogate: Surrogate(.triangle)), ["layer 'hidden'", "none"]),
    (
      .alif(
        threshold: 1, increment: 1, tauSoma: .uniform(5), tauAdaptation: .uniform(9), reset: .zero, surrogate: Surrogate(.triangle)),
      ["layer 'hidden'", "lsnn", "adaptive threshold"]
    ),
  ]

  @Test(arguments: refused) func refusesToWrite(_ cell: CellModel, _ words: [String]) throws {
    let network = try SpikingNetwork<Double>(Self.description(cell))
    let weights = network.weights(network.makeParameters()).map { ($0.name, $0.shape, $0.values) }
    do {
      _ = try NIRExport.graph(network.description, weights: weights, step: 1, element: .float64)
      Issue.record("it was written")
    } catch { for word in words { #expect(error.description.contains(word), "\(error)") } }
  }

  @Test func refusesTwoCompartments() throws {
    var description = Self.description(
      .clif(
        interaction: .add, threshold: 1, tauSoma: .uniform(5), tauApical: .uniform(5), reset: .zero, surrogate: Surrogate(.triangle)))
    description.projections[0].compartments = 0..<2
    let network = try SpikingNetwork<Double>(description)
    let weights = network.weights(network.makeParameters()).map { ($0.name, $0.shape, $0.values) }
    #expect(throws: TrainingError.self) { try NIRExport.graph(description, weights: weights, step: 1, element: .float64) }
  }

  /// Written by the Python package nir 1.0.8 (h5py): Input 3, Affine, CubaLIF 4 with a recurrent Linear, Linear, LI 2, Output.
  private static let reference = [
    "H4sIAAAAAAACA+2dbWwURRjHZ2/bu6VHy5UCxQr2eDEhvpBDEEsiWlJeWlPpCXyoxthe22vvpLRne6XFhNAGjIImECWA4UsTFOvLhyYSwMSQgk",
    "rOaGITJRSNCQkYazCxn4qJCfV2d2Zvd9rd69u1d73/78vcM/fszuzuzOzzPDO7e7R06/bsrIIsIiNJJIO4iJ4RytAfRpn9X01Tgabv0LTHxvIF",
    "5b+lND+X7p/X27Nr2zZZe4SDlePJUFOJgHSkdNsWr5xWUpm1p4jNqLff39IabG4iTc11fn27LJ5kuQLJVPchMFkytHcxWhP590OCoLRsl/afqp",
    "cZTWXZZlOzJVpzke2I62+EnEnq67B7Z8VWgdi0WndkGvt/N5VdS4391S2iDRvb1djjIn/+4o2L7oeN/QGgHSn3V5rRU2C9vdzcXFKsD+8oqSgX",
    "dMOSoNOTWbfWs7ZIHs+4/LKmUFtYGQ9V7DTdUl8fbIqOxPT2TRw0LWmr8ZWXbde2Z/rlUW1fS0zm89n2rPzyMuM4w/Qr2sJKheZx9az1Nza2Rt",
    "Msk3wnt//2p9R0vkl+NpffGFTTHJP8BVw9m2k9XSb1yaUyO381vtq9crrQJD+Pr+c6NV1ksv/FJvpLOP0gvb75xHi+d5bt2tHiCwVYe4pko08C",
    "AAAAAAAAQCrAx1ndNPVwASY5vir7j/66BiUNHwgZ4q1FEyw3XpxrTSFNcYnQLkksnh/h4lssTsHiGCzOweIjLG7D4jEs/sLaLR9HVePdohaf6b",
    "9jXU8WF+mjgSptXoyLx7Fybt9Nj+tnFqc8sUyVex8Z3zjQucJ4nkF6jwOsPfU/YtRj96PWgE/5MdV5QHUccGj3Q5fX2L89J9XUe8pYr54XjXr9",
    "VB6qMLbjwDKjHt8vPDS/+4JRL0LlwYvG+27HDaNeN5X7btL6s/FqA3ccVPZuNN5vi7jjDXxEx7XzEx0HEjWfGllpPDJGas2nRh4b3/0l5MZYoE",
    "c/jyXPZXS8VlvfqdivGdGf1YHe2upQbwP52TksBt1nhSP3SwIniqTDXZvJtU2OhbJKaOCnvv7e411dQun6AZEsuyc+a9ftVFR2+vmSl/980PvZ",
    "t1cKHNnknjenTMv67kpBecWWc6ejmw7153wv75GIDumtMpFkuwVBkbscw9VZzmyy+e+Mg2pGoZpR8kTG7yYaugyHrjoZ6jFWF9vzh0sG870F19",
    "8Wlo68u/nIA/LxrZzigH1N9u77pD5nz/L36kOd3sLhaMfy53bojyiT7iJaxn9XF4mHxSNv+o6/8M3dkeK/nN437HaSlyud1m9g152C148dfPqk",
    "nTwnOfzqPhZE61kaPdbrtio1wxnNkEhWg+Cy6fbhoPthsqRWoqZTGTNF/WVcQi8lkxdzch532RdxsoueJibncvJCTn8eJ2dx5Tk5eT4nZ3NyDn",
    "eoC+jhMjkfvRYAAKbDv7RzdqVqFwqCYLAvY3amS/ktD8aSzjPQ7EvRJqiDvluRBZ29Knuydf76Rl/Yr62/0OxQm23g8VhROjc1MKPnQ/ajhTH8",
    "aKeJ/sBK/nzCzwYAAADmvv00dnyejwfGi88PPAO7IZ0xmz8ObTTqtfuDDYEwITVBnzw9N+X549H2vxq5FlQzXrPT2fp0XmZx51x3If3PTfIlkn",
    "+I/j91v0B0b4oVLcaq4E3IdeDnLStLrPVZvz9Tbq3H+nVkY3q0ZzM/alWc7e5w/pRZ+wMAAAAAAHPFn7aej8gYZRcm2v+wBbbGitSZn9Wzakeb",
    "TYLbV41tP8NuBgAAAOay/ZSodcLLqWWRWuuEzeZn+PXk8eZnOl5S02I0sbSEzc/0UpnNPnR+YN3O+OcbzPTMnguYvD/0vLY+a4OTbBgRp80f6t",
    "sVK1KaaX9InZ+RtPPnqbPWZ6PV0CvWetrzJHGmlUppGnrfWs/N9PZZ67H5uqFD1nrseZLe/dZ6bHzyHJ2cX5lnov+kiV+J+WoAAABgLvuVSWeH",
    "kldn0Q41s5/M3idbDPsJAAAAgP00+/ZTsT8J7SeXiX4l7CcAAAAA9tPs20+dTUloP+Wa6AdgPwEAAACwn5JgHVl7CtlPB2A/AQAAALCfkmD9U1",
    "cK2U/HYD8BAAAAsJ+SYP3TsRSyn87CfgIAAADS0H5K1HtdvkjJ97owwr62qtYDTUq6z7+PtND8/VWNft9eOQ0HWvytgebGOpoflfxh0l4VVJZv",
    "8e9PT5T1F/f9/6dhz6UzZt/nDZ0y6rH3//Pttnja/LKx3/9vlibeTxPdH8aK1PlqiXz/f+y7spXnrPW19/qfQhsej3+7Ps52X8d5fynGRwAAAA",
    "AAxDnGF+f4JyXjHPHiBq4e2MWIG4yOG/Scn924gY3z22wzHzeo/DRW9IzHDU58Ob64AfkEbXg8cYMVcbbjPyxoQ9wAAAAAAABxg0nFDdyrUzFu",
    "YPadkcgFVR68OL74Quiy0a8E6R1fYN8hkS4Z9cK+NiXl19/w8QbPpOMLxvXiNs7Pm4H14pe/ihU5S9+9ydBGocGr44svVF+y1nPTNPCLtR7r/2",
    "t+mJvxBbPv3nhWjx1XQDwBAAAAmMt+ZdLZof9em0U7dKLPLZbAfgIAAABgP82+/VT0YxLaT2bfvdkD+wkAAABIQ/spUesa6ubUuobuG6rcdzNm",
    "Z1mtayi9BTsqnTF7buL2TaMeW7/QGvApP6b+3ESi+nM4JfvzqOcmfrXWZ/21aABteCJ+tqDpsXbmUn67JKL52dPkX3f/FitKN7wGZvR8mPnZTh",
    "P9I6v584n7AwAAAJB+frbxeWYH1WPxd16evN1+nFoet7kadczRuEPzo6nop/wPWDBzLPDlAAA=",
  ].joined()

  @Test func readsAFileOfTheReferenceImplementation() throws {
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(Data(base64Encoded: Self.reference)).write(to: URL(fileURLWithPath: path))
    let imported = try NIRImport.network(
      try NIRGraph.read(path), inputs: [InputGroup("x", channels: 3)], path: path, step: 0.001, surrogate: Surrogate(.triangle))
    let layers = imported.description.layers
    #expect(layers.map(\.units) == [4, 2])
    guard case .cubaLIF(let threshold, .uniform(let synapse), .perUnit(let taus), .zero, _) = layers[0].cell else {
      Issue.record("\(layers[0].cell)")
      return
    }
    // The potential counts from rest at 0.5.
    #expect(threshold == 1 && abs(synapse - 5) < 1e-12)
    for (found, expected) in zip(taus, [10.0, 20, 20, 40]) { #expect(abs(found - expected) < 1e-9) }
    // r 2 times w_in 0.5 leaves the weights as they are; the leak of the readout is its bias.
    #expect(imported.weights["cells.weight"]?[..<6] == [0.25, 0.75, 0.25, -1.25, 1, 0.5])
    #expect(imported.weights["cells.bias"] == [-0.75, -0.25, -0.5, 0.5])
    #expect(imported.weights["cells.rec_weight"]?[..<5] == [0, -0.25, -0.75, -0.25, 0])
    #expect(imported.weights["li.weight"] == [-0.5, 2, 0.75, 0.75, -0.5, -1.75, 0.25, 0])
    #expect(imported.weights["li.bias"] == [0.25, 0])
    let recurrent = try #require(imported.description.projections.first { $0.name == "rec_weight" })
    #expect(recurrent.delay == 1 && recurrent.autapses)
    _ = try SpikingNetwork<Float>(imported.description)
  }

  private static func graph(_ change: (inout NIRGraph) -> Void) throws -> NIRGraph {
    let network = try SpikingNetwork<Double>(description(expressible[0]))
    var graph = try NIRExport.graph(
      network.description, weights: network.weights(network.makeParameters()).map { ($0.name, $0.shape, $0.values) }, step: 1,
      element: .float32)
    change(&graph)
    return graph
  }

  /// A fault in a graph, and what the message says.
  private static let faults: [(change: @Sendable (inout NIRGraph) -> Void, words: [String])] = [
    (
      {
        $0.nodes.removeAll { $0.name == "input" }; $0.edges.removeAll { $0.from == "input" }
      }, ["needs an Input"]
    ),
    ({ $0.nodes[1].type = "IF" }, ["'hidden'", "IF", "LIF, CubaLIF and LI"]),
    ({ $0.nodes[1].parameters["v_threshold"] = nil }, ["'hidden'", "no 'v_threshold'"]),
    ({ $0.nodes[1].parameters["v_reset"]?.values[3] = 0.25 }, ["'hidden'", "resets unit 3"]),
    ({ $0.nodes[1].parameters["tau"]?.values[2] = -1 }, ["'hidden'", "time constant"]),
    ({ $0.nodes[2].parameters["weight"] = NIRArray(Array(repeating: 1, count: 27), shape: [9, 3]) }, ["'hidden.weight'", "[9, 3]", "7"]),
    ({ $0.nodes[2].parameters["weight"]?.values[5] = .nan }, ["'hidden.weight'", "nan"]),
    ({ $0.nodes[0].parameters["shape"]?.values = [8] }, ["'input'", "8 channels", "7"]),
    ({ $0.edges.append(.init("hidden", "readout")) }, ["'readout'", "'hidden'", "without a Linear"]),
    ({ $0.edges.removeAll { $0.from == "readout" } }, ["'output'", "fed by"]),
    ({ $0.edges.removeAll { $0.from == "input" } }, ["'hidden.weight'", "0 sources"]),
    ({ $0.nodes[$0.nodes.firstIndex { $0.name == "output" }!].parameters["shape"]?.values = [8] }, ["'output'", "8 channels"]),
    ({ $0.edges.append(.init("hidden.rec_weight", "input")) }, ["'input'", "fed by 'hidden.rec_weight'"]),
    ({ $0.edges.append(.init("output", "readout")) }, ["'output'", "feeds 'readout'"]),
    (
      {
        let readout = $0.nodes.firstIndex { $0.name == "readout" }!, map = $0.nodes.firstIndex { $0.name == "readout.weight" }!
        $0.nodes += [
          NIRNode("idle", type: "LI", parameters: $0.nodes[readout].parameters),
          NIRNode("idle.weight", type: $0.nodes[map].type, parameters: $0.nodes[map].parameters),
        ]
        $0.edges += [.init("hidden", "idle.weight"), .init("idle.weight", "idle")]
      }, ["'idle'", "feeds nothing"]
    ),
    (
      {
        $0.nodes.append(NIRNode("hidden", type: "NIRGraph", graph: NIRGraph(nodes: [NIRNode("weight", type: "Linear")], edges: [])))
      }, ["'hidden.weight'", "the graph within the graph"]
    ),
  ]

  @Test(arguments: faults.indices) func refusesGraphs(_ index: Int) throws {
    let fault = Self.faults[index]
    do {
      _ = try NIRImport.network(
        Self.graph(fault.change), inputs: [InputGroup("x", channels: 7)], path: "model.nir", step: 1, surrogate: Surrogate(.triangle))
      Issue.record("it was accepted")
    } catch let error as TrainingError {
      for word in ["model.nir"] + fault.words { #expect(error.description.contains(word), "\(error)") }
    }
  }

  /// A map of two targets becomes two maps with the same weights, which is told.
  @Test func aMapOfSeveralTargetsIsCopied() throws {
    let graph = try Self.graph { graph in
      func parameters(_ name: String) -> NIRNode { graph.nodes.first { $0.name == name }! }
      let (hidden, map) = (parameters("hidden"), parameters("readout.weight"))
      graph.nodes += [
        NIRNode("twin", type: hidden.type, parameters: hidden.parameters),
        NIRNode("twin.out", type: map.type, parameters: map.parameters),
      ]
      graph.edges += [.init("hidden.weight", "twin"), .init("twin", "twin.out"), .init("twin.out", "readout")]
    }
    let imported = try NIRImport.network(
      graph, inputs: [InputGroup("x", channels: 7)], path: "model.nir", step: 1, surrogate: Surrogate(.triangle))
    #expect(imported.weights["twin.weight"] == imported.weights["hidden.weight"] && imported.weights["twin.weight"] != nil)
    #expect(imported.notes.count == 1 && imported.notes[0].contains("'hidden.weight' feeds hidden and twin, each through a copy"))
    let plain = try NIRImport.network(
      Self.graph { _ in }, inputs: [InputGroup("x", channels: 7)], path: "model.nir", step: 1, surrogate: Surrogate(.triangle))
    #expect(plain.notes == [])
  }

  @Test func refusesADanglingEdge() throws {
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Self.graph { $0.edges.append(.init("hidden", "nowhere")) }.write(path)
    do {
      _ = try NIRGraph.read(path)
      Issue.record("it was accepted")
    } catch {
      #expect(error.exitCode == 65 && error.description.contains("dangles") && error.description.contains("'nowhere'"), "\(error)")
    }
  }

  @Test func refusesAnEdgeThatStandsTwice() throws {
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Self.graph { $0.edges.append(.init("hidden", "readout.weight")) }.write(path)
    let error = #expect(throws: StorageError.self) { try NIRGraph.read(path) }
    #expect(error?.exitCode == 65 && error?.description.contains("'hidden' -> 'readout.weight' stands twice") == true, "\(error!)")
  }

  /// Names of nodes may have points, and may become alike without them.
  @Test func namesStayApart() throws {
    func renamed(_ names: [String: String]) throws -> NIRGraph {
      try Self.graph { graph in
        for i in graph.nodes.indices { graph.nodes[i].name = names[graph.nodes[i].name] ?? graph.nodes[i].name }
        for i in graph.edges.indices {
          graph.edges[i] = .init(names[graph.edges[i].from] ?? graph.edges[i].from, names[graph.edges[i].to] ?? graph.edges[i].to)
        }
      }
    }
    func network(_ graph: NIRGraph) throws -> ImportedNetwork {
      try NIRImport.network(graph, inputs: [InputGroup("x", channels: 7)], path: "x", step: 1, surrogate: Surrogate(.triangle))
    }
    let plain = try network(Self.graph { _ in })
    let other = try network(renamed(["hidden": "a.b", "readout": "a_b", "input": "my.input"]))
    #expect(other.description.layers.map(\.name) == ["a_b", "a_b_2"])
    #expect(other.description.projections == plain.description.projections)
    for (name, values) in plain.weights {
      #expect(other.weights[name.replacing("hidden.", with: "a_b.").replacing("readout.", with: "a_b_2.")] == values, "\(name)")
    }
    _ = try SpikingNetwork<Float>(other.description)
  }

  /// A graph within a graph is the same as the nodes it holds.
  @Test func flattensGraphsWithinGraphs() throws {
    let flat = try Self.graph { _ in }
    let inner = ["hidden", "hidden.rec_weight"]
    var nested = flat
    nested.nodes.removeAll { inner.contains($0.name) }
    let units = NIRArray([9], element: .int64)
    nested.nodes.append(
      NIRNode(
        "block", type: "NIRGraph",
        graph: NIRGraph(
          nodes: flat.nodes.filter { inner.contains($0.name) } + [
            NIRNode("in", type: "Input", parameters: ["shape": units]), NIRNode("out", type: "Output", parameters: ["shape": units]),
          ],
          edges: [
            .init("in", "hidden"), .init("hidden", "hidden.rec_weight"), .init("hidden.rec_weight", "hidden"), .init("hidden", "out"),
          ])))
    nested.edges = [
      .init("input", "hidden.weight"), .init("hidden.weight", "block"), .init("block", "readout.weight"),
      .init("readout.weight", "readout"), .init("readout", "output"),
    ]
    func network(_ graph: NIRGraph) throws -> ImportedNetwork {
      try NIRImport.network(graph, inputs: [InputGroup("x", channels: 7)], path: "x", step: 1, surrogate: Surrogate(.triangle))
    }
    let (a, b) = (try network(flat), try network(nested))
    #expect(a.description.projections == b.description.projections)
    #expect(a.description.layers.map(\.cell) == b.description.layers.map(\.cell))
    #expect(a.weights["hidden.weight"] == b.weights["block_hidden.weight"])
  }
}
